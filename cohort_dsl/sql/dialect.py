"""What differs between engines, as one value for each of them.

Everything that the compiler says in only one way isn't here. Each function takes and
gives SQLAlchemy expressions, of the types that the field's comment names. None may use
an operand more than a few times, and none may fail on any value: what has no answer is
NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as Renderer

from cohort_dsl.model.nodes import DateUnit, Series
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.temporary import TEMPORARY, Temporary
from cohort_dsl.sql.within import WITHIN, Within

Sql: TypeAlias = "sa.ColumnElement[Any]"
One: TypeAlias = Callable[[Sql], Sql]
Two: TypeAlias = Callable[[Sql, Sql], Sql]
Many: TypeAlias = Callable[[Sequence[Sql]], Sql]
Arithmetic: TypeAlias = Callable[..., Sql]
"""An operator or function, to be given its operands."""
Repeating: TypeAlias = tuple[type[Series], ...]
"""Operations whose text holds an operand more than once."""


def _middle(text: Sql, start: int, length: int) -> Sql:
    place: Sql = sa.literal_column(str(start))
    until: Sql = sa.literal_column(str(length))
    return sa.func.substr(text, place, until, type_=sa.String())


def _position(text: Sql, part: Sql) -> Sql:
    return sa.func.instr(text, part, type_=sa.Integer())


def _piece(text: Sql, start: Sql, length: Sql) -> Sql:
    return sa.func.substr(text, start, length, type_=sa.String())


def _moved(moment: Sql, zone: str) -> Sql:
    named: Sql = sa.literal_column(f"'{zone}'")
    return moment.op("AT TIME ZONE", return_type=sa.DateTime())(named)


def _itself(value: Sql) -> Sql:
    return value


def by_list(rows: sa.Select[Any], number: Sql | None) -> sa.Select[Any]:
    """In order of their lists, so that to read one list is to skip the rest."""
    return rows if number is None else rows.order_by(number)


@dataclass(frozen=True)
class Dialect:
    """How one engine says what engines say differently."""

    name: str
    renderer: Callable[[], Renderer]
    types: Mapping[Kind, sa.types.TypeEngine[Any]]
    # Has columns of yes and no; else they are kept as 1 and 0.
    native_booleans: bool
    # Tells a text without characters from NULL; else a question is asked without any.
    empty_text: bool
    # Its warehouse lays answers side by side, by patients' numbers, and reads what lies so
    # in order; else they are joined.
    lays_out: bool
    # How many sets of rows one statement aggregates, of those that a pass has kept apart.
    together: int

    # Arithmetic of ints, and the ints -> the int, NULL beyond 64 bits
    whole: Callable[[Arithmetic, Sequence[Sql]], Sql]
    quotient: Two  # within ``whole``: int, int that isn't 0 -> int towards zero
    remainder: Two  # within ``whole``: int, int that isn't 0 -> int, signed as the first
    finite: One  # float, perhaps NaN or infinite -> the float, NULL where it isn't finite
    plus: Two  # float, float -> float, NULL where it isn't finite; so the next four
    minus: Two
    times: Two
    over: Two  # the second isn't 0
    power: Two
    truncate: One  # float -> int towards zero, NULL beyond 64 bits
    floor: One  # float -> float
    total: One  # ints of a group -> their sum, NULL beyond 64 bits
    float_total: One  # floats of a group -> their sum, NULL where it isn't finite
    # Floats of a group, and a share from 0 to 1 -> as the model's Percentile says. None:
    # the engine has nothing that reckons just so, and rows are told their places first.
    percentile: Callable[[Sql, float], Sql] | None
    # Ints of a group -> the bits that any has. None: they are looked at one by one.
    any_bit: One | None
    least: Many  # of the non-NULL values of one type
    greatest: Many
    contains: Two  # text, part -> condition; all characters literal, case counts
    contains_any: Callable[[Sql, Sequence[str]], Sql]  # as contains; one string or more
    starts_with: Two  # as contains
    prefix: Callable[[Sql, int], Sql]  # text -> its first characters (code points)
    # Dates leave the years 1 to 9999 as NULL.
    add_days: Two  # date, int within 4 million either way -> date
    # date, int within 120,000 either way -> date; a day that the month lacks becomes the
    # 1st of the next. Engines clip to the month's end instead, but agree about 1sts.
    add_months: Two
    first_of: Mapping[DateUnit, One]  # date -> the 1st day of its month or year
    days_between: Two  # date, date -> int
    in_calendar: One  # any date of the engine's -> the date
    make_date: Callable[[Sql, Sql, Sql], Sql]  # ints -> date, NULL for 30 February
    parsed: Callable[[Sql, Kind], Sql]  # anything -> what its text reads as, or NULL
    by_code_point: One  # text -> the text, which is compared by code points
    ascending: One  # sort key, NULL first, text by code points
    descending: One  # sort key, NULL last, text by code points
    # Rows -> the rows, whose columns the engine works out once, however often they're read
    worked_out: Callable[[sa.Select[Any]], sa.Select[Any]]
    # Rows, and whose they are -> the rows, in the order in which many answers are counted
    for_many_answers: Callable[[sa.Select[Any], Sql], sa.Select[Any]]
    # How steps' rows are kept until the question is answered
    temporary: Temporary = TEMPORARY
    # text, first place from 1, length -> that many of its characters
    middle: Callable[[Sql, int, int], Sql] = _middle
    # text, part that isn't empty -> where it first begins, from 1; 0 where it isn't in
    position: Two = _position
    # text, first place from 1, int -> at most so many of its characters from there on
    piece: Callable[[Sql, Sql, Sql], Sql] = _piece
    # timestamp with time zone, a zone's name -> what a clock on the wall there showed
    on_clocks: Callable[[Sql, str], Sql] = _moved
    # timestamp -> what, cast to text, is a text that no other timestamp has
    moment: One = _itself
    # How that is done in one statement; and whether it is
    within: Within = WITHIN
    one_statement: bool = False
    # What a pass keeps of a table, and perhaps the column of lists' numbers -> the same,
    # as it should lie for those who read it
    passed: Callable[[sa.Select[Any], Sql | None], sa.Select[Any]] = by_list
    # Operations that aren't said so everywhere, but are here
    repeating: Repeating = ()
    sum_of_ints: One = sa.func.sum  # of a group, however large

    def type(self, kind: Kind) -> sa.types.TypeEngine[Any]:
        return self.types[kind]

    def in_one_statement(self) -> Dialect:
        """The same for a warehouse in which we may make no table, not even a temporary."""
        return replace(self, one_statement=True, lays_out=False)
