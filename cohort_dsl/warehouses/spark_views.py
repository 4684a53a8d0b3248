"""A script's steps as views, and which of them Spark should keep.

A view that is read once becomes part of what reads it. One that is read more often would
be worked out each time, so its rows are kept once they have been read; and so are those of
a view upon many others, because Spark plans deep ones slowly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cohort_dsl.errors import WarehouseError
from cohort_dsl.sql import Script, Statement, Upload
from cohort_dsl.sql.statements import Sent

DEPTH = 4  # views upon each other that are planned as one

# Views upon each other, kept or not: Spark's analyser opens each in all above it. 27 took
# two seconds, 53 twelve, and 103 three minutes.
MOST = 120


@dataclass(frozen=True)
class View:
    """The rows of these statements, one below the other; ``kept`` from their first reading.

    ``depth``: of how many views upon each other it is the last, since one that is kept;
    ``height``: of how many in all.
    """

    name: str
    parts: tuple[Statement, ...]
    kept: bool
    depth: int = 1
    height: int = 1


Made: TypeAlias = View | Upload


def views(script: Script) -> list[Made]:
    """What to make before the script's questions, in order.

    WarehouseError where Spark would plan for hours what stands upon each other.
    """
    asked = [script.question, *script.event_tables.values()]
    statements = [s for s in script.preparations if isinstance(s, Statement)] + asked
    mentions = {id(one): _read(one) for one in statements}
    times = sum(mentions.values(), Counter[str]())
    made: dict[str, Made] = {}
    for place, sent in enumerate(script.preparations):
        if isinstance(sent, Upload):
            made[sent.table] = sent
        elif name := _finished(sent, script.preparations[place + 1 :]):
            parts = tuple(s for s in statements if s.fills == name)
            read = {table for one in parts for table in mentions[id(one)]}
            found = (made.get(table) for table in read)
            below = [one for one in found if isinstance(one, View)]
            depth = 1 + max((one.depth for one in below if not one.kept), default=0)
            kept = depth >= DEPTH or times[name] > 1
            height = 1 + max((one.height for one in below), default=0)
            _demand(height)
            made[name] = View(name, parts, kept, depth, height)
    return list(made.values())


def _demand(height: int) -> None:
    if height > MOST:
        raise WarehouseError(
            f"more than {MOST} of its steps each need the one before, and Spark would plan "
            "them for hours",
            where="the question, as Spark would be asked",
            remedy="Let fewer operations, picks or aggregates stand upon each other: of "
            "many alternatives write one list, one case or one map.",
        )


def _finished(sent: Sent, later: Iterable[Sent]) -> str:
    """The table that is filled here for the last time, if one is."""
    fills = getattr(sent, "fills", "")
    again = any(getattr(other, "fills", "") == fills for other in later)
    return "" if again else fills


_NAMES = re.compile(r"(AS )?`([^`]+)`(\.)?")


def _read(statement: Statement) -> Counter[str]:
    """How often it mentions each table, beside names given to others and what is theirs."""
    names = _NAMES.finditer(statement.text)
    return Counter(one[2] for one in names if not (one[1] or one[3]))
