"""Spark, version 3.5 and later, in ANSI mode.

That mode raises an error where others say NULL or infinity, so ints are reckoned as
DECIMAL and brought back, and what may not be there is tried. Texts are compared by bytes
of UTF-8, whose order is that of code points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as Renderer
from sqlalchemy.sql.elements import Grouping

from cohort_dsl.model.nodes import DateUnit
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Arithmetic, Dialect, Sql
from cohort_dsl.sql.spark_values import (
    WHOLE,
    days_after,
    double,
    finite,
    in_calendar,
    make_date,
    months_after,
    number,
    parsed,
    to_int,
)
from cohort_dsl.sql.spark_words import renderer
from cohort_dsl.sql.temporary import Temporary, quoted
from cohort_dsl.sql.within import Within

TYPES: Mapping[Kind, sa.types.TypeEngine[Any]] = MappingProxyType(
    {
        Kind.BOOL: sa.Boolean(),
        Kind.INT: sa.BigInteger(),
        Kind.FLOAT: sa.Double(),
        Kind.STR: sa.String(),
        Kind.DATE: sa.Date(),
        Kind.CODE: sa.String(),
        Kind.CODES: sa.String(),
    }
)


# Numbers -----------------------------------------------------------------------


def _whole(apply: Arithmetic, operands: Sequence[Sql]) -> Sql:
    return to_int(apply(*(sa.cast(one, WHOLE) for one in operands)))


def _remainder(left: Sql, right: Sql) -> Sql:
    return left.op("%", return_type=WHOLE)(right)


def _quotient(left: Sql, right: Sql) -> Sql:
    """Of decimals ``/`` rounds, so the remainder is taken away before."""
    even = Grouping(left - _remainder(left, right))
    return even.op("/", return_type=WHOLE)(right)


def _over(left: Sql, right: Sql) -> Sql:
    return finite(left.op("/", return_type=sa.Double())(right))


def _truncate(value: Sql) -> Sql:
    """2 ** 63 itself would become the largest int."""
    return to_int(sa.case((value < double(2.0**63), value)))


def _floor(value: Sql) -> Sql:
    """FLOOR gives an int, and fails where there is none."""
    near: Sql = sa.func.rint(value, type_=sa.Double())
    return sa.case((near > value, near - double(1.0)), else_=near)


def _exact_total(value: Sql) -> Sql:
    """SUM of BIGINT fails beyond 64 bits."""
    return sa.func.sum(sa.cast(value, WHOLE), type_=sa.Numeric(38, 0))


def _percentile(value: Sql, share: float) -> Sql:
    """Reckoned by hand: PERCENTILE weighs both neighbours, and so rounds otherwise."""
    ordered: Sql = sa.func.sort_array(sa.func.collect_list(value))
    rest: Sql = sa.cast(sa.func.count(value) - number(1), sa.Double())
    at = rest * double(share)
    below = _floor(at)
    index = sa.cast(below, sa.Integer())
    lower: Sql = sa.func.get(ordered, index, type_=sa.Double())
    upper: Sql = sa.func.get(ordered, index + number(1), type_=sa.Double())
    between = finite(lower + (upper - lower) * (at - below))
    return sa.case((at == below, lower), else_=between)


# Dates -------------------------------------------------------------------------


def _add_days(day: Sql, days: Sql) -> Sql:
    return in_calendar(days_after(day, days))


def _add_months(day: Sql, months: Sql) -> Sql:
    """ADD_MONTHS clips to the month's end, so it is asked about 1sts alone."""
    first = _first("MONTH")(day)
    rest = sa.extract("day", day) - number(1)
    moved = days_after(months_after(first, months), rest)
    following = months_after(first, months + number(1))
    return in_calendar(sa.func.least(moved, following, type_=sa.Date()))


def _first(unit: str) -> Callable[[Sql], Sql]:
    part: Sql = sa.literal_column(f"'{unit}'")
    return lambda day: sa.func.trunc(day, part, type_=sa.Date())


def _days_between(start: Sql, end: Sql) -> Sql:
    return sa.cast(sa.func.datediff(end, start), sa.BigInteger())


# Text --------------------------------------------------------------------------

FEW = 8  # parts that are looked for one after the other


def _contains(text: Sql, part: Sql) -> Sql:
    return sa.func.contains(text, part, type_=sa.Boolean())


def _contains_any(text: Sql, parts: Sequence[str]) -> Sql:
    """Each piece of the text that is as long as a part is looked up among the parts."""
    if len(parts) <= FEW:
        return sa.or_(*(_contains(text, _text(part)) for part in parts))
    by_length: dict[int, list[str]] = {}
    for part in parts:
        by_length.setdefault(len(part), []).append(part)
    return sa.or_(*(_holds_piece(text, *pieces) for pieces in by_length.items()))


def _holds_piece(text: Sql, length: int, parts: Sequence[str]) -> Sql:
    """SEQUENCE counts down where its end lies before its beginning."""
    last = sa.func.char_length(text) - number(length - 1)
    places = sa.func.sequence(number(1), sa.func.greatest(last, number(1)))
    place: Sql = sa.literal_column("place")
    piece: Sql = sa.func.substring(text, place, number(length), type_=sa.String())
    found = piece.in_([_text(part) for part in parts])
    return sa.func.exists(places, place.op("->")(found), type_=sa.Boolean())


def _text(value: str) -> Sql:
    return sa.cast(sa.bindparam(None, value, sa.String()), sa.String())


def _prefix(text: Sql, length: int) -> Sql:
    return sa.func.substring(text, number(1), number(length), type_=sa.String())


# Steps' rows -------------------------------------------------------------------


def _nothing(table: sa.TableClause, words: Renderer) -> str:
    """A step's rows are a view, which comes with its select."""
    return ""


def _view(
    table: sa.TableClause, columns: Sequence[str], select: str, words: Renderer
) -> str:
    """Columns are of the table's types, as if they had been put into one."""
    kinds = words.type_compiler_instance
    named = ((quoted(n, words), kinds.process(table.c[n].type)) for n in columns)
    told = (f"CAST({name} AS {kind}) AS {name}" for name, kind in named)
    return f"/* {table.name} */ SELECT {', '.join(told)}\nFROM ({select})"


def _together(rows: sa.Select[Any], number: Sql | None) -> sa.Select[Any]:
    """A patient's rows in one place, so that nothing asked of them moves them again.

    There in order of their lists: of blocks of rows Spark knows which lists are in them.
    """
    lying = "DISTRIBUTE BY `patient_id`"
    if isinstance(number, sa.ColumnClause):
        lying += f" SORT BY `{number.name}`"
    return rows.suffix_with(sa.text(lying))


def _sequence(many: int) -> sa.Select[Any]:
    last: Sql = sa.literal_column(str(many - 1))
    every: Sql = sa.func.sequence(sa.literal_column("0"), last)
    return sa.select(sa.func.explode(every).label("place"))


SPARK = Dialect(
    name="spark",
    renderer=renderer,
    types=TYPES,
    native_booleans=True,
    empty_text=True,
    lays_out=False,
    # Java compiles no method that is too long: of 40 lists at once it would be.
    together=12,
    whole=_whole,
    quotient=_quotient,
    remainder=_remainder,
    finite=finite,
    plus=lambda x, y: finite(x + y),
    minus=lambda x, y: finite(x - y),
    times=lambda x, y: finite(x * y),
    over=_over,
    power=lambda x, y: finite(sa.func.pow(x, y, type_=sa.Double())),
    truncate=_truncate,
    floor=_floor,
    total=lambda x: to_int(_exact_total(x)),
    float_total=lambda x: finite(sa.func.sum(x, type_=sa.Double())),
    percentile=_percentile,
    least=lambda values: sa.func.least(*values, type_=values[0].type),
    greatest=lambda values: sa.func.greatest(*values, type_=values[0].type),
    any_bit=lambda told: sa.func.bit_or(told, type_=sa.BigInteger()),
    contains=_contains,
    contains_any=_contains_any,
    starts_with=lambda text, part: sa.func.startswith(text, part, type_=sa.Boolean()),
    prefix=_prefix,
    add_days=_add_days,
    add_months=_add_months,
    first_of={DateUnit.MONTHS: _first("MONTH"), DateUnit.YEARS: _first("YEAR")},
    days_between=_days_between,
    in_calendar=in_calendar,
    make_date=make_date,
    parsed=parsed,
    by_code_point=lambda text: text,
    ascending=lambda key: sa.nulls_first(sa.asc(key)),
    descending=lambda key: sa.nulls_last(sa.desc(key)),
    worked_out=lambda rows: rows,  # what is dear and read twice isn't drawn together
    for_many_answers=lambda rows, patient: rows,
    temporary=Temporary(create=_nothing, fill=_view, drop=_nothing),
    on_clocks=lambda moment, zone: sa.func.from_utc_timestamp(
        moment, sa.literal_column(f"'{zone}'"), type_=sa.DateTime()
    ),
    passed=_together,
    sum_of_ints=_exact_total,
    # Each select of a UNION is a task, and a product of two has a task for each pair.
    within=Within(text=40_000, few=3, numbers=_sequence),
)
