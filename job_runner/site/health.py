"""Is there a sound disk to work on? A site that isn't well takes no new work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from job_runner.errors import PlatformError

FLOOR = 2**30
"""Bytes that stay free: below it what runs may end, and nothing new begins."""

EVERY = 5.0
"""Seconds for which one look holds."""

PROBE = ".written-to-see-if-the-disk-takes-it"


def troubles(folders: Iterable[Path], floor: int = FLOOR) -> tuple[PlatformError, ...]:
    """What is wrong with the disks below these folders; nothing for a site that is well.

    Each is there, takes a file, and has ``floor`` bytes to spare.
    """
    return tuple(error for folder in folders for error in _wrong(folder, floor))


def _wrong(folder: Path, floor: int) -> Iterator[PlatformError]:
    try:
        _write(folder)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield PlatformError(
            f"the disk refused: {error.strerror}",
            where=str(folder),
            remedy="Mount it again, writable; work goes on by itself.",
        )
        return
    if free < floor:
        yield PlatformError(
            f"{free // 2**20:,} MB are free, less than {floor // 2**20:,}",
            where=str(folder),
            remedy="Make room; work goes on by itself.",
        )


def _write(folder: Path) -> None:
    """A file that is on disk, and gone again. OSError where that can't be."""
    probe = folder / PROBE
    taken = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.write(taken, b"\0" * 4096)
        os.fsync(taken)
    finally:
        os.close(taken)
        probe.unlink(missing_ok=True)  # another runner of this site may look just now


@dataclass
class Health:
    """Looks now and then. ``told`` hears of each change, for the operator: what is wrong
    now, nothing once all is well again."""

    folders: tuple[Path, ...]
    monotonic: Callable[[], float]
    told: Callable[[tuple[PlatformError, ...]], None] = lambda wrong: None
    floor: int = FLOOR
    _wrong: tuple[PlatformError, ...] = field(default=(), init=False)
    _looked: float | None = field(default=None, init=False)

    def refuses(self) -> bool:
        """Whether no new work may begin."""
        now = self.monotonic()
        if self._looked is None or now - self._looked >= EVERY:
            self._looked = now
            self._see(troubles(self.folders, self.floor))
        return bool(self._wrong)

    def _see(self, wrong: tuple[PlatformError, ...]) -> None:
        places = [error.where for error in wrong]
        if places != [error.where for error in self._wrong]:
            self.told(wrong)
        self._wrong = wrong
