"""The hand-written page that opens the manual: its examples are run as they stand."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.manual.noticing import used
from tests.manual.words import Word

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "language" / "definitions.md"
STUDY = ROOT / "project_template"  # whose codelists the examples read


@dataclass(frozen=True)
class Example:
    """A block of Python, and the heading that it stands below."""

    heading: str
    code: str

    @property
    def has_answers(self) -> bool:
        """Does it ask engines? Those a test runs; printing doesn't need them."""
        return self.code.startswith(">>> ")


@functools.cache
def examples() -> tuple[Example, ...]:
    text = PAGE.read_text(encoding="utf-8")
    parts = re.findall(r"^## ([^\n]+)$|^```python\n(.*?)^```$", text, re.M | re.S)
    found, heading = [], ""
    for title, code in parts:
        heading = title or heading
        if code:
            found.append(Example(heading, code))
    return tuple(found)


def run(example: Example, names: dict[str, Any]) -> None:
    """Run a definition's lines in the study's folder, as a site would."""
    told = contextlib.redirect_stderr(io.StringIO())  # show() speaks there
    with contextlib.chdir(STUDY), _without_parameters(), told:
        exec(compile(example.code, str(PAGE), "exec"), names)


@contextlib.contextmanager
def _without_parameters() -> Iterator[None]:
    """A definition reads its own arguments, never those of make or pytest."""
    before, sys.argv = sys.argv, [PAGE.name]
    try:
        yield
    finally:
        sys.argv = before


def shows() -> dict[str, set[Word]]:
    """The words that each heading's examples say."""
    names: dict[str, Any] = {"__name__": "definition"}
    found: dict[str, set[Word]] = {}
    for example in examples():
        if not example.has_answers:
            said = used(lambda: run(example, names), str(PAGE).__eq__)  # noqa: B023
            found.setdefault(example.heading, set()).update(said)
    return found
