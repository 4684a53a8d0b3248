"""Several changes of files that happen at once or not at all, whatever is killed when.

What is to be done is written down first (and to disk), then done, then struck out. Before
it is written down nothing has changed; after, whoever looks next completes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError
from job_runner.workspaces.manifest import checksum, damaged

Step = Callable[[str], None]
"""Told before each effect. Tests die there."""


@dataclass(frozen=True)
class Change:
    """Files to move into place (over what is there), to delete, and to write; all absolute.

    A move's source and target lie on one file system. The writes come last.
    """

    moves: tuple[tuple[Path, Path], ...] = ()
    removals: tuple[Path, ...] = ()
    writes: tuple[tuple[Path, str], ...] = ()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone with the folder, once what others left half done in it is completed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        complete(folder)
        yield


def make(change: Change, folder: Path, name: str, step: Step = lambda what: None) -> None:
    """To be called within ``locked(folder)``. OSError before the journal is written changes
    nothing; after that, the change will be completed by the next ``locked``."""
    step("write journal")
    path = folder / f"{name}.journal"
    write(path, json.dumps(_sealed(change)).encode(), step)
    _carry_out(change, step)
    step("strike out journal")
    path.unlink()
    _sync_folder(folder)


def complete(folder: Path) -> None:
    """Carry out what was written down and not struck out.

    PlatformError for a journal that isn't as it was written, or whose files are gone; it
    is moved aside, so the next call goes on without it.
    """
    for path in sorted(folder.glob("*.journal")):
        change = _read(path)
        if not all(source.exists() or target.exists() for source, target in change.moves):
            raise _moved_aside(path)
        _carry_out(change, lambda what: None)
        path.unlink()
        _sync_folder(folder)


def write(path: Path, data: bytes, step: Step = lambda what: None) -> None:
    """The whole file or the old one, and on the disk once this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    step(f"rename {path.name}")
    unfinished.replace(path)
    _sync_folder(path.parent)


def _carry_out(change: Change, step: Step) -> None:
    for source, target in change.moves:
        step(f"move {target.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        # Gone already: whoever was killed here had moved it.
        with contextlib.suppress(FileNotFoundError):
            source.replace(target)
    for path in change.removals:
        step(f"remove {path.name}")
        path.unlink(missing_ok=True)
    touched = {target.parent for _, target in change.moves}
    for folder in touched | {path.parent for path in change.removals}:
        _sync_folder(folder)
    for path, text in change.writes:
        step(f"write {path.name}")
        write(path, text.encode(), step)


def _sealed(change: Change) -> dict[str, Any]:
    body = {
        "moves": [[str(source), str(target)] for source, target in change.moves],
        "removals": [str(path) for path in change.removals],
        "writes": [[str(path), text] for path, text in change.writes],
    }
    return {**body, "checksum": checksum(body)}


def _read(path: Path) -> Change:
    try:
        body = json.loads(path.read_bytes())
        change = Change(
            tuple((Path(source), Path(target)) for source, target in body["moves"]),
            tuple(Path(path) for path in body["removals"]),
            tuple((Path(path), text) for path, text in body["writes"]),
        )
        if _sealed(change) == body:
            return change
    except (ValueError, TypeError, KeyError):
        pass
    raise _moved_aside(path)


def _moved_aside(path: Path) -> PlatformError:
    path.replace(path.with_name(path.name + ".damaged"))
    return damaged(str(path))


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk once its folder is."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
