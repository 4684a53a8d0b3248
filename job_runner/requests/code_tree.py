"""Which files of a commit may be taken in. Decided from git's listing, before any byte."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

REGULAR = {"100644": 0o644, "100755": 0o755}
_NOT_REGULAR = {"120000": "a symbolic link", "160000": "a submodule"}
_LISTED = re.compile(rb"(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-)\t(.*)", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One path of a commit: git's mode, the object's id, its size in bytes."""

    mode: str
    oid: str
    size: int
    path: str


@dataclass(frozen=True)
class TreeLimits:
    """What a study's code may weigh. Code is small; data has no place in it."""

    files: int = 10_000
    size: int = 256 * 1024**2
    path: int = 512


def entries(listing: bytes) -> list[Entry]:
    """What ``git ls-tree -r -l -z --full-tree`` listed; odd bytes stay as surrogates."""
    found = (_LISTED.fullmatch(line) for line in listing.split(b"\0") if line)
    return [
        Entry(
            m[1].decode(),
            m[2].decode(),
            int(m[3]) if m[3] != b"-" else 0,
            m[4].decode("utf-8", "surrogateescape"),
        )
        for m in found
        if m
    ]


def why_not(tree: Sequence[Entry], limits: TreeLimits) -> list[str]:
    """Every reason not to take these files in; none if they may be."""
    reasons = []
    if len(tree) > limits.files:
        reasons.append(f"it has {len(tree)} files, more than {limits.files}")
    if (size := sum(entry.size for entry in tree)) > limits.size:
        reasons.append(f"its files are {size} bytes, more than {limits.size}")
    reasons += [r for entry in tree if (r := _why_not_entry(entry, limits))]
    return reasons + _clashes(tree)


def _why_not_entry(entry: Entry, limits: TreeLimits) -> str | None:
    shown = ascii(entry.path)[:120]
    if entry.mode not in REGULAR:
        return f"{shown} is {_NOT_REGULAR.get(entry.mode, 'no ordinary file')}"
    if len(entry.path.encode("utf-8", "surrogateescape")) > limits.path:
        return f"{shown} is a path of more than {limits.path} bytes"
    if not all(_ordinary(character) for character in entry.path):
        return f"{shown} has a character that file names shouldn't have"
    if any(_strange(part) for part in entry.path.split("/")):
        return f"{shown} isn't a plain path below the repository"
    return None


def _ordinary(character: str) -> bool:
    """Letters, marks, digits, punctuation, space: nothing that hides or reorders."""
    return character != "\\" and (
        character == " " or unicodedata.category(character)[0] in "LMNPS"
    )


def _strange(part: str) -> bool:
    return part in ("", ".", "..") or part.lower() == ".git" or part != part.strip()


def _clashes(tree: Sequence[Entry]) -> list[str]:
    """Paths that are one path on a disk that ignores case or spelling of accents."""
    seen: dict[str, str] = {}
    reasons = []
    for path in sorted({p for entry in tree for p in _with_folders(entry.path)}):
        key = unicodedata.normalize("NFC", path).casefold()
        if key in seen:
            reasons.append(f"{path!a} and {seen[key]!a} are too alike")
        seen[key] = path
    return reasons


def _with_folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
