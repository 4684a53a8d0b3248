# ruff: noqa: S608 (columns are quoted and from the file's own list; values are bound)
"""A claim's table counted again, from the cohort, by SQL that we wrote.

Columns are quoted and known to exist; every value that the claim names is bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from output_checker.claims.model import Claim, Condition, Levels
from output_checker.verify.cohort import Cohort, Unverifiable, provider_of
from output_checker.verify.numbers import Numbers, Recomputed
from output_checker.verify.parts import Parts, column_of, parts_of
from output_checker.verify.providers import with_providers
from output_checker.verify.ranks import ranked
from output_checker.verify.spread import Sql, alike, apart

HANDFUL = 20
"""Different values of a measured column are counted up to here."""

OF_ALL = (
    "coalesce(min(v) >= 0, true), count(v) = count(*), count(DISTINCT v),"
    " coalesce(max(abs(v)) > 1e100, false),"
    " coalesce(min(abs(v)) FILTER (v <> 0) < 1e-100, false)"
)
"""Beyond a googol, and a googolth, squares run over or vanish: sums would be wrong."""
MOST_GROUPS = 20_000
"""As many as a claim may have cells."""


def recompute(
    path: str,
    claim: Claim,
    cohort: Cohort,
    *,
    largest: int,
    few: int,
    providers: Sequence[str] = (),
) -> Recomputed:
    """The claim's cells as the cohort has them, with the ``largest`` sizes of each.

    Fewer people than ``few`` in a group whose values are far from all others are noted.
    ``providers``: columns that tell who provided care, where the cohort has them.

    Raises Unverifiable where the claim is about what the cohort file doesn't hold.
    """
    columns = provided_by(providers, cohort)
    source = _source(claim, cohort, columns)
    found = _counted(claim, source, cohort)
    if claim.value is not None:
        found = _measured(claim, source, cohort, largest, few, found)
    if not found.cells:
        raise Unverifiable("nobody is counted", "Look at the claim's conditions.")
    return replace(
        found,
        path=path,
        cells=with_providers(claim, source, cohort, largest, len(columns), found.cells),
        rarest=rarest_words(claim.population, cohort),
    )


def groups(
    claim: Claim, cohort: Cohort, *, largest: int, providers: Sequence[str] = ()
) -> Recomputed:
    """The cells alone, for a table that isn't claimed and of which nothing is shown."""
    columns = provided_by(providers, cohort)
    source = _source(claim, cohort, columns)
    found = _counted(claim, source, cohort)
    if claim.value is not None:
        found = replace(found, cells=cells_of(claim, source, cohort, largest))
    cells = with_providers(claim, source, cohort, largest, len(columns), found.cells)
    return replace(found, cells=cells)


def provided_by(providers: Sequence[str], cohort: Cohort) -> list[str]:
    """As SQL, those of these columns that the cohort has."""
    known = (name if cohort.made is None else provider_of(name) for name in providers)
    return [column_of(name, cohort)[0] for name in known if name in cohort.columns]


def _counted(claim: Claim, source: Sql, cohort: Cohort) -> Recomputed:
    """The table of counts: each row of a cohort is another patient, so rows are counted."""
    keys = ", ".join(f"d{n}" for n in range(len(claim.dimensions)))
    sql = f"SELECT {keys}, count(*) FROM ({source.text}) GROUP BY {keys}"
    rows = cohort.ask(f"{sql} LIMIT {MOST_GROUPS + 1}", source.values)
    if len(rows) > MOST_GROUPS:
        raise Unverifiable(
            f"the cohort has more than {MOST_GROUPS} groups by these columns",
            "Use fewer or wider groups, or fewer dimensions.",
        )
    people: Counter[Levels] = Counter()
    for *levels, count in rows:
        for total in product(*((level, None) for level in levels)):
            people[total] += count
    return Recomputed("", claim, {levels: Numbers(n) for levels, n in people.items()})


def _measured(
    claim: Claim, source: Sql, cohort: Cohort, largest: int, few: int, found: Recomputed
) -> Recomputed:
    """The table with what there is to say about the values that it measures."""
    sql = f"SELECT {OF_ALL} FROM ({source.text})"
    above, complete, distinct, too_large, too_small = cohort.ask(sql, source.values)[0]
    if too_large:
        raise Unverifiable(
            f"{claim.value} is far too large for somebody",
            "Look at the definition of the column.",
        )
    if too_small:
        raise too_near_zero(str(claim.value))
    if claim.kind == "rates" and not above:
        raise Unverifiable(
            f"{claim.value} is below zero for somebody, so it isn't person-time",
            "Count each person's time from a start that isn't after its end.",
        )
    by_rank = claim.kind == "percentiles"
    return replace(
        found,
        cells=ranked(claim, source, cohort, few, cells_of(claim, source, cohort, largest))
        if by_rank
        else cells_of(claim, source, cohort, largest),
        nonnegative=above,
        complete=complete,
        distinct=min(distinct, HANDFUL),
        apart=() if by_rank else apart(claim, source, cohort, few),
    )


def too_near_zero(name: str) -> Unverifiable:
    """Why a column isn't measured that has numbers which are hardly numbers any more."""
    return Unverifiable(
        f"{name} is nearer to zero for somebody than any measurement, without being zero",
        "Such numbers come from bytes read as something else: look at the definition of the"
        " column, or make them zero there.",
    )


def cells_of(
    claim: Claim, source: Sql, cohort: Cohort, largest: int
) -> dict[Levels, Numbers]:
    """What the source's values ``v`` are in each group of the claim, and each total."""
    size = len(claim.dimensions)
    keys = ", ".join(f"d{n}" for n in range(size))
    sql = f"SELECT {keys}, {_aggregates(largest)} FROM ({source.text})"
    rows = cohort.ask(f"{sql} GROUP BY CUBE ({keys})", source.values)
    same = alike(claim, source, cohort)
    return {row[:size]: _numbers(row[size:], same.get(row[:size], 0)) for row in rows}


def _texts(condition: Condition) -> list[str]:
    value = condition.value
    several = value if isinstance(value, tuple) else (value,)
    return [one for one in several if isinstance(one, str)]


def rarest_words(
    conditions: Sequence[Condition], cohort: Cohort
) -> Mapping[Condition, int | None]:
    """How many in the cohort have the rarest of the words of each condition."""
    return {c: _rarest(c, cohort) for c in conditions if _texts(c)}


def _rarest(condition: Condition, cohort: Cohort) -> int | None:
    """How many people have the rarest of the words a condition names; of dates None."""
    column, kind = column_of(condition.column, cohort)
    if kind != "VARCHAR":
        return None
    sql = (
        f"SELECT min(people) FROM (SELECT count({column}) AS people FROM"
        f" (SELECT unnest(CAST(? AS VARCHAR[])) AS word) LEFT JOIN cohort"
        f" ON {column} = word GROUP BY word)"
    )
    rarest: int = cohort.ask(sql, [_texts(condition)])[0][0]
    return rarest


def _aggregates(largest: int) -> str:
    return (
        "count(*), count(v), avg(v), stddev_samp(v), coalesce(sum(v), 0),"
        f" coalesce(sum(v * v), 0), coalesce(sum(abs(v)), 0), max(abs(v), {int(largest)}),"
        " coalesce(min(v) = max(v), false)"
    )


def _numbers(row: Sequence[Any], alike: int) -> Numbers:
    patients, contributors, mean, sd, total, squares, size, top, constant = row
    return Numbers(
        patients=patients, contributors=contributors, mean=mean, sd=sd, total=total,
        squares=squares, size=size, largest=tuple(top or ()), constant=constant,
        alike=alike,
    )  # fmt: skip


def _source(claim: Claim, cohort: Cohort, providers: Sequence[str]) -> Sql:
    return source_of(parts_of(claim, cohort), providers)


def source_of(parts: Parts, providers: Sequence[str] = ()) -> Sql:
    """One row per person of the table: d0, d1, ..., the value v, and providers w0, ..."""
    columns = ", ".join(f"{g.text} AS d{n}" for n, g in enumerate(parts.groups))
    present = " AND ".join(f"d{n} IS NOT NULL" for n in range(len(parts.groups)))
    others = "".join(f", {text} AS w{n}" for n, text in enumerate(providers))
    inner = f"SELECT {columns}, {parts.value} AS v{others} FROM cohort"
    values = [v for piece in (*parts.groups, parts.kept) for v in piece.values]
    sql = f"SELECT * FROM ({inner} WHERE {parts.kept.text}) WHERE {present}"
    return Sql(sql, tuple(values))
