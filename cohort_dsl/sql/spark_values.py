"""What Spark would refuse with an error in ANSI mode, said so that it is NULL instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf

import sqlalchemy as sa

from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Sql

WHOLE = sa.Numeric(20, 0)  # holds every int of 64 bits; products have 38 digits
# Backslashes are doubled: Spark's texts have escapes.
NUMBER = (
    r"^\\s*[+-]?([0-9]{1,255}(\\.[0-9]{0,255})?|\\.[0-9]{1,255})([eE][+-]?[0-9]{1,3})?\\s*$"
)
DAY = r"^\\s*[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T].*)?$"


def number(text: int) -> Sql:
    return sa.literal_column(str(text))


def double(value: float) -> Sql:
    return sa.literal_column(f"CAST('{value!r}' AS DOUBLE)", sa.Double())


def to_int(value: Sql) -> Sql:
    """From a number of any size to 64 bits."""
    return sa.try_cast(value, sa.BigInteger())


def finite(value: Sql) -> Sql:
    """NaN counts as greater than infinity here, so it is left out, too."""
    return sa.case((sa.func.abs(value) < double(inf), value))


def whole_days(days: Sql) -> Sql:
    return sa.try_cast(days, sa.Integer())


def in_calendar(day: Sql) -> Sql:
    first: Sql = sa.literal_column("DATE'0001-01-01'", sa.Date())
    last: Sql = sa.literal_column("DATE'9999-12-31'", sa.Date())
    return sa.case((day.between(first, last), day))


def months_after(first: Sql, months: Sql) -> Sql:
    """``first``: the 1st of a month, which every month has."""
    return sa.func.add_months(first, whole_days(months), type_=sa.Date())


def days_after(day: Sql, days: Sql) -> Sql:
    return sa.func.date_add(day, whole_days(days), type_=sa.Date())


def make_date(year: Sql, month: Sql, day: Sql) -> Sql:
    """NULL for days that aren't there; MAKE_DATE would fail."""
    sound = sa.and_(
        year.between(number(1), number(9999)),
        month.between(number(1), number(12)),
        day.between(number(1), number(31)),
    )
    first: Sql = sa.literal_column("DATE'0001-01-01'", sa.Date())
    months = year * number(12) + month - number(13)
    found = days_after(months_after(first, months), day - number(1))
    there = found < months_after(first, months + number(1))
    return sa.case((sound, sa.case((there, found))))


# Texts -------------------------------------------------------------------------


def parsed(value: Sql, kind: Kind) -> Sql:
    """What the value's text reads as; NULL where it is nothing of that kind."""
    return _PARSERS[kind](sa.cast(value, sa.String()))


def _where_it_reads(text: Sql, pattern: str, found: Sql) -> Sql:
    return sa.case((text.op("RLIKE")(sa.literal_column(f"'{pattern}'")), found))


def _int(text: Sql) -> Sql:
    """What comes after the point is left out."""
    exact = sa.try_cast(text, sa.Numeric(38, 10))
    return _where_it_reads(text, NUMBER, to_int(exact))


def _float(text: Sql) -> Sql:
    """Java's own words for numbers, such as 1d and NaN, are none."""
    return _where_it_reads(text, NUMBER, finite(sa.try_cast(text, sa.Double())))


def _date(text: Sql) -> Sql:
    """A time of day is left out."""
    usual: Sql = sa.func.translate(text, sa.literal_column("'/'"), sa.literal_column("'-'"))
    return _where_it_reads(text, DAY, in_calendar(sa.try_cast(usual, sa.Date())))


_PARSERS: Mapping[Kind, Callable[[Sql], Sql]] = {
    Kind.INT: _int,
    Kind.FLOAT: _float,
    Kind.DATE: _date,
    Kind.BOOL: lambda text: sa.try_cast(text, sa.Boolean()),
}
