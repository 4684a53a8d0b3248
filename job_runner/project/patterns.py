"""Which paths an output may name, and which two patterns can name the same file."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

MOST_BYTES = 1024
MOST_NAME_BYTES = 255

MODERATE_EXTENSIONS = frozenset(
    {
        *(".csv", ".tsv"),
        *(".jpg", ".jpeg", ".png", ".svg", ".svgz"),
        *(".html", ".json", ".log", ".md", ".txt"),
    }
)
"""What a reviewer can open without running anything."""

RESERVED_FOLDER = "metadata"

Rule = tuple[Callable[[str], object], str, str]
"""Is it broken, what is wrong, what to do."""

_IS_RELATIVE = "Name it from the study's folder, for example `output/table.csv`."
_IS_PLAIN = "Use letters, digits, `-`, `_`, `.` and, as the only wildcard, `*`."

PATH_RULES: Sequence[Rule] = (
    (lambda p: not p.strip(), "is empty", _IS_RELATIVE),
    (lambda p: acts_on_a_screen(p), "has a control character", _IS_PLAIN),
    (lambda p: any(c.isspace() and c != " " and not acts_on_a_screen(c) for c in p),
     "has a blank that isn't the ordinary one", _IS_PLAIN),
    (lambda p: unicodedata.normalize("NFC", p) != p, "has an accent in two characters",
     "Type the accented letter as one character."),
    (lambda p: len(p.encode()) > MOST_BYTES, f"is longer than {MOST_BYTES} bytes",
     "Shorten it."),
    (lambda p: any(len(n.encode()) > MOST_NAME_BYTES for n in p.split("/")),
     f"has a name longer than {MOST_NAME_BYTES} bytes", "Shorten it."),
    (lambda p: bool(p.strip()) and p != p.strip(), "begins or ends with a blank",
     "Take the blank away."),
    (lambda p: p.startswith(("/", "~")), "isn't relative", _IS_RELATIVE),
    (lambda p: re.match(r"[A-Za-z]:", p), "begins with a drive", _IS_RELATIVE),
    (lambda p: "\\" in p, "has a back slash", "Write `/` between folders."),
    (lambda p: ".." in p.split("/"), "leads out of its folder", _IS_RELATIVE),
    (lambda p: p and not {".", ""}.isdisjoint(p.removeprefix("/").split("/")),
     "isn't in its shortest form", "Take `./`, `//` and a final `/` away."),
)  # fmt: skip
"""For every path in a project file."""

PATTERN_RULES: Sequence[Rule] = (
    (lambda p: not {"?", "[", "]"}.isdisjoint(p), "has a wildcard other than `*`",
     _IS_PLAIN),
    (lambda p: "**" in p, "has `**`", "Write `*` once for each folder level."),
    (lambda p: "/" in p and may_meet_name(p.split("/")[0], RESERVED_FOLDER),
     f"can lie in `{RESERVED_FOLDER}/`, which is the runner's",
     "Use a folder like `output/`."),
    (lambda p: "*" in extension(p), "has a wildcard in its extension",
     "End it with one extension, for example `*.csv`."),
    (lambda p: not extension(p), "has no extension",
     "End it with one, for example `.csv`."),
)  # fmt: skip
"""For outputs, beyond those for every path."""


def path_mistakes(path: str) -> Iterator[tuple[str, str]]:
    """Problem and remedy of each rule that ``path`` breaks; none if it is a safe path."""
    return ((problem, remedy) for broken, problem, remedy in PATH_RULES if broken(path))


def pattern_mistakes(pattern: str) -> Iterator[tuple[str, str]]:
    """The same for an output pattern: a path may be wrong first, else its wildcards."""
    wrong = list(path_mistakes(pattern))
    if wrong:
        yield from wrong
        return
    yield from ((said, remedy) for broken, said, remedy in PATTERN_RULES if broken(pattern))


def extension(path: str) -> str:
    """The last name's extension with its dot, or nothing; `.gz` for `a.csv.gz`."""
    stem, dot, last = path.rpartition("/")[2].rpartition(".")
    return f".{last}" if stem and dot and last else ""


def acts_on_a_screen(text: str, allowed: str = "") -> bool:
    """Control, format (so also right-to-left marks) and line-separating characters."""
    if text.isprintable():  # most are, and this takes no time
        return False
    kinds = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return any(unicodedata.category(c) in kinds and c not in allowed for c in text)


def may_meet_name(one: str, two: str) -> bool:
    """Whether one file or folder name can match both, whatever its case.

    With a ``*`` in each, names of any length are at hand, so only what stands before the
    first star and after the last one can disagree: the middles fit side by side.
    """
    one, two = one.casefold(), two.casefold()
    if "*" not in one:
        return _matches(two, one)
    if "*" not in two:
        return _matches(one, two)
    heads = one.partition("*")[0], two.partition("*")[0]
    tails = one.rpartition("*")[2], two.rpartition("*")[2]
    return _either(str.startswith, *heads) and _either(str.endswith, *tails)


def _either(holds: Callable[[str, str], bool], one: str, two: str) -> bool:
    return holds(one, two) or holds(two, one)


def _matches(pattern: str, name: str) -> bool:
    """Greedy, so linear in practice: each piece between stars at its first place."""
    head, star, rest = pattern.partition("*")
    if not star:
        return pattern == name
    *middles, tail = rest.split("*")
    if len(name) < len(head) + len(tail) or not name.startswith(head):
        return False
    if not name.endswith(tail):
        return False
    at, end = len(head), len(name) - len(tail)
    for piece in middles:
        found = name.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def may_meet(one: str, two: str) -> bool:
    """Whether one path can match both patterns."""
    ones, twos = one.split("/"), two.split("/")
    return len(ones) == len(twos) and all(map(may_meet_name, ones, twos))


def matches(pattern: str, path: str) -> bool:
    """Whether ``path`` is one of the pattern's. Case counts; ``*`` crosses no ``/``."""
    patterns, names = pattern.split("/"), path.split("/")
    return len(patterns) == len(names) and all(map(_matches, patterns, names))


class TooMany(Exception):
    """More pairs to compare than a project file may cost."""


def meetings(
    ones: Iterable[str], twos: Iterable[str], budget: int = 200_000
) -> Iterator[tuple[str, str]]:
    """The pairs of patterns, one of each side, that can match one path.

    Only pairs of equal depth and extension whose beginnings agree are looked at, so real
    files cost next to nothing; TooMany if one is made to cost more than ``budget`` pairs.
    """
    sides = (_by_shape(ones), _by_shape(twos))
    for shape in sides[0].keys() & sides[1].keys():
        heads = _Heads(sides[1][shape])
        for one in sides[0][shape]:
            for two in heads.agreeing(one):
                budget -= 1
                if budget < 0:
                    raise TooMany
                if may_meet(one, two):
                    yield one, two


def _by_shape(patterns: Iterable[str]) -> dict[tuple[int, str], list[str]]:
    shapes: dict[tuple[int, str], list[str]] = defaultdict(list)
    for pattern in dict.fromkeys(patterns):
        shapes[pattern.count("/"), extension(pattern).casefold()].append(pattern)
    return shapes


def _head(pattern: str) -> str:
    return pattern.partition("*")[0].casefold()


class _Heads:
    """Patterns by what stands before their first star."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._at: dict[str, list[str]] = defaultdict(list)
        for pattern in patterns:
            self._at[_head(pattern)].append(pattern)
        self._sorted = sorted(self._at)

    def agreeing(self, pattern: str) -> Iterator[str]:
        """Those whose head is the beginning of this one's, or goes on from it."""
        head = _head(pattern)
        for length in range(len(head)):
            yield from self._at.get(head[:length], ())
        for at in range(bisect_left(self._sorted, head), len(self._sorted)):
            if not self._sorted[at].startswith(head):
                break
            yield from self._at[self._sorted[at]]
