# ruff: noqa: S608 (a piece of SQL that recompute wrote; values are bound)
"""Percentiles of a measured column, and the people who stand next to each in line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from output_checker.claims.model import Claim, Levels, percent_of
from output_checker.verify.cohort import Cohort
from output_checker.verify.numbers import Numbers
from output_checker.verify.spread import Sql


def ranked(
    claim: Claim, source: Sql, cohort: Cohort, few: int, cells: Mapping[Levels, Numbers]
) -> Mapping[Levels, Numbers]:
    """The cells with the claim's percentiles: interpolated straight, type 7 of Hyndman
    and Fan, "Sample quantiles in statistical packages", The American Statistician 50, 1996.

    Next to each: the values of the ``few`` people below it and of as many above.
    """
    names = [name for name in claim.measures if percent_of(name) is not None]
    size = len(claim.dimensions)
    rows = cohort.ask(_sql(names, size, source, few), source.values)
    found = {row[:size]: row[size:] for row in rows}
    return {
        levels: replace(
            numbers,
            percentiles=dict(zip(names, found[levels][0], strict=True)),
            near=dict(zip(names, map(tuple, found[levels][1:]), strict=True)),
        )
        if levels in found
        else numbers
        for levels, numbers in cells.items()
    }


def _sql(names: list[str], size: int, source: Sql, few: int) -> str:
    keys = ", ".join(f"d{n}" for n in range(size))
    shares = [(percent_of(name) or 0.0) / 100 for name in names]
    near = ", ".join(_near(share, few) for share in shares)
    return (
        f"SELECT {keys}, points, {near} FROM (SELECT {keys}, count(*) AS n,"
        f" quantile_cont(v, {shares}) AS points, list_sort(list(v)) AS line"
        f" FROM ({source.text}) WHERE v IS NOT NULL GROUP BY CUBE ({keys}))"
    )


def _near(share: float, few: int) -> str:
    """Places count from 1; the percentile is at 1 + (n - 1) times its share."""
    place = f"1 + (n - 1) * {share!r}::DOUBLE"
    first = f"greatest(1, floor({place})::BIGINT - {few - 1:d})"
    last = f"least(n, ceil({place})::BIGINT + {few - 1:d})"
    return f"list_slice(line, {first}, {last})"
