"""How much disk a run's folder takes, measured at a bounded cost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

ENTRY = 4096
"""Counted for every file and folder besides its blocks: inodes run out as well."""

DEEPEST = 64


def used(folder: str | os.PathLike[str], *, enough: int) -> int:
    """Bytes on disk below ``folder``, and no further than the first sum above ``enough``.

    Follows no link. What can't be measured (too deep, unreadable) counts as too much;
    what vanishes meanwhile counts as nothing.
    """
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return 0
    return _below(top, enough, DEEPEST)


def is_in_box(pid: int, box: str) -> bool:
    """Whether that is a process of ours to look at: an engine may live in another world."""
    try:
        return pid > 0 and box in Path(f"/proc/{pid}/cgroup").read_text()
    except OSError:
        return False


def _below(directory: int, enough: int, depth: int) -> int:
    """Closes ``directory``. By descriptors: a path may be longer than the kernel takes."""
    try:
        total = 0
        with os.scandir(directory) as entries:
            for entry in entries:
                total += _one(directory, entry, enough - total, depth)
                if total > enough:
                    break
        return total
    finally:
        os.close(directory)


def _one(parent: int, entry: os.DirEntry[str], enough: int, depth: int) -> int:
    try:
        seen = entry.stat(follow_symlinks=False)
        size = ENTRY + seen.st_blocks * 512
        if not stat.S_ISDIR(seen.st_mode) or size > enough:
            return size
        if depth == 0:
            return enough + 1
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        return size + _below(
            os.open(entry.name, flags, dir_fd=parent), enough - size, depth - 1
        )
    except FileNotFoundError:
        return 0
    except OSError:
        return enough + 1
