"""A control group of a box's own, where we may make one: memory, processes, CPU time.

For engines that set no limits themselves: bubblewrap never does, and Podman without root
can't on cgroups v1. Made below the keeper's own group on v1, so that what a Slurm job may
use holds for its boxes too; on v2, where a group with processes can't have limited groups
below it, beside the machine's others. Everything is files of the kernel's: ``root`` is
another folder in tests.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors.contract import Limits

ROOT = Path("/sys/fs/cgroup")
OURS = "strongroom"
PERIOD = 100_000
"""Microseconds in which CPU time is dealt out; Docker's own choice."""
EMPTYING = 10.0
"""Seconds that killed processes may take to be gone."""


@dataclass(frozen=True)
class Spare:
    """What an engine's own helpers take of a box's limits: given on top."""

    memory: int = 0
    pids: int = 0


@dataclass(frozen=True)
class Cage:
    """The folders of one group: one on v2, one for each controller on v1."""

    folders: tuple[Path, ...]

    def join(self) -> None:
        """The calling process, and all that it starts."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text("0")

    def out_of_memory(self) -> bool:
        """Whether the kernel killed any of its processes for memory."""
        return any(killed(folder) > 0 for folder in self.folders)

    def empty(self) -> None:
        """Kill what is in it until nothing is."""
        deadline = time.monotonic() + EMPTYING
        while (pids := list(self._pids())) and time.monotonic() < deadline:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)

    def remove(self) -> None:
        """With all that is in it. A folder that stays costs the kernel a few kB."""
        self.empty()
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _pids(self) -> Iterator[int]:
        for folder in self.folders:
            with contextlib.suppress(OSError):
                yield from map(int, (folder / "cgroup.procs").read_text().split())


def make(name: str, limits: Limits, spare: Spare, root: Path = ROOT) -> Cage | None:
    """One with these limits; None where we may not make one, and so nobody promised it.

    PlatformError where it was promised and couldn't be made: no box runs without.
    """
    if not may_be_made(root):
        return None
    try:
        made = _version_2(name, root) if is_version_2(root) else _version_1(name, root)
        for folder, settings in zip(made, _settings(made, limits, spare), strict=True):
            for file, value in settings.items():
                _set(folder / file, value)
    except OSError as error:
        raise PlatformError(
            f"a box's control group couldn't be made: {error.strerror}",
            where=str(root),
            remedy="Look at the control groups of this machine; the job is tried again.",
        ) from None
    return Cage(made)


def may_be_made(root: Path = ROOT) -> bool:
    """Whether ``make`` would make one here, told without making any."""
    own = (root,) if is_version_2(root) else _own_folders(root)
    return all(folder.is_dir() and os.access(folder, os.W_OK) for folder in own)


def is_version_2(root: Path = ROOT) -> bool:
    return (root / "cgroup.controllers").exists()


def killed(folder: Path) -> int:
    """How many processes of a group the kernel has killed for memory."""
    for name in ("memory.events", "memory.oom_control"):
        with contextlib.suppress(OSError, ValueError):
            counts = dict(line.split(" ") for line in _lines(folder / name))
            return int(counts.get("oom_kill", 0))
    return 0


def killed_beside_us(root: Path = ROOT) -> int:
    """The same of the group that we are in ourselves: a Slurm job's, perhaps."""
    return sum(killed(folder) for folder in _own_folders(root))


CONTROLLERS = ("memory", "pids", "cpu")


def _version_1(name: str, root: Path) -> tuple[Path, ...]:
    made = tuple(folder / name for folder in _own_folders(root))
    for folder in made:
        folder.mkdir(exist_ok=True)
    return made


def _own_folders(root: Path) -> tuple[Path, ...]:
    """Where we are: for each controller on v1, once on v2."""
    lines = [line.split(":", 2) for line in _lines(Path("/proc/self/cgroup"))]
    groups = {kind: path for _, names, path in lines for kind in names.split(",")}
    if is_version_2(root):
        return (root / groups.get("", "/").strip("/"),)
    return tuple(root / kind / groups.get(kind, "/").strip("/") for kind in CONTROLLERS)


def _version_2(name: str, root: Path) -> tuple[Path, ...]:
    wanted = " ".join(f"+{kind}" for kind in CONTROLLERS)
    (root / OURS).mkdir(exist_ok=True)
    for folder in (root, root / OURS):
        (folder / "cgroup.subtree_control").write_text(wanted)
    made = root / OURS / name
    made.mkdir(exist_ok=True)
    return (made,)


def _settings(
    folders: tuple[Path, ...], limits: Limits, spare: Spare
) -> list[dict[str, str]]:
    memory, pids = str(limits.memory + spare.memory), str(limits.pids + spare.pids)
    quota = str(round(limits.cpus * PERIOD))
    if len(folders) == 1:
        return [
            {
                "memory.max": memory,
                "memory.swap.max?": "0",
                "pids.max": pids,
                "cpu.max": f"{quota} {PERIOD}",
            }
        ]
    return [
        {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes?": memory},
        {"pids.max": pids},
        {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": quota},
    ]


def _set(file: Path, value: str) -> None:
    """A name that ends in "?" is one that kernels without swap accounting don't have."""
    if file.name.endswith("?"):
        file = file.with_name(file.name[:-1])
        if not file.exists():
            return
    file.write_text(value)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").splitlines()
