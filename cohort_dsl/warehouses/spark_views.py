"""A script's steps as views, and which of them Spark should keep.

A view that is read once becomes part of what reads it. One that is read more often would
be worked out each time, so its rows are kept once they have been read; and so are those of
a view upon many others, because Spark plans deep ones slowly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cohort_dsl.sql import Script, Statement, Upload
from cohort_dsl.sql.statements import Sent

DEPTH = 4  # views upon each other that are planned as one


@dataclass(frozen=True)
class View:
    """The rows of these statements, one below the other; ``kept`` from their first reading.

    ``depth``: of how many views upon each other it is the last, since one that is kept.
    """

    name: str
    parts: tuple[Statement, ...]
    kept: bool
    depth: int = 1


Made: TypeAlias = View | Upload


def views(script: Script) -> list[Made]:
    """What to make before the script's questions, in order."""
    asked = [script.question, *script.event_tables.values()]
    statements = [s for s in script.preparations if isinstance(s, Statement)] + asked
    made: list[Made] = []
    for place, sent in enumerate(script.preparations):
        if isinstance(sent, Upload):
            made.append(sent)
        elif name := _finished(sent, script.preparations[place + 1 :]):
            parts = tuple(s for s in statements if s.fills == name)
            depth = 1 + max(_depths(made, parts), default=0)
            kept = depth >= DEPTH or reads(name, statements) > 1
            made.append(View(name, parts, kept, depth))
    return made


def _depths(made: Iterable[Made], parts: Sequence[Statement]) -> Iterator[int]:
    """Of the views that these statements read, and that aren't kept."""
    for one in made:
        if isinstance(one, View) and not one.kept and reads(one.name, parts):
            yield one.depth


def _finished(sent: Sent, later: Iterable[Sent]) -> str:
    """The table that is filled here for the last time, if one is."""
    fills = getattr(sent, "fills", "")
    again = any(getattr(other, "fills", "") == fills for other in later)
    return "" if again else fills


def reads(name: str, statements: Sequence[Statement]) -> int:
    """How often they mention the table, beside its columns and names given to others."""
    mention = re.compile(rf"(?<!AS )`{re.escape(name)}`(?!\.)")
    return sum(len(mention.findall(one.text)) for one in statements)
