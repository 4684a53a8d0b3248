"""PostgreSQL, version 14 and later.

It raises an error where others say NULL or infinity, and has no TRY. So ints are reckoned
as NUMERIC, which has no bounds, and brought back; floats are compared first, at scales at
which the comparison itself can't fail. It works a subquery's column out anew wherever it
is read, unless the subquery has an OFFSET.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect

from cohort_dsl.model.nodes import DateUnit
from cohort_dsl.model.types import Kind
from cohort_dsl.sql import powers
from cohort_dsl.sql.dialect import Arithmetic, Dialect, Sql
from cohort_dsl.sql.postgresql_names import Names
from cohort_dsl.sql.postgresql_values import (
    FIRST,
    between,
    double,
    in_calendar,
    make_date,
    months_after_first,
    number,
    parsed,
    to_int,
)
from cohort_dsl.sql.temporary import InOrder, Temporary, indexed
from cohort_dsl.sql.within import Within, kept

TYPES: Mapping[Kind, sa.types.TypeEngine[Any]] = MappingProxyType(
    {
        Kind.BOOL: sa.Boolean(),
        Kind.INT: sa.BigInteger(),
        Kind.FLOAT: sa.Double(),
        Kind.STR: sa.Text(),
        Kind.DATE: sa.Date(),
        Kind.CODE: sa.Text(),
        Kind.CODES: sa.Text(),
    }
)

DAYS = 3_652_059  # from the first to the last day of the year 9999, both counted
MONTHS = 119_988


@cache
def _renderer() -> PGDialect:
    """With parameters as $1, so that % stays a character."""
    made = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    made.identifier_preparer = Names(made)
    return made


# Numbers -----------------------------------------------------------------------


def _whole(apply: Arithmetic, operands: Sequence[Sql]) -> Sql:
    return to_int(apply(*(sa.cast(one, sa.Numeric()) for one in operands)))


def _finite(value: Sql) -> Sql:
    """NaN counts as greater than infinity here, so it is left out, too."""
    return between(value, double(-inf), double(inf))


def _plus(left: Sql, right: Sql) -> Sql:
    """At half the scale, where what is small or of the other sign can be left out."""
    half, one, most = double(0.5), double(1.0), double(2.0**1023)
    up = sa.func.greatest(left, one) * half + sa.func.greatest(right, one) * half
    down = sa.func.least(left, -one) * half + sa.func.least(right, -one) * half
    return sa.case((sa.and_(up < most, down > -most), left + right))


def _times(left: Sql, right: Sql) -> Sql:
    """What would round to 0 is an error as well as what is too large."""
    one, zero = double(1.0), double(0.0)
    down, up, least = double(2.0**-512), double(2.0**537), double(2.0**-538)
    sizes = [sa.func.abs(left), sa.func.abs(right)]
    large = [_product(sa.func.greatest(size, one), down) for size in sizes]
    small = [sa.func.least(size, one) for size in sizes]
    quotient: Sql = least.op("/", return_type=sa.Double())(sa.func.nullif(small[1], zero))
    fits, vanishes = large[0] * large[1] < one, small[0] * up <= quotient
    return sa.case((vanishes, right * zero), (fits, left * right))


def _product(left: Sql, right: Sql) -> Sql:
    """SQLAlchemy leaves out the parentheses around ``*``, which count among doubles."""
    return left.op("*", return_type=sa.Double())(right)


def _over(left: Sql, right: Sql) -> Sql:
    """As ``_times``. Scaled by powers of two, both sides of a comparison stay exact."""
    size, divisor = sa.func.abs(left), sa.func.abs(right)
    large, small = sa.func.greatest, sa.func.least
    vanishes = small(size, double(2.0**400)) * double(2.0**537) <= large(
        divisor, double(2.0**-400)
    ) * double(2.0**-538)
    fits = large(size, double(2.0**-500)) * double(2.0**-512) < small(
        divisor, double(2.0**500)
    ) * double(2.0**512)
    quotient: Sql = left.op("/", return_type=sa.Double())(right)
    return sa.case((vanishes, right * double(0.0)), (fits, quotient))


def _power(base: Sql, exponent: Sql) -> Sql:
    """LN fails at 0, and a product that would round to 0 does."""
    times = sa.func.greatest(
        sa.func.least(sa.func.abs(exponent), double(1e300)), double(1e-200)
    )
    size = sa.func.nullif(sa.func.abs(base), double(0.0))
    log = sa.func.sign(exponent) * times * sa.func.ln(size)
    return powers.judged(base, exponent, log, double, lambda x: _product(x, double(0.5)))


def _truncate(value: Sql) -> Sql:
    """CAST alone would round. The bounds are the doubles next to those of 64 bits."""
    whole: Sql = sa.func.trunc(value, type_=sa.Double())
    held = between(whole, double(-(2.0**63) - 2048), double(2.0**63))
    return sa.cast(held, sa.BigInteger())


def _float_total(value: Sql) -> Sql:
    """Where a value is so large that SUM might fail, at a smaller scale."""
    large, tiny = double(2.0**960), double(2.0**-900)
    size = sa.func.abs(value)
    plain: Sql = sa.func.sum(sa.case((size < large, value)), type_=sa.Double())
    scaled: Sql = sa.func.sum(
        sa.case((size < tiny, double(0.0)), else_=value * double(2.0**-64)),
        type_=sa.Double(),
    )
    whole: Sql = sa.case((sa.func.abs(scaled) < large, scaled * double(2.0**64)))
    return sa.case((sa.func.max(size) >= large, whole), else_=plain)


def _percentile(value: Sql, share: float) -> Sql:
    """PERCENTILE_CONT reckons just so, and gives infinity where others fail."""
    found = sa.func.percentile_cont(double(share)).within_group(value)
    return _finite(sa.type_coerce(found, sa.Double()))


# Dates -------------------------------------------------------------------------


def _days_after_first(day: Sql) -> Sql:
    return sa.cast(day - FIRST, sa.BigInteger())


def _add_days(day: Sql, days: Sql) -> Sql:
    """Reckoned as a number, because dates before 4714 BC are an error."""
    held = between(_days_after_first(day) + days, number(-1), number(DAYS))
    return FIRST + sa.cast(held, sa.Integer())


def _add_months(day: Sql, months: Sql) -> Sql:
    year, month, rest = (sa.cast(sa.extract(part, day), sa.BigInteger()) for part in PARTS)
    after_first = year * number(12) + month - number(13) + months
    held = between(after_first, number(-1), number(MONTHS))
    moved = months_after_first(held) + sa.cast(rest - number(1), sa.Integer())
    following = months_after_first(held + number(1))
    return sa.func.least(moved, following, type_=sa.Date())


PARTS = ("year", "month", "day")


def _first(unit: str) -> Callable[[Sql], Sql]:
    """As a TIMESTAMP, because DATE_TRUNC of a date alone depends on the time zone."""
    part: Sql = sa.literal_column(f"'{unit}'")
    return lambda day: sa.cast(
        sa.func.date_trunc(part, sa.cast(day, sa.DateTime())), sa.Date()
    )


# Text --------------------------------------------------------------------------


def _by_code_point(text: Sql) -> Sql:
    return sa.collate(text, "C")


def _contains(text: Sql, part: Sql) -> Sql:
    found = sa.func.strpos(_by_code_point(text), part, type_=sa.Integer())
    return found > number(0)


def _contains_any(text: Sql, parts: Sequence[str]) -> Sql:
    """Each piece of the text that is as long as a part is looked up among the parts.

    Those are an array, which is hashed: 2,000 parts take as long as ten.
    """
    by_length: dict[int, list[str]] = {}
    for part in parts:
        by_length.setdefault(len(part), []).append(part)
    found = sa.or_(*(_holds_piece(text, *pieces) for pieces in by_length.items()))
    return sa.case((text.is_not(sa.null()), found))


def _holds_piece(text: Sql, length: int, parts: Sequence[str]) -> Sql:
    last = sa.func.char_length(text) - number(length - 1)
    at = sa.func.generate_series(number(1), last).alias("piece_at")
    start: Sql = sa.column("piece_at")
    piece = sa.func.substr(text, start, number(length), type_=sa.Text())
    found = _by_code_point(piece) == sa.any_(_array(parts))
    return sa.exists(sa.select(number(1)).select_from(at).where(found))


def _array(parts: Sequence[str]) -> Sql:
    """As one parameter, parted by a character that none of them has."""
    together = "".join(parts)
    between = next(sign for sign in map(chr, range(1, 0xD800)) if sign not in together)
    signs = (sa.bindparam(None, sign, sa.Text()) for sign in (between.join(parts), between))
    return sa.func.string_to_array(
        *(sa.cast(sign, sa.Text()) for sign in signs), type_=sa.ARRAY(sa.Text())
    )


def _starts_with(text: Sql, part: Sql) -> Sql:
    return sa.func.starts_with(_by_code_point(text), part, type_=sa.Boolean())


def _position(text: Sql, part: Sql) -> Sql:
    return sa.func.strpos(_by_code_point(text), part, type_=sa.Integer())


def _prefix(text: Sql, length: int) -> Sql:
    return sa.func.substr(text, number(1), number(length), type_=sa.Text())


def _key(key: Sql) -> Sql:
    return _by_code_point(key) if isinstance(key.type, sa.String) else key


POSTGRESQL = Dialect(
    name="postgresql",
    renderer=_renderer,
    types=TYPES,
    native_booleans=True,
    empty_text=True,
    lays_out=False,
    # Every aggregate of a step looks at all its rows: of 40 lists at once that takes twice
    # as long as of twelve; of four, the joins of the answers take what was won.
    together=12,
    whole=_whole,
    quotient=lambda x, y: sa.func.div(x, y, type_=sa.Numeric()),
    remainder=lambda x, y: sa.func.mod(x, y, type_=sa.Numeric()),
    finite=_finite,
    plus=_plus,
    minus=lambda x, y: _plus(x, -y),
    times=_times,
    over=_over,
    power=_power,
    truncate=_truncate,
    floor=lambda x: sa.func.floor(x, type_=sa.Double()),
    total=lambda x: to_int(sa.func.sum(x, type_=sa.Numeric())),  # SUM of BIGINT is NUMERIC
    float_total=_float_total,
    percentile=_percentile,
    any_bit=lambda told: sa.func.bit_or(told, type_=sa.BigInteger()),
    least=lambda values: sa.func.least(*values, type_=values[0].type),
    greatest=lambda values: sa.func.greatest(*values, type_=values[0].type),
    contains=_contains,
    contains_any=_contains_any,
    starts_with=_starts_with,
    prefix=_prefix,
    position=_position,
    add_days=_add_days,
    add_months=_add_months,
    first_of={DateUnit.MONTHS: _first("month"), DateUnit.YEARS: _first("year")},
    days_between=lambda start, end: sa.cast(end - start, sa.BigInteger()),
    in_calendar=in_calendar,
    make_date=make_date,
    parsed=parsed,
    by_code_point=_by_code_point,
    ascending=lambda key: sa.nulls_first(sa.asc(_key(key))),
    descending=lambda key: sa.nulls_last(sa.desc(_key(key))),
    worked_out=lambda rows: rows.offset(number(0)),
    # One patient at a time: a hash of them all takes a kilobyte each, and longer.
    for_many_answers=lambda rows, patient: rows.order_by(patient),
    temporary=Temporary(in_order=InOrder(indexed, columns=20)),
    within=Within(keep=kept, longest_in=65_535),  # one IN is hashed, each of several anew
)
