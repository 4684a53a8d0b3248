"""What a mapping may say of a column: a few words with a closed list.

``visit_start_date``                        the column of the table itself
``concept.concept_code``                    the column of a joined table
``'text'``, ``12``                          a constant
``first(a, b, …)``                          the first that isn't missing
``choose(a, {1: 'x', None: 'y'}, 'z')``     by the value of a; None stands for missing,
                                            and what isn't listed gives the last argument
``if_no_number(a, b)``                      b, but only where a is no number
``day_of(year, month, day)``                a date; the first where month or day is missing
``open_end(a)``                             a date; missing where it lies in or after 2099
``without(a, '.')``                         a text without that part
``day_in(a, 'DDMMYYYY')``                   a date, or a text that says one in that way
``days_after(date, n)``                     the date n days later
``first_of_month(a)``                       the first day of the date's month
``together(a, '-', b)``                     texts put together; missing where one is
``either(a, b, …)``                         the first of these that the database has at all
``before(a, ':')``                          what stands before it; missing where it isn't in
``after(a, ':')``                           what stands after it; all where it isn't in
``missing_if(a, '@', 'UNK')``               a text, missing where it is one of these
``by_beginning(a, {'MED:': 'x'}, 'z')``     by the first of these that a begins with
``earliest(a)``, ``latest(a)``              of all of a patient's rows, which become one

What stands in the database under another type is converted; what can't be is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

from cohort_dsl.mappings.days import DayFormat

OWN = "own"  # what a part's own table is called in SQL, and no join can be


class ExpressionError(Exception):
    """The text is none of the expressions above. The message says what is wrong."""


@dataclass(frozen=True)
class Column:
    """A physical column; ``alias`` is None for the part's own table."""

    alias: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.alias}.{self.name}" if self.alias else self.name


@dataclass(frozen=True)
class Constant:
    value: str | int | None


@dataclass(frozen=True)
class First:
    options: tuple[Expression, ...]


@dataclass(frozen=True)
class Choose:
    of: Expression
    cases: tuple[tuple[str | int | None, Expression], ...]
    otherwise: Expression

    def __post_init__(self) -> None:
        kinds = {type(key) for key, _ in self.cases if key is not None}
        if len(kinds) > 1:
            raise ExpressionError("choose() compares with texts or with numbers, not both")
        if not self.cases:
            raise ExpressionError("choose() has nothing to choose from")


@dataclass(frozen=True)
class IfNoNumber:
    looked_at: Expression
    instead: Expression


@dataclass(frozen=True)
class DayOf:
    year: Expression
    month: Expression
    day: Expression


@dataclass(frozen=True)
class OpenEnd:
    day: Expression


@dataclass(frozen=True)
class Without:
    text: Expression
    part: str


@dataclass(frozen=True)
class DayIn:
    text: Expression
    format: DayFormat


@dataclass(frozen=True)
class DaysAfter:
    day: Expression
    days: Expression


@dataclass(frozen=True)
class FirstOfMonth:
    day: Expression


@dataclass(frozen=True)
class Together:
    texts: tuple[Expression, ...]


@dataclass(frozen=True)
class Either:
    """Settled once for a database, before any row is looked at."""

    options: tuple[Expression, ...]


@dataclass(frozen=True)
class Before:
    text: Expression
    part: str


@dataclass(frozen=True)
class After:
    text: Expression
    part: str


@dataclass(frozen=True)
class MissingIf:
    text: Expression
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ByBeginning:
    of: Expression
    cases: tuple[tuple[str, Expression], ...]
    otherwise: Expression

    def __post_init__(self) -> None:
        if not self.cases:
            raise ExpressionError("by_beginning() has nothing to choose from")


@dataclass(frozen=True)
class Earliest:
    of: Expression


@dataclass(frozen=True)
class Latest:
    of: Expression


Expression: TypeAlias = (
    Column
    | Constant
    | First
    | Choose
    | IfNoNumber
    | DayOf
    | OpenEnd
    | Without
    | DayIn
    | DaysAfter
    | FirstOfMonth
    | Together
    | Either
    | Before
    | After
    | MissingIf
    | ByBeginning
    | Earliest
    | Latest
)


def columns(expression: Expression) -> Iterator[Column]:
    """Every physical column that the expression reads."""
    if isinstance(expression, Column):
        yield expression
    for part in parts(expression):
        yield from columns(part)


def sums_up(expression: Expression) -> bool:
    """Is it about all of a patient's rows together?"""
    if isinstance(expression, Earliest | Latest):
        return True
    return any(sums_up(part) for part in parts(expression))


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that this one is made of."""
    held = (getattr(expression, field.name) for field in fields(expression))
    return tuple(part for value in held for part in _parts_in(value))


def _parts_in(value: object) -> Iterator[Expression]:
    if isinstance(value, tuple):
        for item in value:
            yield from _parts_in(item)
    elif isinstance(value, Expression):
        yield value


Change: TypeAlias = Callable[[Expression], Expression]


def changed(expression: Expression, change: Change) -> Expression:
    """The expression with every part, and then itself, as ``change`` gives it."""
    if not parts(expression):
        return change(expression)
    held = {field.name: getattr(expression, field.name) for field in fields(expression)}
    made = {name: _changed_in(value, change) for name, value in held.items()}
    made_of: Expression = replace(expression, **made)  # type: ignore[arg-type]  # each its own
    return change(made_of)


def _changed_in(value: object, change: Change) -> object:
    if isinstance(value, tuple):
        return tuple(_changed_in(item, change) for item in value)
    return changed(value, change) if isinstance(value, Expression) else value
