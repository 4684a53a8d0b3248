"""SQL Server, version 2019 and later: never run on a real one.

What the compiler writes for it is read by a parser and a lint of the tests, and kept word
for word; no server has. Text is UTF-8 and compared by its bytes, so by code points. A
column of yes and no would be a BIT, which can't be summed or compared with a condition: it
is a small whole number. NULL is the smallest value of a sort as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mssql.base import MSDialect, MSSQLCompiler, MSTypeCompiler
from sqlalchemy.engine import Dialect as Renderer

from cohort_dsl.model.nodes import DateUnit, MaximumOf, MinimumOf, ToFirstOf
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Arithmetic, Dialect, Sql
from cohort_dsl.sql.sqlserver_values import (
    add_days,
    add_months,
    days_between,
    extreme,
    first_of_month,
    first_of_year,
    float_total,
    make_date,
    number,
    over,
    parsed,
    plus,
    power,
    times,
    to_int,
    truncate,
)
from cohort_dsl.sql.temporary import Temporary, columns, quoted
from cohort_dsl.sql.within import Within

COLLATION = "Latin1_General_100_BIN2_UTF8"
LONGEST = 8_000  # bytes of a text

TYPES: Mapping[Kind, sa.types.TypeEngine[Any]] = MappingProxyType(
    {
        Kind.BOOL: sa.SmallInteger(),
        Kind.INT: sa.BigInteger(),
        Kind.FLOAT: sa.Float(53),
        Kind.STR: sa.VARCHAR(LONGEST),
        Kind.DATE: sa.Date(),
        Kind.CODE: sa.VARCHAR(LONGEST),
        Kind.CODES: sa.VARCHAR(LONGEST),
    }
)


class _Types(MSTypeCompiler):
    def visit_VARCHAR(self, type_: Any, **settings: Any) -> str:
        return f"VARCHAR({type_.length}) COLLATE {COLLATION}"


class _Words(MSSQLCompiler):
    def visit_cast(self, cast: Any, **settings: Any) -> str:
        """The collation of a text stands behind the CAST, not in it."""
        written: str = super().visit_cast(cast, **settings)  # type: ignore[no-untyped-call]
        inside = f" COLLATE {COLLATION})"
        if written.endswith(inside):
            return f"{written.removesuffix(inside)}) COLLATE {COLLATION}"
        return written

    def visit_count_func(self, function: Any, **settings: Any) -> str:
        """COUNT fails beyond 2,147,483,647 rows."""
        return f"COUNT_BIG{self.function_argspec(function, **settings)}"

    def visit_sum_func(self, function: Any, **settings: Any) -> str:
        """SUM of a BIGINT fails beyond 64 bits."""
        [summed] = function.clauses
        if isinstance(summed.type, sa.Integer):
            function = sa.func.sum(sa.cast(summed, sa.Numeric(38, 0)))
        return f"SUM{self.function_argspec(function, **settings)}"


class _Renderer(MSDialect):
    """SQLAlchemy's, with parameters as the driver writes them in: %s, and %% for %."""

    supports_statement_cache = True
    statement_compiler = _Words
    type_compiler_cls = _Types
    supports_native_boolean = False


@cache
def _renderer() -> Any:
    return _Renderer(paramstyle="format")  # type: ignore[no-untyped-call]


def _create(table: sa.TableClause, renderer: Renderer) -> str:
    return f"CREATE TABLE {quoted(table.name, renderer)} (\n{columns(table, renderer)}\n)"


def _whole(apply: Arithmetic, operands: Sequence[Sql]) -> Sql:
    """The product of two 64-bit numbers has 38 digits."""
    return to_int(apply(*(sa.cast(one, sa.Numeric(38, 0)) for one in operands)))


def _quotient(left: Sql, right: Sql) -> Sql:
    """Divided without rest, so that no decimal is rounded."""
    whole: Sql = left - _remainder(left, right)
    return whole.op("/", return_type=sa.Numeric(38, 0))(right)


def _remainder(left: Sql, right: Sql) -> Sql:
    return left.op("%", return_type=sa.Numeric(38, 0))(right)


# Text --------------------------------------------------------------------------


def _by_code_point(text: Sql) -> Sql:
    return sa.collate(text, COLLATION)


def _position(text: Sql, part: Sql) -> Sql:
    return sa.func.charindex(part, _by_code_point(text), type_=sa.Integer())


def _is_empty(text: Sql) -> Sql:
    """LEN leaves out blanks at the end, and = adds them."""
    return sa.func.datalength(text, type_=sa.Integer()) == number(0)


def _contains(text: Sql, part: Sql) -> Sql:
    """CHARINDEX finds no empty part, which every text holds."""
    there = sa.and_(_is_empty(part), text.is_not(sa.null()))
    return sa.or_(_position(text, part) > number(0), there)


def _contains_any(text: Sql, parts: Sequence[str]) -> Sql:
    kind = TYPES[Kind.STR]
    bound = (sa.cast(sa.bindparam(None, part, kind), kind) for part in parts)
    return sa.or_(*(_position(text, one) > number(0) for one in bound))


def _starts_with(text: Sql, part: Sql) -> Sql:
    there = sa.and_(_is_empty(part), text.is_not(sa.null()))
    return sa.or_(_position(text, part) == number(1), there)


def _piece(text: Sql, start: Sql, length: Sql) -> Sql:
    return sa.func.substring(_by_code_point(text), start, length, type_=sa.String())


def _inner(text: Sql) -> Sql:
    """LEN leaves out blanks at the end, so the last is taken away as the first is."""
    backwards = _piece(sa.func.reverse(text), number(2), number(LONGEST))
    return _piece(sa.func.reverse(backwards), number(2), number(LONGEST))


def _moment(value: Sql) -> Sql:
    """A CAST of a DATETIME leaves its seconds out."""
    words: Sql = sa.literal_column("VARCHAR(40)")
    style: Sql = sa.literal_column("121")
    return sa.func.convert(words, value, style, type_=sa.String())


def _key(key: Sql) -> Sql:
    return _by_code_point(key) if isinstance(key.type, sa.String) else key


SQLSERVER = Dialect(
    name="sqlserver",
    renderer=_renderer,
    types=TYPES,
    native_booleans=False,
    empty_text=True,
    lays_out=False,
    together=12,  # as PostgreSQL
    whole=_whole,
    quotient=_quotient,
    remainder=_remainder,
    finite=lambda x: x,  # there is neither infinity nor NaN: what overflows is an error
    plus=plus,
    minus=lambda x, y: plus(x, -y),
    times=times,
    over=over,
    power=power,
    truncate=truncate,
    floor=lambda x: sa.func.floor(x, type_=sa.Double()),
    total=lambda x: to_int(sa.func.sum(x)),
    float_total=float_total,
    percentile=None,  # PERCENTILE_CONT weighs both neighbours, and counts by windows only
    any_bit=None,  # there is no aggregate of bits
    least=lambda values: extreme(values, largest=False),
    greatest=lambda values: extreme(values, largest=True),
    contains=_contains,
    contains_any=_contains_any,
    starts_with=_starts_with,
    prefix=lambda text, length: _piece(text, number(1), number(length)),
    add_days=add_days,
    add_months=add_months,
    first_of={DateUnit.MONTHS: first_of_month, DateUnit.YEARS: first_of_year},
    days_between=days_between,
    in_calendar=lambda day: sa.cast(day, sa.Date()),  # which has just those years
    make_date=make_date,
    parsed=parsed,
    by_code_point=_by_code_point,
    ascending=lambda key: sa.asc(_key(key)),
    descending=lambda key: sa.desc(_key(key)),
    worked_out=lambda rows: rows,
    for_many_answers=lambda rows, patient: rows,
    temporary=Temporary(lambda name: f"#{name}", _create),
    middle=lambda text, start, length: _piece(text, number(start), number(length)),
    position=_position,
    piece=_piece,
    within=Within(inner=_inner),
    moment=_moment,
    repeating=(ToFirstOf, MaximumOf, MinimumOf),
)
