"""What a claim says, as SQL about a row of the cohort.

Columns are quoted and known to exist; every value that the claim names is bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from output_checker.claims.model import (
    LISTS,
    MISSING,
    AsIs,
    Bands,
    Claim,
    Condition,
    Dimension,
    IsPresent,
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
)
from output_checker.verify.spread import Sql

LARGE = 1e300
A_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])")


@dataclass(frozen=True)
class Parts:
    """A table's people in SQL: their groups, the value measured, and who they are."""

    groups: tuple[Sql, ...]
    value: str
    kept: Sql


def parts_of(claim: Claim, cohort: Cohort) -> Parts:
    """What a claim says, as SQL about a row of the cohort."""
    conditions = [_condition(c, cohort) for c in claim.whom()]
    return Parts(
        groups=tuple(level_of(d, cohort) for d in claim.dimensions),
        value=number_of(claim.value, cohort),
        kept=Sql(
            " AND ".join(f"({c.text})" for c in conditions) or "true",
            tuple(v for c in conditions for v in c.values),
        ),
    )


def level_of(dimension: Dimension, cohort: Cohort) -> Sql:
    """A person's group in a dimension, as a word."""
    column, kind = column_of(dimension.column, cohort)
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


def number_of(name: str | None, cohort: Cohort) -> str:
    """A person's value of a column that is measured, if one is."""
    if name is None:
        return "CAST(NULL AS DOUBLE)"
    column, kind = column_of(name, cohort)
    if kind not in MEASURABLE:
        raise Unverifiable(
            f"{name} isn't a number, so it has no mean, percentile or total",
            "Measure a number; count people by other columns with crosstab(), and by a"
            " yes/no with rates().",
        )
    return f"CAST({column} AS DOUBLE)"


def _condition(condition: Condition, cohort: Cohort) -> Sql:
    column, kind = column_of(condition.column, cohort)
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


def column_of(name: str, cohort: Cohort) -> tuple[str, str]:
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
    column = f"cohort.{cohort.sql(name)}"
    return (f"nullif({column}, 'NaN')" if kind in FRACTIONS else column), kind
