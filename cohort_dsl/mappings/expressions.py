"""What a mapping may say of a column: a few words with a closed list, read from text.

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
``dotted(a)``                               a code of ICD with its dot, C67.0 for C670
``together(a, '-', b)``                     texts put together; missing where one is
``either(a, b, …)``                         the first of these that the database has at all

What stands in the database under another type is converted; what can't be is missing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

from cohort_dsl.mappings.days import DayFormat, FormatError


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
class Dotted:
    code: Expression


@dataclass(frozen=True)
class Together:
    texts: tuple[Expression, ...]


@dataclass(frozen=True)
class Either:
    """Settled once for a database, before any row is looked at."""

    options: tuple[Expression, ...]


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
    | Dotted
    | Together
    | Either
)


def columns(expression: Expression) -> Iterator[Column]:
    """Every physical column that the expression reads."""
    if isinstance(expression, Column):
        yield expression
    for part in parts(expression):
        yield from columns(part)


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
    held = {field.name: getattr(expression, field.name) for field in fields(expression)}
    made = {name: _changed_in(value, change) for name, value in held.items()}
    made_of: Expression = replace(expression, **made)  # type: ignore[arg-type]  # each its own
    return change(made_of)


def _changed_in(value: object, change: Change) -> object:
    if isinstance(value, tuple):
        return tuple(_changed_in(item, change) for item in value)
    return changed(value, change) if isinstance(value, Expression) else value


# Reading -----------------------------------------------------------------------


def parse(text: str) -> Expression:
    """The expression that the text says; ExpressionError if none."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError("it can't be read; see the list of words") from None
    return _read(tree.body)


def _read(node: ast.expr) -> Expression:
    match node:
        case ast.Name(name):
            return Column(None, name)
        case ast.Attribute(ast.Name(alias), name):
            return Column(alias, name)
        case ast.Constant():
            return Constant(_scalar(node))
        case ast.Call(ast.Name(word), arguments, keywords) if not keywords:
            return _call(word, arguments)
    raise ExpressionError("only columns, constants and the listed words may stand here")


def _scalar(node: ast.expr | None) -> str | int | None:
    value = node.value if isinstance(node, ast.Constant) else ...
    if value is None or type(value) in (str, int):
        return value  # type: ignore[return-value]  # the line above says so
    raise ExpressionError("a constant is a text in quotes, a whole number or None")


def _call(word: str, arguments: list[ast.expr]) -> Expression:
    if word not in WORDS:
        raise ExpressionError(f"there is no word {word}(); there are {', '.join(WORDS)}")
    usage, fits, build = WORDS[word]
    if not fits(len(arguments)):
        raise ExpressionError(f"write {usage}")
    return build(arguments)


def _choose(arguments: list[ast.expr]) -> Expression:
    of, cases, otherwise = arguments
    if not isinstance(cases, ast.Dict):
        raise ExpressionError(f"write {WORDS['choose'][0]}")
    pairs = zip(cases.keys, cases.values, strict=True)
    found = tuple((_scalar(key), _read(value)) for key, value in pairs)
    return Choose(_read(of), found, _read(otherwise))


def _without(arguments: list[ast.expr]) -> Expression:
    part = _scalar(arguments[1])
    if not isinstance(part, str) or not part:
        raise ExpressionError(f"write {WORDS['without'][0]}")
    return Without(_read(arguments[0]), part)


def _day_in(arguments: list[ast.expr]) -> Expression:
    try:
        return DayIn(_read(arguments[0]), DayFormat(str(_scalar(arguments[1]))))
    except FormatError as error:
        raise ExpressionError(str(error)) from None


Word: TypeAlias = tuple[str, Callable[[int], bool], Callable[[list[ast.expr]], Expression]]

WORDS: dict[str, Word] = {
    "first": (
        "first(a, b, …)",
        lambda count: count >= 2,
        lambda arguments: First(tuple(map(_read, arguments))),
    ),
    "choose": ("choose(a, {1: 'x'}, 'z')", lambda count: count == 3, _choose),
    "if_no_number": (
        "if_no_number(a, b)",
        lambda count: count == 2,
        lambda arguments: IfNoNumber(*map(_read, arguments)),
    ),
    "day_of": (
        "day_of(year, month, day)",
        lambda count: count == 3,
        lambda arguments: DayOf(*map(_read, arguments)),
    ),
    "open_end": (
        "open_end(a)",
        lambda count: count == 1,
        lambda arguments: OpenEnd(_read(arguments[0])),
    ),
    "without": ("without(a, '.')", lambda count: count == 2, _without),
    "day_in": ("day_in(a, 'DDMMYYYY')", lambda count: count == 2, _day_in),
    "days_after": (
        "days_after(date, n)",
        lambda count: count == 2,
        lambda arguments: DaysAfter(*map(_read, arguments)),
    ),
    "first_of_month": (
        "first_of_month(a)",
        lambda count: count == 1,
        lambda arguments: FirstOfMonth(_read(arguments[0])),
    ),
    "dotted": (
        "dotted(a)",
        lambda count: count == 1,
        lambda arguments: Dotted(_read(arguments[0])),
    ),
    "together": (
        "together(a, '-', b)",
        lambda count: count >= 2,
        lambda arguments: Together(tuple(map(_read, arguments))),
    ),
    "either": (
        "either(a, b, …)",
        lambda count: count >= 2,
        lambda arguments: Either(tuple(map(_read, arguments))),
    ),
}
