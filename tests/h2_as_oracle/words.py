"""Statements that H2 doesn't read as Oracle does, and what it is told instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.told_otherwise import Instead, told_otherwise

WORDS = (
    Instead(
        r"^CREATE PRIVATE TEMPORARY TABLE (.*) ON COMMIT PRESERVE DEFINITION$",
        r"CREATE LOCAL TEMPORARY TABLE \1 TRANSACTIONAL",
        "a table that only its session sees is called LOCAL",
    ),
    Instead(
        r"^SET TRANSACTION (ISOLATION LEVEL SERIALIZABLE|READ ONLY)$",
        "SELECT 1 FROM DUAL",
        "nobody else writes into a database in memory",
    ),
    Instead(
        r"^ALTER SESSION SET (.*)$",
        "SELECT 1 FROM DUAL",
        "it compares text by its characters and takes dates as they are, whoever asks",
    ),
)

HINT = "/*+ MATERIALIZE */"
"""In a part of a WITH: Oracle works it out once. H2 would read the whole part anew for each
mention of it, and for those in it, so each is kept in a table before what follows."""

_QUOTED = r"""'(?:[^']|'')*'|"[^"]*\""""
_NUMBERS = re.compile(rf"{_QUOTED}|:(\w+)")
_BRACKETS = re.compile(rf"{_QUOTED}|[()]")
_NAMED = re.compile(r'\s*,?\s*("[^"]*") AS\s*\(')


@dataclass(frozen=True)
class Told:
    """A statement as H2 reads it. ``names``: which of the values are its parameters."""

    text: str
    names: tuple[str, ...]


def told(statement: str) -> Iterator[Told]:
    """The statements that H2 is told, one after the other, instead of one."""
    statement = told_otherwise(statement, WORDS)
    kept, rest = _parts(statement)
    for name, rows in kept:
        made = f"CREATE LOCAL TEMPORARY TABLE {name} ON COMMIT DROP TRANSACTIONAL AS {rows}"
        yield Told(f"DROP TABLE IF EXISTS {name}", ())
        yield _numbered(made)
    yield _numbered(rest)


def _parts(statement: str) -> tuple[list[tuple[str, str]], str]:
    """The parts of its WITH by their names, where they are to be kept, and the rest."""
    kept: list[tuple[str, str]] = []
    if not statement.startswith("WITH ") or HINT not in statement:
        return kept, statement
    at = len("WITH ")
    while found := _NAMED.match(statement, at):
        at = _closing(statement, found.end())
        kept.append((found[1], statement[found.end() : at - 1]))
    return kept, statement[at:].strip()


def _closing(statement: str, at: int) -> int:
    """Behind the bracket that closes the one before this place."""
    open_ones = 1
    for found in _BRACKETS.finditer(statement, at):
        open_ones += {"(": 1, ")": -1}.get(found[0], 0)
        if not open_ones:
            return found.end()
    raise AssertionError("a bracket isn't closed")


def _numbered(statement: str) -> Told:
    """A parameter is ?1 there, not :1 or :name."""
    places: dict[str, int] = {}

    def number(part: re.Match[str]) -> str:
        if part[1] is None:
            return part[0]
        return f"?{places.setdefault(part[1], len(places) + 1)}"

    text = _NUMBERS.sub(number, statement)
    return Told(text, tuple(places))
