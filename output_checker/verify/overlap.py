# ruff: noqa: S608 (a piece of SQL that recompute wrote; values are bound)
"""Two tables about one cohort: whom both count, and in which of their cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from output_checker.claims.model import Levels
from output_checker.verify.cohort import Cohort
from output_checker.verify.numbers import Recomputed, Shared
from output_checker.verify.parts import parts_of
from output_checker.verify.spread import Sql

MOST_SHARED = 100_000
"""Pairs of cells with somebody in both that two tables are compared by."""


def overlap(first: Recomputed, second: Recomputed, cohort: Cohort) -> Shared | None:
    """Whom two tables about one cohort count in which of their inner cells.

    None if that is more than anyone can go through.
    """
    one, other = _cells(first, "one", cohort), _cells(second, "other", cohort)
    rows = cohort.ask(
        f"SELECT {_shown(first, 'one')}, {_shown(second, 'other')}, count(*)"
        f" FROM (SELECT {one.text}, {other.text} FROM cohort)"
        f" WHERE one OR other GROUP BY ALL LIMIT {MOST_SHARED + 1}",
        (*one.values, *other.values),
    )
    if len(rows) > MOST_SHARED:
        return None
    size = len(first.claim.dimensions) + 1
    return {(_cell(row[:size]), _cell(row[size:-1])): row[-1] for row in rows}


def _cells(table: Recomputed, name: str, cohort: Cohort) -> Sql:
    """Each person's groups in a table, and whether its n counts them at all."""
    parts = parts_of(table.claim, cohort)
    counted = [f"({group.text}) IS NOT NULL" for group in parts.groups]
    counted += [f"{parts.value} IS NOT NULL"] if table.is_summary else []
    groups = [f"{group.text} AS {name}{n}" for n, group in enumerate(parts.groups)]
    inside = " AND ".join([f"({parts.kept.text})", *counted])
    pieces = (parts.kept, *parts.groups, *parts.groups)
    return Sql(
        ", ".join([f"coalesce({inside}, false) AS {name}", *groups]),
        tuple(value for piece in pieces for value in piece.values),
    )


def _shown(table: Recomputed, name: str) -> str:
    """Who is in the table; the groups of those, nothing for others."""
    places = range(len(table.claim.dimensions))
    groups = [f"CASE WHEN {name} THEN {name}{n} END AS {name}_{n}" for n in places]
    return ", ".join([name, *groups])


def _cell(row: Sequence[Any]) -> Levels | None:
    inside, *levels = row
    return tuple(levels) if inside else None
