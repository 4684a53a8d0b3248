"""Reading what researchers' code left behind: bounded, below one folder, never a link."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

from output_checker.errors import CheckerError


class Unreadable(CheckerError):
    """A file that isn't there, isn't a plain file below the folder, or is too large."""


class Missing(Unreadable):
    """Nothing is there: no file, no link, nothing else of this name."""


@contextmanager
def opened(folder: Path, name: str) -> Iterator[int]:
    """A descriptor of the plain file ``name`` below ``folder``; no link is followed."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise _refused(name, "the path doesn't stay below the outputs' folder")
    with ExitStack() as stack:
        at = _open(stack, str(folder), os.O_DIRECTORY, None, name)
        for part in parts[:-1]:
            at = _open(stack, part, os.O_DIRECTORY, at, name)
        found = _open(stack, parts[-1], os.O_NONBLOCK, at, name)
        if not stat.S_ISREG(os.fstat(found).st_mode):
            raise _refused(name, "it isn't a plain file")
        yield found


def read(folder: Path, name: str, *, limit: int) -> bytes:
    """The bytes of a small file; Unreadable if it has more than ``limit``."""
    with opened(folder, name) as found, os.fdopen(os.dup(found), "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise _refused(name, f"it is larger than {limit:,} bytes")
    return data


def sha256(descriptor: int) -> str:
    """The hash of an open file, from its start."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def at_most(descriptor: int, name: str, limit: int) -> None:
    """Unreadable if an open file has more bytes than this, counting its holes."""
    if os.fstat(descriptor).st_size > limit:
        raise _refused(name, f"it is larger than {limit:,} bytes")


def head(descriptor: int, size: int) -> bytes:
    """The first bytes of an open file."""
    return os.pread(descriptor, size, 0)


def _open(stack: ExitStack, name: str, flags: int, at: int | None, shown: str) -> int:
    # The folder itself (at is None) is the site's and may be reached by a link.
    guard = os.O_NOFOLLOW if at is not None else 0
    try:
        found = os.open(name, os.O_RDONLY | os.O_CLOEXEC | guard | flags, dir_fd=at)
    except FileNotFoundError:
        raise _refused(shown, "it isn't there", Missing) from None
    except (OSError, ValueError):
        raise _refused(shown, "it isn't there, or is a link") from None
    stack.callback(os.close, found)
    return found


def _refused(name: str, problem: str, kind: type[Unreadable] = Unreadable) -> Unreadable:
    return kind(
        f"the file can't be read: {problem}",
        where=name,
        remedy="Let the action write a plain file at this path, and run it again.",
    )
