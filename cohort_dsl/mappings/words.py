"""A mapping's expressions, read from text: a closed list of words, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

from cohort_dsl.mappings.days import DayFormat, FormatError
from cohort_dsl.mappings.expressions import (
    After,
    Before,
    ByBeginning,
    Choose,
    Column,
    Constant,
    DayIn,
    DayOf,
    DaysAfter,
    Earliest,
    Either,
    Expression,
    ExpressionError,
    First,
    FirstOfMonth,
    IfNoNumber,
    Latest,
    MissingIf,
    OpenEnd,
    Together,
    Without,
    parts,
)
from cohort_dsl.mappings.nearest import meant

DEEPEST = 12
"""Words within words: each may be said twice of what is within, so SQL doubles with it."""


def parse(text: str) -> Expression:
    """The expression that the text says; ExpressionError if none."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError("it can't be read; see the list of words") from None
    found = _read(tree.body)
    if _depth(found) > DEEPEST:
        raise ExpressionError(f"words stand within words, more than {DEEPEST} deep")
    return found


def _depth(expression: Expression) -> int:
    depth, level = 0, [expression]
    while level:
        depth, level = depth + 1, [part for one in level for part in parts(one)]
    return depth


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
        known = f"{meant(word, WORDS)}; there are {', '.join(WORDS)}"
        raise ExpressionError(f"there is no word {word}(){known}")
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


def _by_beginning(arguments: list[ast.expr]) -> Expression:
    of, cases, otherwise = arguments
    if not isinstance(cases, ast.Dict):
        raise ExpressionError(f"write {WORDS['by_beginning'][0]}")
    pairs = zip(cases.keys, cases.values, strict=True)
    found = tuple((_text(key, "by_beginning"), _read(value)) for key, value in pairs)
    return ByBeginning(_read(of), found, _read(otherwise))


def _missing_if(arguments: list[ast.expr]) -> Expression:
    text, *texts = arguments
    return MissingIf(_read(text), tuple(_text(one, "missing_if") for one in texts))


def _text(node: ast.expr | None, word: str) -> str:
    """The text that must stand there, which isn't empty."""
    found = _scalar(node)
    if not isinstance(found, str) or not found:
        raise ExpressionError(f"write {WORDS[word][0]}")
    return found


def _day_in(arguments: list[ast.expr]) -> Expression:
    try:
        return DayIn(_read(arguments[0]), DayFormat(str(_scalar(arguments[1]))))
    except FormatError as error:
        raise ExpressionError(str(error)) from None


Build: TypeAlias = Callable[[list[ast.expr]], Expression]
Word: TypeAlias = tuple[str, Callable[[int], bool], Build]
"""How it is written, with how many arguments, and what it means."""


def _of_one(word: str, kind: Callable[[Expression], Expression]) -> Word:
    """A word about one other expression."""
    return f"{word}(a)", lambda count: count == 1, lambda given: kind(_read(given[0]))


def _of_part(word: str, kind: Callable[[Expression, str], Expression]) -> Word:
    """A word about a text and a part of it."""

    def build(arguments: list[ast.expr]) -> Expression:
        return kind(_read(arguments[0]), _text(arguments[1], word))

    return f"{word}(a, ':')", lambda count: count == 2, build


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
    "open_end": _of_one("open_end", OpenEnd),
    "without": _of_part("without", Without),
    "day_in": ("day_in(a, 'DDMMYYYY')", lambda count: count == 2, _day_in),
    "days_after": (
        "days_after(date, n)",
        lambda count: count == 2,
        lambda arguments: DaysAfter(*map(_read, arguments)),
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
    "before": _of_part("before", Before),
    "after": _of_part("after", After),
    "missing_if": ("missing_if(a, '@', …)", lambda count: count >= 2, _missing_if),
    "by_beginning": (
        "by_beginning(a, {'MED:': 'x'}, 'z')",
        lambda count: count == 3,
        _by_beginning,
    ),
    "first_of_month": _of_one("first_of_month", FirstOfMonth),
    "earliest": _of_one("earliest", Earliest),
    "latest": _of_one("latest", Latest),
}
