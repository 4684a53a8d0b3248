"""What lies in a run's folder once its box is dead. Follows no link, opens no file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from job_runner.project import Level, OutputPattern
from job_runner.project.patterns import matches, may_meet_name

DEEPEST = 64
SHOWN = 20
"""How many of the files that match nothing are named."""

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class TooMuch(Exception):
    """More files, or deeper folders, than anyone looks through."""


@dataclass
class Survey:
    """New files that match, with the strictest level that claims them; and the rest.

    ``instead`` names, for the author, the first new files that match nothing.
    """

    files: dict[str, Level] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    instead: list[str] = field(default_factory=list)


def survey(
    top: int, patterns: Sequence[OutputPattern], before: Collection[str], most: int
) -> Survey:
    """``top`` is an open folder; ``before`` are the paths that were there from the start.

    TooMuch beyond ``most`` files and folders, or ``DEEPEST`` levels.
    """
    found = Survey()
    met: set[str] = set()
    for path, mode in _walk(top, most):
        if path in before:
            continue
        claims = [p for p in patterns if matches(p.pattern, path)]
        if stat.S_ISREG(mode) and claims:
            met.update(claim.pattern for claim in claims)
            found.files[path] = _strictest(claims)
        elif stat.S_ISREG(mode):
            found.instead.append(path)
        elif claims or _hides(path, mode, patterns):
            found.problems.append(f"{shown(path)} is {_kind(mode)}")
    found.unmatched = [p.pattern for p in patterns if p.pattern not in met]
    found.instead = [shown(path) for path in sorted(found.instead)[:SHOWN]]
    return found


def shown(path: str) -> str:
    """Safe to print, whatever the study's code called it."""
    return path if path.isascii() and path.isprintable() else ascii(path)


def _strictest(claims: Sequence[OutputPattern]) -> Level:
    levels = {claim.level for claim in claims}
    return next(level for level in Level if level in levels)


def _hides(path: str, mode: int, patterns: Sequence[OutputPattern]) -> bool:
    """Whether something that isn't a folder stands where a pattern goes through."""
    names = path.split("/")
    return not stat.S_ISDIR(mode) and any(
        len(folders := pattern.pattern.split("/")) > len(names)
        and all(map(may_meet_name, folders, names))
        for pattern in patterns
    )


_KINDS: Sequence[tuple[Callable[[int], bool], str]] = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _kind(mode: int) -> str:
    return next((kind for is_it, kind in _KINDS if is_it(mode)), "no ordinary file")


def _walk(top: int, most: int) -> Iterator[tuple[str, int]]:
    """Path and mode of everything below, by descriptors: no name is looked up twice."""
    left = most
    for path, mode in _below(top, "", DEEPEST):
        left -= 1
        if left < 0:
            raise TooMuch(f"more than {most} files")
        yield path, mode


def _below(folder: int, prefix: str, depth: int) -> Iterator[tuple[str, int]]:
    if depth < 0:
        raise TooMuch(f"folders more than {DEEPEST} deep")
    with os.scandir(folder) as entries:
        for entry in entries:
            mode = entry.stat(follow_symlinks=False).st_mode
            yield prefix + entry.name, mode
            if stat.S_ISDIR(mode):
                yield from _into(folder, entry.name, prefix, depth)


def _into(parent: int, name: str, prefix: str, depth: int) -> Iterator[tuple[str, int]]:
    inner = os.open(name, FOLDER, dir_fd=parent)
    try:
        yield from _below(inner, f"{prefix}{name}/", depth - 1)
    finally:
        os.close(inner)
