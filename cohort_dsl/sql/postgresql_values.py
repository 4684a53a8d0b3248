"""What PostgreSQL would refuse with an error, said so that it is NULL instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Sql

BEFORE, BEYOND = -(2**63) - 1, 2**63  # the whole numbers next to those of 64 bits
TOO_LARGE = 2**1024 - 2**970  # the least that a double rounds to infinity
SMALLEST = 323  # decimals; what has none of them is 0 as a double
FIRST: Sql = sa.literal_column("DATE '0001-01-01'", sa.Date())

NUMBER = r"^\s*[+-]?([0-9]{1,255}(\.[0-9]{0,255})?|\.[0-9]{1,255})(e[+-]?[0-9]{1,3})?\s*$"
DAY = r"^\s*([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})([ T].*)?$"
YES, NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def number(text: int) -> Sql:
    return sa.literal_column(str(text))


def double(value: float) -> Sql:
    return sa.literal_column(f"CAST('{value!r}' AS DOUBLE PRECISION)", sa.Double())


def between(value: Sql, before: Sql, beyond: Sql) -> Sql:
    """The value where it lies between these, else NULL; said once, however long it is."""
    held = sa.func.least(sa.func.greatest(value, before), beyond)
    return sa.func.nullif(sa.func.nullif(held, beyond), before)


def to_int(value: Sql) -> Sql:
    """From NUMERIC, which is whole, to 64 bits."""
    held = between(value, number(BEFORE), number(BEYOND))
    return sa.cast(held, sa.BigInteger())


def months_after_first(months: Sql) -> Sql:
    """The 1st of the month that is so many after the first of all; NULL for NULL."""
    span = sa.func.make_interval(number(0), sa.cast(months, sa.Integer()))
    return sa.cast(FIRST + span, sa.Date())


def in_calendar(day: Sql) -> Sql:
    """Infinity and what is before our era are dates here, too."""
    before: Sql = sa.literal_column("DATE '0001-12-31 BC'", sa.Date())
    beyond: Sql = sa.literal_column("DATE '10000-01-01'", sa.Date())
    return between(day, before, beyond)


def make_date(year: Sql, month: Sql, day: Sql) -> Sql:
    """NULL for days that aren't there; MAKE_DATE would fail."""
    sound = sa.and_(
        year.between(number(1), number(9999)),
        month.between(number(1), number(12)),
        day.between(number(1), number(31)),
    )
    months = year * number(12) + month - number(13)
    found = months_after_first(months) + sa.cast(day - number(1), sa.Integer())
    there = found < months_after_first(months + number(1))
    return sa.case((sound, sa.case((there, found))))


# Texts -------------------------------------------------------------------------


def parsed(value: Sql, kind: Kind) -> Sql:
    """What the value's text reads as; NULL where it is nothing of that kind."""
    return _PARSERS[kind](sa.cast(value, sa.Text()))


def _numeric(text: Sql) -> Sql:
    return sa.case((text.op("~*")(_pattern(NUMBER)), sa.cast(text, sa.Numeric())))


def _float(text: Sql) -> Sql:
    rounded = sa.func.round(_numeric(text), number(SMALLEST), type_=sa.Numeric())
    return sa.cast(between(rounded, number(-TOO_LARGE), number(TOO_LARGE)), sa.Double())


def _date(text: Sql) -> Sql:
    """A time of day is left out."""
    return make_date(*(_part(text, place) for place in range(1, 4)))


def _part(text: Sql, place: int) -> Sql:
    """One of the three numbers of a date."""
    kept: Sql = sa.literal_column(f"'\\{place}'")
    part = sa.func.regexp_replace(text, _pattern(DAY), kept)
    return sa.case((text.op("~")(_pattern(DAY)), sa.cast(part, sa.BigInteger())))


def _bool(text: Sql) -> Sql:
    word = sa.func.lower(sa.func.btrim(text))
    return sa.case((word.in_(YES), sa.true()), (word.in_(NO), sa.false()))


def _pattern(text: str) -> Sql:
    return sa.literal_column("'" + text + "'")


_PARSERS: Mapping[Kind, Callable[[Sql], Sql]] = {
    Kind.INT: lambda text: to_int(sa.func.trunc(_numeric(text), type_=sa.Numeric())),
    Kind.FLOAT: _float,
    Kind.DATE: _date,
    Kind.BOOL: _bool,
}
