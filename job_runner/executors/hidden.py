"""What a run's processes hold of a disk that no folder shows.

A file that is deleted while somebody has it open, or mapped, goes on filling the disk. It
is looked for wherever a process can have one: each thread may have open files of its own,
a process whose first thread is gone shows neither files nor maps under its own number, and
a descriptor may lie in a socket, sent and not yet taken.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Hidden:
    """``size``: bytes in files without a name. ``sent``: descriptors that lie in sockets;
    what they hold can't be seen until somebody takes them."""

    size: int = 0
    sent: int = 0


def held(pid: int, folder: Path, *, enough: int) -> Hidden:
    """By the process and all that descend from it, on the folder's disk; ``size`` no
    further than the first sum above ``enough``.

    As far as the runner may look (as root). Kernels before 5.10 don't tell what lies in
    sockets.
    """
    try:
        device = folder.stat().st_dev
    except OSError:
        return Hidden()
    files: dict[int, int] = {}
    sent: dict[int, int] = {}
    for process in _family(pid):
        for place in _open_files(process):
            _look(place, device, files, sent)
        files |= _mapped(process, device, files)
        if sum(files.values()) > enough:
            break
    return Hidden(sum(files.values()), sum(sent.values()))


def _family(pid: int) -> Iterator[int]:
    waiting = [pid]
    while waiting:
        yield (process := waiting.pop())
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                waiting += map(int, children.read_text().split())


def _open_files(process: int) -> list[str]:
    """Of each thread; usually they are all the same."""
    return [f"{thread}/fd" for thread in Path(f"/proc/{process}/task").glob("*")]


def _look(place: str, device: int, files: dict[int, int], sent: dict[int, int]) -> None:
    """Puts down each file without a name, and each socket that descriptors lie in."""
    with contextlib.suppress(OSError):
        for name in os.listdir(place):
            with contextlib.suppress(OSError):
                seen = os.stat(f"{place}/{name}")
                if seen.st_nlink == 0 and seen.st_dev == device:
                    files[seen.st_ino] = seen.st_blocks * 512
                elif stat.S_ISSOCK(seen.st_mode):
                    sent[seen.st_ino] = _sent(Path(f"{place}info/{name}"))


def _sent(about: Path) -> int:
    lines = about.read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("scm_fds:"))


def _mapped(process: int, device: int, known: dict[int, int]) -> dict[int, int]:
    """By inode. Of a process whose first thread is gone only lengths can be seen."""
    found: dict[int, int] = {}
    _look(f"/proc/{process}/map_files", device, found, {})
    if found or _first_thread_lives(process):
        return found
    for line in _maps(process):
        inode, size = _deleted(line, device) or (0, 0)
        if inode and inode not in known:
            found[inode] = found.get(inode, 0) + size
    return found


def _maps(process: int) -> list[str]:
    """Of the first thread that tells, as all share their memory."""
    for maps in Path(f"/proc/{process}/task").glob("*/maps"):
        with contextlib.suppress(OSError):
            if lines := maps.read_text(errors="replace").splitlines():
                return lines
    return []


def _first_thread_lives(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return True
    # The name, in brackets, may hold anything; the state is next after it.
    return told.rpartition(")")[2].split()[0] not in ("Z", "X")


def _deleted(line: str, device: int) -> tuple[int, int] | None:
    """Inode and length of a line of ``maps`` about a file without a name."""
    words = line.split(maxsplit=5)
    if len(words) < 6 or not words[5].endswith(" (deleted)"):
        return None
    major, _, minor = words[3].partition(":")
    if os.makedev(int(major, 16), int(minor, 16)) != device:
        return None
    begin, _, end = words[0].partition("-")
    return int(words[4]), int(end, 16) - int(begin, 16)
