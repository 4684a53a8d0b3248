"""Which files a box opens: the kernel is asked to tell, of each file, that somebody did.

By inode, so that no other name, link or mount of a file hides it. Where the kernel can't be
asked, or a box runs on another one, nothing is heard; that counts as "it can't be told",
never as "it opened none".
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

IN_OPEN, IN_MOVE_SELF, IN_ONESHOT, IN_Q_OVERFLOW = 0x20, 0x800, 0x80000000, 0x4000
IN_NONBLOCK, IN_CLOEXEC = os.O_NONBLOCK, os.O_CLOEXEC
EVENT = struct.Struct("iIII")
MOST = 7_000
"""Files to watch: a user may watch 8,192 where nobody set another limit."""


class Watch:
    """Hears which of some files are opened, from its making to ``stop``."""

    def __init__(self, inotify: int, paths: Mapping[int, str]) -> None:
        self._inotify, self._paths = inotify, paths

    def stop(self) -> frozenset[str] | None:
        """The files that were opened; None where that can't be told."""
        opened: set[str] = set()
        try:
            for number, mask in _events(self._inotify):
                if mask & IN_Q_OVERFLOW:
                    return None
                if mask & (IN_OPEN | IN_MOVE_SELF):
                    opened.add(self._paths[number])
        finally:
            os.close(self._inotify)
        return frozenset(opened) or None


def watch(folder: Path, paths: Iterable[str]) -> Watch | None:
    """Begins to listen, to each file of ``folder`` by its path; None where it can't."""
    every = list(paths)
    libc = ctypes.CDLL(None, use_errno=True)
    if len(every) > MOST or not hasattr(libc, "inotify_init1"):
        return None
    inotify = libc.inotify_init1(IN_NONBLOCK | IN_CLOEXEC)
    if inotify < 0:
        return None
    numbers: dict[int, str] = {}
    for path in every:
        mask = ctypes.c_uint32(IN_OPEN | IN_MOVE_SELF | IN_ONESHOT)
        number = libc.inotify_add_watch(inotify, os.fsencode(folder / path), mask)
        if number < 0:
            os.close(inotify)
            return None
        numbers[number] = path
    return Watch(inotify, numbers)


def _events(inotify: int) -> Iterable[tuple[int, int]]:
    """Number of the watch, and what happened, of all that was heard so far."""
    with contextlib.suppress(BlockingIOError):
        while heard := os.read(inotify, 64 * 1024):
            at = 0
            while at < len(heard):
                number, mask, _, more = EVENT.unpack_from(heard, at)
                yield number, mask
                at += EVENT.size + more
