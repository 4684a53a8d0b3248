# ruff: noqa: S608 (columns are quoted and from the file's own list; values are bound)
"""A claim's table counted again, from the cohort, by SQL that we wrote.

Columns are quoted and known to exist; every value that the claim names is bound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from output_checker.claims.model import (
    LISTS,
    MISSING,
    AsIs,
    Bands,
    Claim,
    Condition,
    Dimension,
    IsPresent,
    Levels,
    Year,
)
from output_checker.verify.cohort import (
    DATES,
    FRACTIONS,
    KNOWN,
    MEASURABLE,
    NUMBERS,
    PATIENT,
    Cohort,
    Unverifiable,
    provider_of,
)
from output_checker.verify.numbers import Numbers, Recomputed
from output_checker.verify.providers import with_providers
from output_checker.verify.ranks import ranked
from output_checker.verify.spread import Sql, alike, apart

HANDFUL = 20
"""Different values of a measured column are counted up to here."""

OF_ALL = (
    "coalesce(min(v) >= 0, true), count(v) = count(*), count(DISTINCT v),"
    " coalesce(max(abs(v)) > 1e100, false)"
)
LARGE = 1e300
RECOMPUTED = ("crosstab", "summary", "rates", "percentiles", "histogram", "survival")
"""The kinds of claim that this module can bear out."""
MOST_GROUPS = 20_000
"""As many as a claim may have cells."""
A_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])")


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
    if claim.kind not in RECOMPUTED:
        raise Unverifiable(
            f"claims of kind {claim.kind} can't be recomputed yet",
            "Claim the table with crosstab() or summary().",
        )
    known = (name if cohort.made is None else provider_of(name) for name in providers)
    columns = [_column(name, cohort)[0] for name in known if name in cohort.columns]
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
        rarest={c: _rarest(c, cohort) for c in claim.population if _texts(c)},
    )


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
    above, complete, distinct, too_large = cohort.ask(sql, source.values)[0]
    if too_large:
        raise Unverifiable(
            f"{claim.value} is far too large for somebody",
            "Look at the definition of the column.",
        )
    if claim.kind == "rates" and not above:
        raise Unverifiable(
            f"{claim.value} is below zero for somebody, so it isn't person-time",
            "Count each person's time from a start that isn't after its end.",
        )
    by_rank = claim.kind == "percentiles"
    return replace(
        found,
        cells=ranked(claim, source, cohort, few, _cells(claim, source, cohort, largest))
        if by_rank
        else _cells(claim, source, cohort, largest),
        nonnegative=above,
        complete=complete,
        distinct=min(distinct, HANDFUL),
        apart=() if by_rank else apart(claim, source, cohort, few),
    )


def _cells(
    claim: Claim, source: Sql, cohort: Cohort, largest: int
) -> dict[Levels, Numbers]:
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


def _rarest(condition: Condition, cohort: Cohort) -> int | None:
    """How many people have the rarest of the words a condition names; of dates None."""
    column, kind = _column(condition.column, cohort)
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


@dataclass(frozen=True)
class Parts:
    """A table's people in SQL: their groups, the value measured, and who they are."""

    groups: tuple[Sql, ...]
    value: str
    kept: Sql


def parts_of(claim: Claim, cohort: Cohort) -> Parts:
    """What a claim says, as SQL about a row of the cohort."""
    conditions = [_condition(c, cohort) for c in claim.population]
    return Parts(
        groups=tuple(_level(d, cohort) for d in claim.dimensions),
        value=_value(claim.value, cohort),
        kept=Sql(
            " AND ".join(f"({c.text})" for c in conditions) or "true",
            tuple(v for c in conditions for v in c.values),
        ),
    )


def _source(claim: Claim, cohort: Cohort, providers: Sequence[str]) -> Sql:
    """One row per person of the table: d0, d1, ..., the value v, and providers w0, ..."""
    parts = parts_of(claim, cohort)
    columns = ", ".join(f"{g.text} AS d{n}" for n, g in enumerate(parts.groups))
    present = " AND ".join(f"d{n} IS NOT NULL" for n in range(len(parts.groups)))
    others = "".join(f", {text} AS w{n}" for n, text in enumerate(providers))
    inner = f"SELECT {columns}, {parts.value} AS v{others} FROM cohort"
    values = [v for piece in (*parts.groups, parts.kept) for v in piece.values]
    sql = f"SELECT * FROM ({inner} WHERE {parts.kept.text}) WHERE {present}"
    return Sql(sql, tuple(values))


def _level(dimension: Dimension, cohort: Cohort) -> Sql:
    column, kind = _column(dimension.column, cohort)
    match dimension.derivation:
        case IsPresent():
            return Sql(f"CASE WHEN {column} IS NULL THEN 'no' ELSE 'yes' END")
        case Year() if kind in DATES:
            words = Sql(f"CAST(year({column}) AS VARCHAR)")
        case Bands() as bands if kind in MEASURABLE:
            words = _banded(column, bands)
        case AsIs() if kind == "BOOLEAN":
            words = Sql(f"CASE {column} WHEN true THEN 'yes' WHEN false THEN 'no' END")
        case AsIs() if kind == "VARCHAR" or kind in NUMBERS:
            words = Sql(f"CAST({column} AS VARCHAR)")
        case other:
            raise Unverifiable(
                f"{dimension.column} can't be divided into groups by {other.kind!r}",
                "Use bands for measurements, year for dates, other columns as they are.",
            )
    if dimension.missing_is_a_level:
        return Sql(f"coalesce({words.text}, ?)", (*words.values, MISSING))
    return words


def _banded(column: str, bands: Bands) -> Sql:
    first, *others = bands.labels()
    whens = [f"WHEN {column} >= CAST(? AS DOUBLE) THEN ?" for _ in others]
    from_top = zip(reversed(bands.edges), reversed(others), strict=True)
    values = [part for pair in from_top for part in pair]
    text = f"CASE WHEN {column} IS NULL THEN NULL {' '.join(whens)} ELSE ? END"
    return Sql(text, (*values, first))


def _value(name: str | None, cohort: Cohort) -> str:
    if name is None:
        return "CAST(NULL AS DOUBLE)"
    column, kind = _column(name, cohort)
    if kind not in MEASURABLE:
        raise Unverifiable(
            f"{name} isn't a number, so it has no mean",
            "Measure a number; count people by other columns with crosstab().",
        )
    return f"CAST({column} AS DOUBLE)"


def _condition(condition: Condition, cohort: Cohort) -> Sql:
    column, kind = _column(condition.column, cohort)
    operator, value = condition.operator.upper(), condition.value
    if value is None:
        return Sql(f"{column} IS {'NOT ' if operator == 'IS PRESENT' else ''}NULL")
    several = value if isinstance(value, tuple) else (value,)
    if not all(_comparable(one, kind) for one in several):
        raise Unverifiable(
            f"the condition on {condition.column} compares it with something else",
            "Compare numbers with numbers, words with words, and dates with 2024-12-31.",
        )
    marks = ", ".join(f"CAST(? AS {_cast(kind)})" for _ in several)
    if condition.operator in LISTS:
        right = f"({marks})" if several else "(NULL)"
        nobody = "false" if operator == "IN" else f"{column} IS NOT NULL"
        return Sql(f"{column} {operator} {right}" if several else nobody, several)
    symbol = {"==": "=", "!=": "<>"}.get(condition.operator, condition.operator)
    return Sql(f"{column} {symbol} {marks}", several)


def _comparable(value: object, kind: str) -> bool:
    if isinstance(value, bool) or kind == "BOOLEAN":
        return isinstance(value, bool) and kind == "BOOLEAN"
    if isinstance(value, str):
        return kind == "VARCHAR" or (kind in DATES and _is_a_date(value))
    return kind in MEASURABLE and isinstance(value, int | float) and abs(value) < LARGE


def _is_a_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return A_DATE.fullmatch(text) is not None


def _cast(kind: str) -> str:
    return "DOUBLE" if kind in MEASURABLE else kind


def _column(name: str, cohort: Cohort) -> tuple[str, str]:
    """A column as SQL, with NaN as missing, and its type; from the file's own list."""
    kind = cohort.columns.get(name)
    if kind is None or name == PATIENT:
        raise Unverifiable(
            f"the dataset has no column {name!r} to claim about",
            "Add it to the cohort definition, or claim about a column that is there.",
        )
    if kind not in KNOWN:
        raise Unverifiable(
            f"{name} has a type that the checker doesn't know",
            "Extract it as a plain value.",
        )
    quoted = 'cohort."' + name.replace('"', '""') + '"'
    return (f"nullif({quoted}, 'NaN')" if kind in FRACTIONS else quoted), kind
