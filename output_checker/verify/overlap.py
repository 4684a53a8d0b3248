# ruff: noqa: S608 (a piece of SQL that recompute wrote; values are bound)
"""Two tables about one cohort: whom both count, and in which of their cells."""

from __future__ import annotations

from output_checker.claims.model import Levels
from output_checker.verify.cohort import PATIENT, Cohort
from output_checker.verify.numbers import Recomputed, Shared
from output_checker.verify.recompute import source_of
from output_checker.verify.spread import Sql

MOST_SHARED = 100_000
"""Pairs of cells with somebody in both that two tables are compared by."""


def overlap(first: Recomputed, second: Recomputed, cohort: Cohort) -> Shared | None:
    """Whom two tables about one cohort count in which of their inner cells.

    None if that is more than anyone can go through.
    """
    one, other = _counted(first, cohort), _counted(second, cohort)
    size = len(first.claim.dimensions)
    keys = [f"one.d{n}" for n in range(size)]
    keys += [f"other.d{n}" for n in range(len(second.claim.dimensions))]
    sql = (
        f"SELECT {', '.join(keys)}, count(*) FROM ({one.text}) one"
        f" FULL JOIN ({other.text}) other USING ({PATIENT})"
        f" GROUP BY ALL LIMIT {MOST_SHARED + 1}"
    )
    rows = cohort.ask(sql, (*one.values, *other.values))
    if len(rows) > MOST_SHARED:
        return None
    return {(_cell(row[:size]), _cell(row[size:-1])): row[-1] for row in rows}


def _counted(table: Recomputed, cohort: Cohort) -> Sql:
    """Those whom a table's n counts."""
    source = source_of(table.claim, cohort)
    counted = "v IS NOT NULL" if table.is_summary else "true"
    return Sql(f"SELECT * FROM ({source.text}) WHERE {counted}", source.values)


def _cell(levels: Levels) -> Levels | None:
    return None if None in levels else levels
