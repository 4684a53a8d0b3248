"""What Oracle would refuse with an error, or answer otherwise, said so that it is NULL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.oracle import BINARY_DOUBLE, NUMBER
from sqlalchemy.sql.elements import Grouping

from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Sql

BEFORE, BEYOND = -(2**63) - 1, 2**63  # the whole numbers next to those of 64 bits
HALF = 2**32
DECIMAL_NUMBER: sa.types.TypeEngine[Any] = NUMBER()  # type: ignore[no-untyped-call]
FIRST: Sql = sa.literal_column("DATE '0001-01-01'", sa.Date())
LAST: Sql = sa.literal_column("DATE '9999-12-31'", sa.Date())
MONTH: Sql = sa.literal_column("INTERVAL '1' MONTH", sa.Interval())

DECIMAL = r"^\s*[+-]?([0-9]{1,38}(\.[0-9]{0,38})?|\.[0-9]{1,38})([eE][+-]?[0-9]{1,3})?\s*$"
WHOLE = r"^\s*[+-]?([0-9]{1,38}(\.[0-9]{0,38})?|\.[0-9]{1,38})([eE][+-]?[0-9]{1,2})?\s*$"
DAY = r"^\s*([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})([ T].*)?$"
YES, NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def number(text: int) -> Sql:
    return sa.literal_column(str(text))


# Numbers -----------------------------------------------------------------------


def between(value: Sql, before: Sql, beyond: Sql) -> Sql:
    """The value where it lies between these, else NULL; said once, however long it is.

    GREATEST and LEAST of NULL are NULL, or the bound: both end as NULL.
    """
    held = sa.func.least(sa.func.greatest(value, before), beyond)
    return sa.func.nullif(sa.func.nullif(held, beyond), before, type_=value.type)


def to_int(value: Sql) -> Sql:
    """From a NUMBER, which is whole, to 64 bits."""
    return sa.type_coerce(between(value, number(BEFORE), number(BEYOND)), sa.BigInteger())


def finite(value: Sql) -> Sql:
    """Infinity times 0 is NaN, which equals no number."""
    return sa.case((_times(value, number(0)) == number(0), value))


def _times(left: Sql, right: Sql) -> Sql:
    return Grouping(left).op("*", return_type=sa.Double())(right)


def over(left: Sql, right: Sql, kind: sa.types.TypeEngine[Any]) -> Sql:
    """Divided as it stands: SQLAlchemy's own makes a decimal number of it."""
    return Grouping(left).op("/", return_type=kind)(Grouping(right))


def truncate(value: Sql) -> Sql:
    """In two halves, of which each is exact however a double becomes a NUMBER."""
    held = sa.and_(value >= _double(-(2**63)), value < _double(2**63))
    whole: Sql = sa.func.trunc(value, type_=sa.Double())
    upper: Sql = sa.func.trunc(over(value, _double(HALF), sa.Double()))
    lower: Sql = whole - _times(upper, _double(HALF))
    both = _to_number(upper) * number(HALF) + _to_number(lower)
    return sa.case((held, both))


def _double(whole: int) -> Sql:
    """A power of two: what is reckoned with it stays a double everywhere, and exact."""
    return sa.cast(number(whole), BINARY_DOUBLE())


def _to_number(value: Sql) -> Sql:
    return sa.cast(value, sa.BigInteger())


def extreme(values: Sequence[Sql], *, largest: bool) -> Sql:
    """Of the values that aren't NULL. LEAST and GREATEST of NULL and others differ."""
    kind = values[0].type
    none = _beyond(kind, above=not largest)
    choose = sa.func.greatest if largest else sa.func.least
    found = choose(*(sa.func.coalesce(value, none) for value in values))
    return sa.func.nullif(found, none, type_=kind)


def _beyond(kind: sa.types.TypeEngine[Any], *, above: bool) -> Sql:
    """A value of the engine's that is none of ours."""
    if isinstance(kind, sa.Date):
        noon = "TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')"
        return sa.literal_column(noon if above else "DATE '-4712-01-01'")
    if isinstance(kind, sa.Double):
        return sa.literal_column(f"{'' if above else '-'}BINARY_DOUBLE_INFINITY")
    return number(BEYOND if above else BEFORE)


# Dates -------------------------------------------------------------------------


def later(day: Sql, days: Sql) -> Sql:
    """The day so many days after; none may lie beyond the calendar."""
    moved = day.op("+", return_type=sa.Date())(sa.cast(days, sa.Integer()))
    return sa.type_coerce(moved, sa.Date())


def days_between(start: Sql, end: Sql) -> Sql:
    """Of dates without a time; a difference of two DATEs is another thing elsewhere."""
    both = [sa.cast(day, sa.TIMESTAMP()) for day in (end, start)]
    span = both[0].op("-", return_type=sa.Interval())(both[1])
    return sa.cast(sa.extract("day", span), sa.BigInteger())


def month_of(day: Sql) -> Sql:
    """How many months its own is after the first of all."""
    year, month = sa.extract("year", day), sa.extract("month", day)
    return sa.type_coerce(year * number(12) + month - number(13), sa.BigInteger())


def months_after_first(months: Sql) -> Sql:
    """The 1st of the month that is so many after the first of all; NULL for NULL."""
    span = MONTH.op("*", return_type=sa.Interval())(sa.cast(months, sa.BigInteger()))
    return sa.type_coerce(sa.cast(FIRST.op("+")(span), sa.Date()), sa.Date())


def in_calendar(day: Sql) -> Sql:
    """Without its time; what is before our era is a date here, too."""
    return sa.case((day >= FIRST, sa.cast(sa.func.trunc(day), sa.Date())))


def make_date(year: Sql, month: Sql, day: Sql) -> Sql:
    """NULL for days that aren't there; TO_DATE would fail."""
    sound = sa.and_(
        year.between(number(1), number(9999)),
        month.between(number(1), number(12)),
        day.between(number(1), number(31)),
    )
    first = months_after_first(year * number(12) + month - number(13))
    found = later(first, day - number(1))
    there = sa.extract("month", found) == month
    return sa.case((sound, sa.case((there, found))))


# Texts -------------------------------------------------------------------------


def parsed(value: Sql, kind: Kind, types: Mapping[Kind, sa.types.TypeEngine[Any]]) -> Sql:
    """What the value's text reads as; NULL where it is nothing of that kind."""
    return _PARSERS[kind](sa.cast(value, types[Kind.STR]))


def _is_like(text: Sql, pattern: str) -> Sql:
    return sa.func.regexp_like(text, sa.literal_column(f"'{pattern}'"), type_=sa.Boolean())


def _int(text: Sql) -> Sql:
    """Beyond 99 digits a NUMBER might fail, and nothing there has 64 bits."""
    found: Sql = sa.func.trunc(sa.cast(text, DECIMAL_NUMBER), type_=sa.BigInteger())
    return sa.case((_is_like(text, WHOLE), to_int(found)))


def _float(text: Sql) -> Sql:
    found = sa.cast(text, BINARY_DOUBLE())
    return finite(sa.case((_is_like(text, DECIMAL), found)))


def _date(text: Sql) -> Sql:
    """A time of day is left out."""
    return make_date(*(_part(text, place) for place in range(1, 4)))


def _part(text: Sql, place: int) -> Sql:
    """One of the three numbers of a date."""
    kept: Sql = sa.literal_column(f"'\\{place}'")
    part = sa.func.regexp_replace(text, sa.literal_column(f"'{DAY}'"), kept)
    return sa.case((_is_like(text, DAY), sa.cast(part, sa.BigInteger())))


def _bool(text: Sql) -> Sql:
    word = sa.func.lower(sa.func.trim(text))
    return sa.case((word.in_(YES), number(1)), (word.in_(NO), number(0)))


_PARSERS: Mapping[Kind, Callable[[Sql], Sql]] = {
    Kind.INT: _int,
    Kind.FLOAT: _float,
    Kind.DATE: _date,
    Kind.BOOL: _bool,
}
