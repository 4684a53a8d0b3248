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

What stands in the database under another type is converted; what can't be is missing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


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


Expression: TypeAlias = (
    Column | Constant | First | Choose | IfNoNumber | DayOf | OpenEnd | Without
)


def columns(expression: Expression) -> Iterator[Column]:
    """Every physical column that the expression reads."""
    if isinstance(expression, Column):
        yield expression
    for part in parts(expression):
        yield from columns(part)


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that this one is made of."""
    match expression:
        case First(options):
            return options
        case Choose(of, cases, otherwise):
            return (of, *(value for _, value in cases), otherwise)
        case IfNoNumber(looked_at, instead):
            return (looked_at, instead)
        case DayOf(year, month, day):
            return (year, month, day)
        case OpenEnd(inner) | Without(inner, _):
            return (inner,)
    return ()


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
}
