"""What is wrong where a text isn't YAML, in words for who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import yaml

from job_runner.project.mistakes import Place, shown

Told = tuple[Place, str, str]
"""Where, what is wrong, what to do."""

_QUOTE_IT = "Put the text in quotes."
_LOOK = "Look at indentation, colons and quotes here."


def told(error: yaml.YAMLError, text: str, last_quoted: yaml.ScalarEvent | None) -> Told:
    """The error's place and words. ``last_quoted``: read before it, over several lines.

    A quotation mark or bracket that isn't closed is placed where it opens: the parser goes
    on to the end of the file before it notices.
    """
    at = place_of(getattr(error, "problem_mark", None))
    begun = place_of(getattr(error, "context_mark", None))
    context = str(getattr(error, "context", None) or "")
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", "unreadable"))
    if last_quoted is not None and _ends_at(last_quoted, at):
        place = place_of(last_quoted.start_mark)
        said = f"the quotation mark that opens here is closed on line {at.line} only"
        return place, said, "Close it where the text ends."
    for of_context, of_problem, words in _WORDS:
        if of_context in context and of_problem in problem:
            return words(at, begun, text)
    return at, f"this isn't YAML: {problem}", _LOOK


def place_of(mark: Any) -> Place:
    """From a mark of PyYAML's or of libyaml's; they count from 0."""
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)


def _ends_at(event: yaml.ScalarEvent, at: Place) -> bool:
    end = place_of(event.end_mark)
    return end.line == at.line and end.column <= at.column


def _unclosed_quote(at: Place, begun: Place, text: str) -> Told:
    return begun, "the quotation mark that opens here isn't closed", "Close it."


def _unclosed_bracket(at: Place, begun: Place, text: str) -> Told:
    said = "the bracket that opens here isn't closed, or lacks a comma"
    return begun, said, "Close it, and write a comma after each part but the last."


def _star(at: Place, begun: Place, text: str) -> Told:
    problem = "a text can't begin with `*` or `&`, which mean something in YAML"
    return begun, problem, "Put it in quotes, for example '*.csv'."


def _bad_begin(at: Place, begun: Place, text: str) -> Told:
    found = _character(text, at)
    if found == "\t":
        return at, "there is a tab here", "Indent with blanks."
    return at, f"a text can't begin with {shown(found)}", _QUOTE_IT


def _colon(at: Place, begun: Place, text: str) -> Told:
    remedy = (
        "If it is part of a text, put the text in quotes. Else look at the line above: "
        "is its colon there, with a blank behind it, and are both indented alike?"
    )
    return at, "a colon can't stand here", remedy


def _no_colon(at: Place, begun: Place, text: str) -> Told:
    return begun, "the colon is missing here", "Write `name: value`."


def _indentation(at: Place, begun: Place, text: str) -> Told:
    said = f"this doesn't go on with the lines that began on line {begun.line}"
    remedy = f"Indent it like line {begun.line}, or look at quotes and dashes here."
    return at, said, remedy


def _escape(at: Place, begun: Place, text: str) -> Told:
    said = "a back slash means something between double quotation marks"
    return at, said, "Use single ones, or write the back slash twice."


_WORDS: Sequence[tuple[str, str, Callable[[Place, Place, str], Told]]] = (
    ("quoted scalar", "end of stream", _unclosed_quote),
    ("quoted scalar", "escape", _escape),
    ("flow", "expected ','", _unclosed_bracket),
    ("scanning an a", "alphabetic", _star),
    ("", "cannot start any token", _bad_begin),
    ("", "tab character", _bad_begin),
    ("", "mapping values are not allowed", _colon),
    ("", "could not find expected ':'", _no_colon),
    ("block", "expected key", _indentation),
)
"""By parts of libyaml's context and problem; the pure reader's other words stay as are."""


def _character(text: str, at: Place) -> str:
    lines = text.splitlines()[at.line - 1 : at.line]
    return lines[0][at.column - 1 : at.column] if lines else ""
