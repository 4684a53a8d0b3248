"""What can still be read of a file that isn't YAML everywhere: it without one action."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count

_ACTIONS = re.compile(r"actions:[ \t]*(#.*)?")
_SAYS_NOTHING = re.compile(r"[ \t]*(#.*)?")
_NAME = r" {{{}}}[^\s#\-?:,\[\]{{}}&*!|>'\"%@`][^:#'\"]*:[ \t]*(#.*)?"
"""An action's name on a line of its own: plain enough to be sure of it."""


@dataclass(frozen=True)
class Rest:
    """The text with an action's lines left blank, but for its name on line ``kept``."""

    text: str
    kept: int


def without_action(text: str, line: int) -> Rest | None:
    """The file without the action that ``line`` (from 1) is in; None where it is in none.

    Lines stay where they were, so that every place in what is left is right.
    """
    lines = text.split("\n")
    depth = _depth(lines)
    if depth is None or line > len(lines):
        return None
    name, other = re.compile(_NAME.format(depth)), re.compile(rf" {{0,{depth}}}[^\s#\-]")
    for kept in range(line - 1, -1, -1):
        if name.fullmatch(lines[kept].rstrip("\r")):
            break
        if _ACTIONS.fullmatch(lines[kept].rstrip("\r")):
            return None
    else:
        return None
    end = next(at for at in count(kept + 1) if at == len(lines) or other.match(lines[at]))
    if end < line:
        return None
    lines[kept + 1 : end] = [""] * (end - kept - 1)
    return Rest("\n".join(lines), kept + 1)


def _depth(lines: list[str]) -> int | None:
    """How far the actions' names are indented."""
    below = False
    for line in lines:
        if below and not _SAYS_NOTHING.fullmatch(line.rstrip("\r")):
            return (len(line) - len(line.lstrip(" "))) or None
        below = below or _ACTIONS.fullmatch(line.rstrip("\r")) is not None
    return None
