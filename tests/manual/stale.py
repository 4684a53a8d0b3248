"""The printed pages beside what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.manual.opening import PAGE
from tests.manual.pages import PRINTED

FOLDER = PAGE.parent


def stale(pages: Mapping[str, str]) -> list[str]:
    """The pages that differ, are missing, or are no longer printed."""
    old = [path.name for path in FOLDER.iterdir() if _is_old(path, pages)]
    return sorted([*old, *(n for n, text in pages.items() if _text(n) != text)])


def _is_old(path: Path, pages: Mapping[str, str]) -> bool:
    """Printed from here once; other pages of the folder are others'."""
    return path.name not in pages and (_text(path.name) or "").startswith(PRINTED)


def write(pages: Mapping[str, str]) -> list[str]:
    """Make them so; returns the names of those that changed."""
    changed = stale(pages)
    for name in changed:
        if name in pages:
            (FOLDER / name).write_text(pages[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return changed


def _text(name: str) -> str | None:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.is_file() else None
