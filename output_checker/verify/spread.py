# ruff: noqa: S608 (a piece of SQL that recompute wrote; values are bound)
"""How a measured column's values lie in a table's groups: alike, or far apart."""

from __future__ import annotations

from dataclasses import dataclass

from output_checker.claims.model import Claim, Levels
from output_checker.verify.cohort import Cohort


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and the values bound in it, in order."""

    text: str
    values: tuple[object, ...] = ()


def alike(claim: Claim, source: Sql, cohort: Cohort) -> dict[Levels, int]:
    """How many in each cell have its most common value."""
    if claim.value is None:
        return {}
    keys = ", ".join(_keys(claim))
    sql = (
        f"SELECT {keys}, max(alike) FROM (SELECT {keys}, v, count(*) AS alike"
        f" FROM ({source.text}) WHERE v IS NOT NULL GROUP BY CUBE ({keys}), v)"
        f" GROUP BY {keys}"
    )
    return {row[:-1]: row[-1] for row in cohort.ask(sql, source.values)}


def apart(claim: Claim, source: Sql, cohort: Cohort, few: int) -> tuple[Levels, ...]:
    """Groups, and the whole, in which fewer than ``few`` have values apart from all others.

    Further from the next value than all the others are from each other.
    """
    if claim.value is None:
        return ()
    groups = [_keys(claim), ["NULL" for _ in claim.dimensions]]
    sqls = [_apart(", ".join(group), source, few) for group in groups]
    found = [row for sql in sqls for row in cohort.ask(sql, source.values)]
    return tuple(sorted(found, key=repr))


def _apart(group: str, source: Sql, few: int) -> str:
    gaps = (
        "v - lag(v) OVER up AS below, lag(v) OVER up - min(v) OVER cell AS rest_below,"
        " lead(v) OVER up - v AS above, max(v) OVER cell - lead(v) OVER up AS rest_above,"
        " row_number() OVER up AS place, count(v) OVER cell AS people"
    )
    windows = f"cell AS (PARTITION BY {group}), up AS (PARTITION BY {group} ORDER BY v)"
    return (
        f"SELECT DISTINCT {group} FROM (SELECT *, {gaps} FROM ({source.text})"
        f" WHERE v IS NOT NULL WINDOW {windows})"
        f" WHERE (people - place + 1 < {few:d} AND below > rest_below)"
        f" OR (place < {few:d} AND above > rest_above)"
    )


def _keys(claim: Claim) -> list[str]:
    return [f"d{n}" for n in range(len(claim.dimensions))]
