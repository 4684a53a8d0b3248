"""What a private engine that was killed leaves behind: find it and end it.

Its processes are known by the engine's exec root in their command lines: a folder of its
own, so that no other engine's can be meant.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

DAEMONS = frozenset({"dockerd", "containerd", "containerd-shim-runc-v2", "containerd-shim"})
MNT_DETACH = 2
"""From the Linux headers: unmount now, clean up when nobody uses it any more."""
CGROUPS = Path("/sys/fs/cgroup")


def is_ours(pid: int, exec_root: Path) -> bool:
    """A living daemon of this exec root, not a process given the number of a dead one."""
    arguments = _arguments(pid)
    return (
        bool(arguments)
        and Path(arguments[0]).name in DAEMONS
        and any(str(exec_root) in argument for argument in arguments)
    )


def leftovers(exec_root: Path) -> set[int]:
    """Every process that belongs to this exec root: its daemons, and all below them."""
    parents = dict(_parents())
    found = {pid for pid in parents if is_ours(pid, exec_root)}
    while below := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= below
    return found


def containers(exec_root: Path) -> set[int]:
    """Those of them that run inside containers."""
    return {pid for pid in leftovers(exec_root) if not is_ours(pid, exec_root)}


def kill_all(exec_root: Path) -> None:
    """End them all; returns when they are gone."""
    while pids := leftovers(exec_root):
        kill(pids)
        time.sleep(0.01)


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def mounts_below(*folders: Path) -> list[str]:
    """Mount points below these folders, in the order of mounting."""
    starts = tuple(f"{folder}/" for folder in folders)
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    points = [line.split(" ")[1].replace("\\040", " ") for line in lines]
    return [point for point in points if point.startswith(starts)]


def unmount(*folders: Path) -> None:
    """By the C library: a small system may have no umount command."""
    libc = ctypes.CDLL(None)
    for point in reversed(mounts_below(*folders)):
        libc.umount2(os.fsencode(point), MNT_DETACH)


def remove_cgroups(container_ids: Iterable[str]) -> None:
    """Empty control groups of dead containers; busy or absent ones are left alone."""
    for container_id in container_ids:
        for pattern in (f"docker/{container_id}", f"*/docker/{container_id}"):
            for folder in CGROUPS.glob(pattern):
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _arguments(pid: int) -> list[str]:
    """Empty if the process is gone, or dead and waiting for its parent to notice."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [os.fsdecode(part) for part in text.split(b"\0")[:-1]]


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # The name, in brackets, may hold anything; the parent is second after it.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] != "Z":
                yield int(entry.name), int(fields[1])
