"""DuckDB, version 1.4 and later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect

from cohort_dsl.model.nodes import DateUnit
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Arithmetic, Dialect, Sql
from cohort_dsl.sql.within import Within

TYPES: Mapping[Kind, sa.types.TypeEngine[Any]] = MappingProxyType(
    {
        Kind.BOOL: sa.Boolean(),
        Kind.INT: sa.BigInteger(),
        Kind.FLOAT: sa.Double(),  # FLOAT would be 32 bits
        Kind.STR: sa.String(),
        Kind.DATE: sa.Date(),
        Kind.CODE: sa.String(),
        Kind.CODES: sa.String(),
    }
)


class _Words(PGCompiler):
    def visit_try_cast(self, element: sa.TryCast[Any], **settings: Any) -> str:
        value = self.process(element.clause, **settings)
        kind = self.process(element.typeclause, **settings)
        return f"TRY_CAST({value} AS {kind})"


class _Renderer(PGDialect):
    """DuckDB reads PostgreSQL's SQL, and adds to it."""

    statement_compiler = _Words


@cache
def _renderer() -> PGDialect:
    """With parameters as $1, so that % stays a character."""
    return _Renderer(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def _whole(apply: Arithmetic, operands: Sequence[Sql]) -> Sql:
    """NULL instead of an error, whichever it is."""
    found = apply(*operands)
    return sa.Function("try", found, type_=found.type)


def _finite(expression: Sql) -> Sql:
    return sa.case((sa.func.isfinite(expression), expression))


def _sum_of_ints(value: Sql) -> Sql:
    """As a decimal. A HUGEINT is cast as it should be where it isn't negative: DuckDB 2.0
    takes -9007199254740994 for ...992."""
    total = sa.func.sum(value)
    size: Sql = sa.cast(sa.func.abs(total), sa.Double())
    return sa.func.sign(total).op("*", return_type=sa.Double())(size)


def _over(left: Sql, right: Sql) -> Sql:
    return _finite(left.op("/", return_type=sa.Double())(right))


def _truncate(expression: Sql) -> Sql:
    """CAST alone would round."""
    return sa.try_cast(sa.func.trunc(expression), sa.BigInteger())


def _percentile(value: Sql, share: float) -> Sql:
    """Reckoned by hand: QUANTILE_CONT weighs both neighbours, and so rounds otherwise."""
    there = sa.func.list(value).filter(value.is_not(sa.null()))
    ordered: Sql = sa.func.list_sort(there)
    one: Sql = sa.literal_column("1")
    rest: Sql = sa.cast(sa.func.count(value) - one, sa.Double())
    at = rest * sa.cast(sa.literal_column(repr(share)), sa.Double())
    below: Sql = sa.func.floor(at, type_=sa.Double())
    index = sa.cast(below, sa.BigInteger()) + one
    lower: Sql = sa.func.list_extract(ordered, index, type_=sa.Double())
    upper: Sql = sa.func.list_extract(ordered, index + one, type_=sa.Double())
    between = _finite(lower + (upper - lower) * (at - below))
    return sa.case((at == below, lower), else_=between)


def _in_calendar(day: Sql) -> Sql:
    first: Sql = sa.literal_column("DATE '0001-01-01'")
    last: Sql = sa.literal_column("DATE '9999-12-31'")
    return sa.case((day.between(first, last), day))


def _make_date(year: Sql, month: Sql, day: Sql) -> Sql:
    """Of years before the first, too, it makes dates."""
    made = sa.func.make_date(year, month, day)
    return _in_calendar(sa.Function("try", made, type_=sa.Date()))


def _add_days(day: Sql, days: Sql) -> Sql:
    return _in_calendar(day + sa.cast(days, sa.Integer()))


def _add_months(day: Sql, months: Sql) -> Sql:
    first = _first("month")(day)
    one: Sql = sa.literal_column("1")
    moved = _later(first, months) + sa.cast(sa.extract("day", day) - one, sa.Integer())
    following = _later(first, months + one)
    return _in_calendar(sa.case((following < moved, following), else_=moved))


def _later(first: Sql, months: Sql) -> Sql:
    span: Sql = sa.func.to_months(sa.cast(months, sa.Integer()))
    return sa.cast(first + span, sa.Date())


def _first(unit: str) -> Callable[[Sql], Sql]:
    part: Sql = sa.literal_column(f"'{unit}'")
    return lambda day: sa.cast(sa.func.date_trunc(part, day), sa.Date())


def _days_between(start: Sql, end: Sql) -> Sql:
    day: Sql = sa.literal_column("'day'")
    return sa.func.date_diff(day, start, end, type_=sa.BigInteger())


# Beyond so many bytes DuckDB's automaton outgrows its memory and gets a hundred times
# slower: of 18-digit codes 500 are fast, 1,000 are not.
LONGEST_PATTERN = 6_000


def _contains_any(text: Sql, parts: Sequence[str]) -> Sql:
    """By patterns of alternatives: 2,000 codes take as long as two."""
    patterns: list[list[str]] = []
    room = 0
    for part in parts:
        quoted = _PATTERN_SIGNS.sub(r"\\\g<0>", part)
        room -= len(quoted.encode())
        if room < 0 or not patterns:
            patterns.append([])
            room = LONGEST_PATTERN - len(quoted.encode())
        patterns[-1].append(quoted)
    found = (_matches(text, "|".join(pattern)) for pattern in patterns)
    return sa.or_(*found)


_PATTERN_SIGNS = re.compile(r"[^0-9A-Za-z_\x80-\U0010ffff]")


def _matches(text: Sql, pattern: str) -> Sql:
    bound = sa.cast(sa.bindparam(None, pattern, sa.String()), sa.String())
    return sa.func.regexp_matches(text, bound, type_=sa.Boolean())


DUCKDB = Dialect(
    name="duckdb",
    renderer=_renderer,
    types=TYPES,
    native_booleans=True,
    empty_text=True,
    lays_out=True,
    # To tell one list's rows from another's takes longer than one answer more to lay out.
    together=1,
    whole=_whole,
    quotient=lambda x, y: x.op("//", return_type=sa.BigInteger())(y),
    remainder=lambda x, y: x.op("%", return_type=sa.BigInteger())(y),
    finite=_finite,
    plus=lambda x, y: _finite(x + y),
    minus=lambda x, y: _finite(x - y),
    times=lambda x, y: _finite(x * y),
    over=_over,
    power=lambda x, y: _finite(sa.func.pow(x, y, type_=sa.Double())),
    truncate=_truncate,
    floor=lambda x: sa.func.floor(x, type_=sa.Double()),
    # SUM of BIGINT is a HUGEINT
    total=lambda x: sa.try_cast(sa.func.sum(x), sa.BigInteger()),
    sum_of_ints=_sum_of_ints,
    float_total=lambda x: _finite(sa.func.sum(x, type_=sa.Double())),
    percentile=_percentile,
    any_bit=lambda told: sa.func.bit_or(told, type_=sa.BigInteger()),
    least=lambda values: sa.func.least(*values, type_=values[0].type),
    greatest=lambda values: sa.func.greatest(*values, type_=values[0].type),
    contains=lambda text, part: sa.func.contains(text, part, type_=sa.Boolean()),
    contains_any=_contains_any,
    starts_with=lambda text, part: sa.func.starts_with(text, part, type_=sa.Boolean()),
    prefix=lambda text, length: sa.func.substr(
        text, sa.literal_column("1"), sa.literal_column(str(length)), type_=sa.String()
    ),
    add_days=_add_days,
    add_months=_add_months,
    first_of={DateUnit.MONTHS: _first("month"), DateUnit.YEARS: _first("year")},
    days_between=_days_between,
    in_calendar=_in_calendar,
    make_date=_make_date,
    parsed=lambda value, kind: sa.try_cast(value, TYPES[kind]),
    by_code_point=lambda text: text,
    ascending=lambda key: sa.nulls_first(sa.asc(key)),
    descending=lambda key: sa.nulls_last(sa.desc(key)),
    worked_out=lambda rows: rows,  # as it does anyway
    for_many_answers=lambda rows, patient: rows,
    within=Within(steps=900),  # a WITH's steps nest, and 1,000 levels are too deep
)
