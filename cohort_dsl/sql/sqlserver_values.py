"""What SQL Server would refuse with an error, said so that it is NULL instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from cohort_dsl.model.types import Kind
from cohort_dsl.sql import powers
from cohort_dsl.sql.dialect import Sql

FIRST: Sql = sa.literal_column("CAST('00010101' AS DATE)", sa.Date())
DAYS = 3_652_058  # from the first to the last day of the calendar
MONTHS = 119_987  # from the first to the last month

YES, NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def number(text: int) -> Sql:
    return sa.literal_column(str(text))


def double(value: float) -> Sql:
    """With an exponent, or it would be a decimal number."""
    text = repr(value)
    return sa.literal_column(text if "e" in text else f"{text}E0", sa.Double())


def _larger(value: Sql, least: Sql) -> Sql:
    return sa.case((value < least, least), else_=value)


def _smaller(value: Sql, most: Sql) -> Sql:
    return sa.case((value > most, most), else_=value)


def _product(left: Sql, right: Sql) -> Sql:
    """In parentheses, which count among doubles."""
    return left.op("*", return_type=sa.Double())(right).self_group()


# Numbers -----------------------------------------------------------------------


def to_int(value: Sql) -> Sql:
    """From a whole DECIMAL to 64 bits."""
    return sa.try_cast(value, sa.BigInteger())


def plus(left: Sql, right: Sql) -> Sql:
    """At half the scale the sum can't be too large."""
    half, most = double(0.5), double(2.0**1023)
    middle = _product(left, half) + _product(right, half)
    return sa.case((sa.and_(middle < most, middle > -most), left + right))


def times(left: Sql, right: Sql) -> Sql:
    """Scaled by powers of two, so that the comparison is exact; what vanishes is 0."""
    one, down = double(1.0), double(2.0**-512)
    large = [_product(_larger(sa.func.abs(x), one), down) for x in (left, right)]
    return sa.case((_product(*large) < one, left * right))


def over(left: Sql, right: Sql) -> Sql:
    """As ``times``: the second isn't 0."""
    size = _larger(sa.func.abs(left), double(2.0**-500))
    divisor = _smaller(sa.func.abs(right), double(2.0**500))
    down, up = double(2.0**-512), double(2.0**512)
    fits = _product(size, down) < _product(divisor, up)
    quotient: Sql = left.op("/", return_type=sa.Double())(right)
    return sa.case((fits, quotient))


def power(base: Sql, exponent: Sql) -> Sql:
    """LOG fails at 0."""
    most = double(1e300)
    bounded = _smaller(_larger(exponent, -most), most)
    size = sa.func.nullif(sa.func.abs(base), double(0.0))
    log = _product(bounded, sa.func.log(size))
    return powers.judged(base, exponent, log, double, lambda x: _product(x, double(0.5)))


def truncate(value: Sql) -> Sql:
    """The bounds are those of 64 bits, as doubles."""
    held = sa.and_(value >= double(-(2.0**63)), value < double(2.0**63))
    towards_zero: Sql = sa.func.round(value, number(0), number(1), type_=sa.Double())
    return sa.case((held, sa.try_cast(towards_zero, sa.BigInteger())))


def float_total(value: Sql) -> Sql:
    """Where a value is so large that SUM might fail, at a smaller scale."""
    large, size = double(2.0**960), sa.func.abs(value)
    plain: Sql = sa.func.sum(sa.case((size < large, value)), type_=sa.Double())
    scaled: Sql = sa.func.sum(_product(value, double(2.0**-64)), type_=sa.Double())
    whole: Sql = sa.case((sa.func.abs(scaled) < large, scaled * double(2.0**64)))
    return sa.case((sa.func.max(size) >= large, whole), else_=plain)


def extreme(values: Sequence[Sql], *, largest: bool) -> Sql:
    """Of the values that aren't NULL; LEAST and GREATEST came with 2022.

    The first that no later one surpasses. Two by two, each would be written twice as often
    as the next.
    """

    def first(value: Sql, other: Sql) -> Sql:
        ahead = value >= other if largest else value <= other
        return sa.or_(other.is_(sa.null()), ahead)

    *before, last = values
    whens = [
        (sa.and_(one.is_not(sa.null()), *(first(one, other) for other in values[n:])), one)
        for n, one in enumerate(before, start=1)
    ]
    found = sa.case(*whens, else_=last) if whens else last
    return sa.type_coerce(found, values[0].type)


# Dates -------------------------------------------------------------------------


def _date(function: str, *operands: Sql) -> Sql:
    return sa.Function(function, *operands, type_=sa.Date())


def _part(part: str, day: Sql) -> Sql:
    return sa.cast(sa.extract(part, day), sa.BigInteger())


def _moved(unit: str, count: Sql, day: Sql) -> Sql:
    """None may lie beyond the calendar."""
    name: Sql = sa.literal_column(unit)
    return _date("DATEADD", name, sa.cast(count, sa.Integer()), day)


def days_between(start: Sql, end: Sql) -> Sql:
    day: Sql = sa.literal_column("day")
    return sa.cast(sa.func.datediff(day, start, end), sa.BigInteger())


def add_days(day: Sql, days: Sql) -> Sql:
    after_first = days_between(FIRST, day) + days
    held = after_first.between(number(0), number(DAYS))
    return sa.case((held, _moved("day", days, day)))


def _month_of(day: Sql) -> Sql:
    return _part("year", day) * number(12) + _part("month", day) - number(13)


def add_months(day: Sql, months: Sql) -> Sql:
    """The 1st of the month, and from there so many days; at most the next 1st."""
    after_first = _month_of(day) + months
    held = after_first.between(number(0), number(MONTHS))
    first = _moved("month", after_first, FIRST)
    rest = _part("day", day) - number(1)
    last = after_first == number(MONTHS)  # which has 31 days
    following = sa.case((sa.not_(last), _moved("month", after_first + number(1), FIRST)))
    moved = _moved("day", rest, first)
    earlier = sa.case((following < moved, following), else_=moved)
    return sa.case((held, earlier))


def first_of_month(day: Sql) -> Sql:
    year, month = sa.extract("year", day), sa.extract("month", day)
    return _date("DATEFROMPARTS", year, month, number(1))


def first_of_year(day: Sql) -> Sql:
    return _date("DATEFROMPARTS", sa.extract("year", day), number(1), number(1))


def make_date(year: Sql, month: Sql, day: Sql) -> Sql:
    """NULL for days that aren't there; DATEFROMPARTS would fail."""
    sound = sa.and_(
        year.between(number(1), number(9999)),
        month.between(number(1), number(12)),
        day.between(number(1), number(31)),
    )
    digits = sa.cast(year * number(10_000) + month * number(100) + day, sa.VARCHAR(30))
    zeros: Sql = sa.literal_column("'00000000'")
    text = sa.func.right(zeros + digits, number(8), type_=sa.String())
    return sa.case((sound, sa.try_cast(text, sa.Date())))


# Texts -------------------------------------------------------------------------


def parsed(value: Sql, kind: Kind) -> Sql:
    """What the value's text reads as; NULL where it is nothing of that kind.

    An empty text would be 0, and the first day of 1900.
    """
    text: Sql = sa.func.trim(sa.cast(value, sa.VARCHAR(8000)), type_=sa.String())
    there = sa.case((sa.func.datalength(text) > number(0), text), else_=sa.null())
    return _PARSERS[kind](there)


def _int(text: Sql) -> Sql:
    exact = sa.try_cast(text, sa.Numeric(38, 9))
    towards_zero = sa.func.round(exact, number(0), number(1), type_=sa.Numeric(38, 9))
    return sa.func.coalesce(
        sa.try_cast(towards_zero, sa.BigInteger()),
        truncate(sa.try_cast(text, sa.Float(53))),
        type_=sa.BigInteger(),
    )


def _parsed_date(text: Sql) -> Sql:
    """A time of day is left out."""
    day = sa.func.left(text, number(10), type_=sa.String())
    one: Sql = sa.literal_column("'/'")
    other: Sql = sa.literal_column("'-'")
    kind: Sql = sa.literal_column("DATE")
    written = sa.func.replace(day, one, other)
    return _date("TRY_CONVERT", kind, written, number(23))


def _bool(text: Sql) -> Sql:
    word = sa.func.lower(text)
    return sa.case((word.in_(YES), number(1)), (word.in_(NO), number(0)))


_PARSERS: Mapping[Kind, Callable[[Sql], Sql]] = {
    Kind.INT: _int,
    Kind.FLOAT: lambda text: sa.try_cast(text, sa.Float(53)),
    Kind.DATE: _parsed_date,
    Kind.BOOL: _bool,
}
