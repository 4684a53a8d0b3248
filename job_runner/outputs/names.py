"""Which file names an output may have: those that one person can read to another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from job_runner.outputs.survey import shown
from job_runner.project.patterns import path_mistakes


def name_problems(paths: Iterable[str]) -> list[str]:
    """Every reason against these paths; none if all may be published together."""
    ordered = sorted(paths)
    wrong = [f"{shown(path)} {why}" for path in ordered if (why := _why_not(path))]
    return wrong + _clashes(ordered)


def _why_not(path: str) -> str | None:
    try:
        path.encode()
    except UnicodeEncodeError:
        return "has a name that isn't UTF-8"
    return next((problem for problem, _ in path_mistakes(path)), None)


def _clashes(paths: list[str]) -> list[str]:
    """Paths, or folders of theirs, that are one on a disk that ignores case or accents."""
    seen: dict[str, str] = {}
    wrong = []
    for path in sorted({part for whole in paths for part in _with_folders(whole)}):
        key = unicodedata.normalize("NFKC", path).casefold()
        if key in seen:
            wrong.append(f"{shown(path)} and {shown(seen[key])} are too alike")
        seen[key] = path
    return wrong


def _with_folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
