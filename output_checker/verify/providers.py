# ruff: noqa: S608 (a piece of SQL that recompute wrote; values are bound)
"""Who provided the care of a table's people: how many, and how much of it each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from output_checker.claims.model import Claim, Levels
from output_checker.verify.cohort import Cohort
from output_checker.verify.numbers import Numbers, Providers
from output_checker.verify.spread import Sql


def with_providers(
    claim: Claim,
    source: Sql,
    cohort: Cohort,
    largest: int,
    columns: int,
    cells: Mapping[Levels, Numbers],
) -> Mapping[Levels, Numbers]:
    """The cells with what each of the columns w0, w1, ... tells of those they count.

    Patients without a provider are taken to have one and the same.
    """
    found = [_of(f"w{n}", claim, source, cohort, largest) for n in range(columns)]
    if not found:
        return cells
    return {
        levels: replace(
            numbers, providers=tuple(one.get(levels, Providers(0)) for one in found)
        )
        for levels, numbers in cells.items()
    }


def _of(
    column: str, claim: Claim, source: Sql, cohort: Cohort, largest: int
) -> dict[Levels, Providers]:
    keys = ", ".join(f"d{n}" for n in range(len(claim.dimensions)))
    counted = "" if claim.value is None else "WHERE v IS NOT NULL"
    sql = (
        f"SELECT {keys}, count(*), sum(size), max(size, {int(largest)}) FROM"
        f" (SELECT {keys}, {column}, coalesce(sum(abs(v)), 0) AS size FROM"
        f" ({source.text}) {counted} GROUP BY CUBE ({keys}), {column}) GROUP BY {keys}"
    )
    rows = cohort.ask(sql, source.values)
    return {row[:-3]: Providers(row[-3], row[-2], tuple(row[-1])) for row in rows}
