"""Which of the language's words some code says: noticed while it runs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

from tests.manual.words import Word, words


def used(author: Callable[[], object], files: Callable[[str], bool]) -> set[Word]:
    """The words that code of these files says while ``author`` runs."""
    called: set[CodeType] = set()
    authors: dict[CodeType, dict[str, Any]] = {}

    def notice(frame: FrameType, event: str, arg: object) -> None:
        if event != "call":
            return
        if files(frame.f_code.co_filename):
            authors[frame.f_code] = frame.f_globals
        elif frame.f_back and files(frame.f_back.f_code.co_filename):
            called.add(frame.f_code)

    with _noticing(notice):
        author()
    named = [
        known[name]
        for code, known in authors.items()
        for name in code.co_names
        if name in known
    ]
    return {
        word
        for word in words()
        if word.code & called or any(word.named is thing for thing in named)
    }


@contextlib.contextmanager
def _noticing(notice: Any) -> Iterator[None]:
    before = sys.getprofile()
    sys.setprofile(notice)
    try:
        yield
    finally:
        sys.setprofile(before)
