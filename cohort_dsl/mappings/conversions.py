"""From what stands in the database to the contract's types; what can't be is NULL."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from cohort_dsl.mappings.physical import NUMBERS, Family
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Dialect, Sql

DAYS = (Family.DATE, Family.TIME, Family.MOMENT)

NEVER: Mapping[Kind, tuple[Family, ...]] = {
    Kind.DATE: NUMBERS,  # 20240131 is one by day_in(…, 'YYYYMMDD') only
    Kind.INT: DAYS,
    Kind.FLOAT: DAYS,
}
"""Of which types no value can ever be read as one of a kind."""


def misfit(family: Family, kind: Kind) -> str:
    """Why nothing in a column of this type can be one of the kind; empty if some can."""
    if family not in NEVER.get(kind, ()):
        return ""
    holds = "days" if family in DAYS else "numbers"
    return f"holds {holds}, and {READ_AS[kind]} can't be read of them"


READ_AS: Mapping[Kind, str] = {
    Kind.DATE: "a date",
    Kind.INT: "a whole number",
    Kind.FLOAT: "a number",
    Kind.BOOL: "yes or no",
}
"""The kinds that not every text can be read as."""


def converted(value: Sql, family: Family, kind: Kind, dialect: Dialect) -> Sql:
    """The value of a physical column as a value of the kind."""
    return CONVERSIONS[kind](value, family, dialect)


def _to_text(value: Sql, family: Family, dialect: Dialect) -> Sql:
    """Without blanks around it; a text of nothing else is missing."""
    kind = dialect.type(Kind.STR)
    if family in (
        Family.NUMBER,
        Family.DECIMAL,
    ):  # an id that some loader made a float: 12, not 12.0
        whole = sa.cast(_to_int(value, family, dialect), kind)
        return sa.func.coalesce(whole, sa.cast(value, kind))
    if family is not Family.TEXT:
        return sa.cast(value, kind)
    text = sa.func.trim(sa.cast(value, kind), type_=kind)
    # So that texts of several collations can be compared with each other.
    return dialect.by_code_point(sa.func.nullif(text, sa.literal(""), type_=kind))


def _to_int(value: Sql, family: Family, dialect: Dialect) -> Sql:
    """Only of whole numbers: CAST alone would round."""
    kind = dialect.type(Kind.INT)
    if family is Family.WHOLE:
        return sa.cast(value, kind)
    numeric = family in (Family.NUMBER, Family.DECIMAL)
    number = value if numeric else dialect.parsed(value, Kind.FLOAT)
    whole = number == sa.func.floor(number)
    return sa.case((whole, dialect.parsed(value, Kind.INT)))


def _to_float(value: Sql, family: Family, dialect: Dialect) -> Sql:
    if family in (Family.WHOLE, Family.NUMBER):
        return dialect.finite(sa.cast(value, dialect.type(Kind.FLOAT)))
    return dialect.finite(dialect.parsed(value, Kind.FLOAT))


def _to_date(value: Sql, family: Family, dialect: Dialect) -> Sql:
    if family is Family.DATE:
        return dialect.in_calendar(value)
    if family is Family.TIME:
        return dialect.in_calendar(sa.cast(value, dialect.type(Kind.DATE)))
    return dialect.parsed(value, Kind.DATE)


def _to_bool(value: Sql, family: Family, dialect: Dialect) -> Sql:
    return dialect.parsed(value, Kind.BOOL)


CONVERSIONS: Mapping[Kind, Callable[[Sql, Family, Dialect], Sql]] = {
    Kind.STR: _to_text,
    Kind.CODE: _to_text,
    Kind.CODES: _to_text,
    Kind.INT: _to_int,
    Kind.FLOAT: _to_float,
    Kind.DATE: _to_date,
    Kind.BOOL: _to_bool,
}


def day_of(year: Sql, month: Sql, day: Sql, dialect: Dialect) -> Sql:
    """The date; the first of the month or year where the rest is missing or no day."""
    one: Sql = sa.literal_column("1")
    months, days = sa.func.coalesce(month, one), sa.func.coalesce(day, one)
    options = [(year, months, days), (year, months, one), (year, one, one)]
    made = [dialect.make_date(*option) for option in options]
    return sa.func.coalesce(*made, type_=dialect.type(Kind.DATE))
