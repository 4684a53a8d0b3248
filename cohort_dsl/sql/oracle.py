"""Oracle Database, from 12.2 on; docs/warehouses/oracle.md says what ran on what.

Its ints are NUMBERs, which have no bounds that matter here, and are brought back; its
BINARY_DOUBLE is infinite where others fail, and what isn't finite times 0 is no 0. It has
no column of yes and no that all versions share, and an empty text is NULL, so a question
is asked without any (``model.empty_text``). A session compares text by its bytes, which
in Unicode is by code points (``warehouses.oracle``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.oracle import BINARY_DOUBLE
from sqlalchemy.dialects.oracle.base import OracleDialect

from cohort_dsl.model.nodes import DateUnit, ToFirstOf
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Arithmetic, Dialect, Sql
from cohort_dsl.sql.oracle_names import Names, Types, of_session, private
from cohort_dsl.sql.oracle_values import (
    LAST,
    between,
    days_between,
    extreme,
    finite,
    in_calendar,
    later,
    make_date,
    month_of,
    months_after_first,
    number,
    over,
    parsed,
    to_int,
    truncate,
)
from cohort_dsl.sql.within import Within, hinted

LONGEST = 4_000
"""Characters of a text; bytes, where the database hasn't been told otherwise."""

TYPES: Mapping[Kind, sa.types.TypeEngine[Any]] = MappingProxyType(
    {
        Kind.BOOL: sa.SmallInteger(),
        Kind.INT: sa.BigInteger(),  # NUMBER(19)
        Kind.FLOAT: BINARY_DOUBLE(),
        Kind.STR: sa.String(LONGEST),
        Kind.DATE: sa.Date(),
        Kind.CODE: sa.String(LONGEST),
        Kind.CODES: sa.String(LONGEST),
    }
)

DAYS = 3_652_058  # from the first to the last day of our calendar
MONTHS = 119_988


class _Renderer(OracleDialect):
    """SQLAlchemy's, told without a server what it would ask."""

    supports_statement_cache = True
    preparer = Names
    type_compiler_cls = Types
    supports_native_boolean = False


@cache
def _renderer(version: tuple[int, int]) -> _Renderer:
    """With parameters as :1."""
    found = _Renderer(paramstyle="numeric")
    found.server_version_info = version
    return found


# Numbers -----------------------------------------------------------------------


def _whole(apply: Arithmetic, operands: Sequence[Sql]) -> Sql:
    return to_int(apply(*operands))


def _quotient(left: Sql, right: Sql) -> Sql:
    """Divided without rest: a NUMBER's quotient is rounded after 40 digits."""
    rest = sa.func.mod(left, right, type_=sa.BigInteger())
    return over(left - rest, right, sa.BigInteger())


def _over(left: Sql, right: Sql) -> Sql:
    return finite(over(left, right, sa.Double()))


def _power(base: Sql, exponent: Sql) -> Sql:
    """What is no number is found before: of NUMBERs Oracle would fail."""
    zero = number(0)
    impossible = sa.or_(
        sa.and_(base == zero, exponent < zero),
        sa.and_(base < zero, sa.func.floor(exponent) != exponent),
    )
    found: Sql = sa.func.power(base, exponent, type_=sa.Double())
    return sa.case((impossible, sa.null()), else_=finite(found))


def _float_total(value: Sql) -> Sql:
    return finite(sa.cast(sa.func.sum(value), TYPES[Kind.FLOAT]))


# Dates -------------------------------------------------------------------------


def _add_days(day: Sql, days: Sql) -> Sql:
    """Reckoned from the last of all days, so that none is beyond the calendar."""
    held = between(days_between(LAST, day) + days, number(-DAYS - 1), number(1))
    return later(LAST, held)


def _add_months(day: Sql, months: Sql) -> Sql:
    """The months' first days are there; so the later day of two isn't needed."""
    after_first = month_of(day) + months
    first = months_after_first(between(after_first, number(-1), number(MONTHS)))
    following = between(after_first + number(1), number(0), number(MONTHS))
    moved = later(first, sa.extract("day", day) - number(1))
    return extreme([moved, months_after_first(following)], largest=False)


def _first_of_month(day: Sql) -> Sql:
    return months_after_first(month_of(day))


def _first_of_year(day: Sql) -> Sql:
    return months_after_first((sa.extract("year", day) - number(1)) * number(12))


CLOCK = "'YYYY-MM-DD HH24:MI:SS'"


def _on_clocks(moment: Sql, zone: str) -> Sql:
    """By way of text: by whose clocks a CAST goes, the session's too, isn't sure."""
    there = moment.op("AT TIME ZONE")(sa.literal_column(f"'{zone}'"))
    shown = sa.func.to_char(there, sa.literal_column(CLOCK))
    return sa.func.to_timestamp(shown, sa.literal_column(CLOCK), type_=sa.DateTime())


# Text --------------------------------------------------------------------------


def _contains(text: Sql, part: Sql) -> Sql:
    return sa.func.instr(text, part, type_=sa.Integer()) > number(0)


def _contains_any(text: Sql, parts: Sequence[str]) -> Sql:
    """One by one: a pattern has at most 512 bytes here."""
    kind = TYPES[Kind.STR]
    bound = (sa.bindparam(None, part, kind) for part in parts)
    return sa.or_(*(_contains(text, one) for one in bound))


def _starts_with(text: Sql, part: Sql) -> Sql:
    its: Sql = sa.func.substr(text, number(1), sa.func.length(part), type_=sa.String())
    return its == part


def _prefix(text: Sql, length: int) -> Sql:
    return sa.func.substr(text, number(1), number(length), type_=sa.String())


def _kept_apart(rows: sa.Select[Any]) -> sa.Select[Any]:
    """A view that the planner doesn't merge is worked out once."""
    return rows.prefix_with("/*+ NO_MERGE */")


_SAID: Mapping[str, Any] = MappingProxyType(
    {
        "name": "oracle",
        "types": TYPES,
        "native_booleans": False,
        "empty_text": False,
        "lays_out": False,
        "together": 12,  # as PostgreSQL, which reads what it has kept in the same way
        "whole": _whole,
        "quotient": _quotient,
        "remainder": lambda x, y: sa.func.mod(x, y, type_=sa.BigInteger()),
        "finite": finite,
        "plus": lambda x, y: finite(x + y),
        "minus": lambda x, y: finite(x - y),
        "times": lambda x, y: finite(x * y),
        "over": _over,
        "power": _power,
        "truncate": truncate,
        "floor": lambda x: sa.func.floor(x, type_=sa.Double()),
        "total": lambda x: to_int(sa.func.sum(x, type_=sa.BigInteger())),
        "float_total": _float_total,
        "percentile": None,  # PERCENTILE_CONT weighs both neighbours, and rounds otherwise
        "any_bit": None,  # BIT_OR_AGG came with 21c
        "least": lambda values: extreme(values, largest=False),
        "greatest": lambda values: extreme(values, largest=True),
        "contains": _contains,
        "contains_any": _contains_any,
        "starts_with": _starts_with,
        "prefix": _prefix,
        "add_days": _add_days,
        "add_months": _add_months,
        "first_of": {DateUnit.MONTHS: _first_of_month, DateUnit.YEARS: _first_of_year},
        "days_between": days_between,
        "in_calendar": in_calendar,
        "make_date": make_date,
        "parsed": lambda value, kind: parsed(value, kind, TYPES),
        "by_code_point": lambda text: text,
        "ascending": lambda key: sa.nulls_first(sa.asc(key)),
        "descending": lambda key: sa.nulls_last(sa.desc(key)),
        "repeating": (ToFirstOf,),  # by its year and by its month
        "on_clocks": _on_clocks,
        # Of a DATE the session's format tells the day alone.
        "moment": lambda value: sa.cast(value, sa.TIMESTAMP()),
        "worked_out": _kept_apart,
        "for_many_answers": lambda rows, patient: rows,
        # The driver sends a value for each place, and ORA-01795 forbids more in an IN.
        "within": Within(hinted, each_place=True, longest_in=1_000),
    }
)


def oracle(version: tuple[int, int], session: str = "") -> Dialect:
    """How a server of this version is spoken to, 12.2 or later.

    ``session``: letters and digits that no other session has; before 18c, temporary
    tables are everybody's, and are called by it.
    """
    renderer: Callable[[], Any] = lambda: _renderer(version)  # noqa: E731 - a field's value
    kept = private() if version >= (18, 0) else of_session(session)
    return Dialect(**_SAID, renderer=renderer, temporary=kept)


ORACLE_12 = oracle((12, 2))
ORACLE_19 = oracle((19, 0))
ORACLE_23 = oracle((23, 0))
