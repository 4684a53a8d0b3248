"""The words on offer, found in the language's own classes, and where they are shown."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

import cohort_dsl
import cohort_dsl.tables
from cohort_dsl import language
from cohort_dsl.language import columns, durations, refusals, series
from cohort_dsl.language.dummy import WithDummyData
from cohort_dsl.language.frames import Frame
from cohort_dsl.language.literals import NAMES
from cohort_dsl.language.refusals import FrameRefusals
from cohort_dsl.language.series import BaseSeries
from cohort_dsl.model.types import Kind

OPERATORS = {
    **{"__eq__": "==", "__ne__": "!=", "__lt__": "<", "__le__": "<="},
    **{"__gt__": ">", "__ge__": ">=", "__and__": "&", "__or__": "|"},
    **{"__invert__": "~", "__add__": "+", "__sub__": "-", "__mul__": "*"},
    **{"__truediv__": "/", "__floordiv__": "//", "__pow__": "**", "__neg__": "- (sign)"},
}
MEANINGS = {
    "==": "Are they equal?",
    "!=": "Do they differ?",
    "<": "Is it less, or earlier?",
    "<=": "Is it no more, or no later?",
    ">": "Is it more, or later?",
    ">=": "Is it no less, or no earlier?",
    "&": "Are both true?",
    "|": "Is one of them true?",
    "~": "Is it not true?",
    "+": "The sum; that much later.",
    "-": "The difference; that much earlier; the time between.",
    "*": "The product.",
    "/": "The quotient, with decimals.",
    "//": "The quotient, rounded down.",
    "**": "The power, with decimals.",
    "- (sign)": "The contrary.",
}
REFLECTED = {name.replace("__", "__r", 1): sign for name, sign in OPERATORS.items()}
SIGNS = OPERATORS | REFLECTED
OURS = tuple(language.__path__)
# Written like words, and yet nothing that an author says.
NOT_SAID = {(columns.Series, "column"), (durations.DateDifference, "__eq__")}
PACKAGES = (cohort_dsl, cohort_dsl.tables)
OF = {
    "PatientFrame": "one row a patient",
    "EventFrame": "rows",
    "Episodes": "rows",
    "LookedUp": "look-ups by date",
    "Dataset": "the dataset",
    "Measures": "measures",
    "Duration": "durations",
    "DateDifference": "times between dates",
    "IntervalAtHand": "INTERVAL",
    "When": "choices",
    "Then": "choices",
    "Codelist": "codelists",
}
KINDS = {**NAMES, Kind.CODE: "codes", Kind.CODES: "several codes in one text"}


@dataclass(frozen=True)
class Word:
    """What an author can write: a function, a class, or a method of some kinds of thing."""

    said: str
    of: str
    meaning: str
    code: frozenset[CodeType] = field(repr=False)
    named: Any = field(default=None, repr=False)


@functools.cache
def words() -> tuple[Word, ...]:
    """All on offer, by the alphabet; signs before letters."""
    found = [*_imported(), *_methods()]
    return tuple(sorted(found, key=_alphabet))


def _alphabet(word: Word) -> tuple[bool, str, str]:
    return word.said[0].isalpha(), word.said.lower(), word.of


def _imported() -> Iterator[Word]:
    for package in PACKAGES:
        for name in package.__all__:
            thing = getattr(package, name)
            signature = _signature(thing) if isinstance(thing, FunctionType) else ""
            of = f"import from {package.__name__}"
            yield Word(name + signature, of, _meaning(thing), frozenset(), thing)


@dataclass
class _Method:
    """One function of the language's, under the names and in the classes that have it."""

    said: str
    function: FunctionType
    is_property: bool
    codes: set[CodeType] = field(default_factory=set)
    owners: list[type] = field(default_factory=list)


def _methods() -> Iterator[Word]:
    found: dict[tuple[str, str], _Method] = {}
    for owner in _owners():
        for name, function, is_property in _functions(owner):
            said = SIGNS.get(name, name)
            where = function.__qualname__.partition(".")[0]
            new = _Method(said, function, is_property)
            method = found.setdefault((where, said), new)
            method.codes.add(function.__code__)
            if owner not in method.owners:
                method.owners.append(owner)
    for method in found.values():
        yield _word(method)


def _word(method: _Method) -> Word:
    bare = method.is_property or method.said in SIGNS.values()
    said = method.said if bare else method.said + _signature(method.function)
    meaning = MEANINGS.get(method.said) or _meaning(method.function)
    return Word(said, _of(method.owners), meaning, frozenset(method.codes))


def _owners() -> list[type]:
    """The classes of things that an author holds in hand."""
    kinds = series._CLASSES
    ordered = [
        kinds[kind, rows]
        for kind in Kind
        for rows in (False, True)
        if (kind, rows) in kinds
    ]
    return ordered + [
        found
        for info in pkgutil.iter_modules(language.__path__)
        for found in vars(
            importlib.import_module(f"{language.__name__}.{info.name}")
        ).values()
        if inspect.isclass(found)
        and found.__module__ == f"{language.__name__}.{info.name}"
        and not issubclass(found, BaseSeries | Exception | series.Refusals)
        and found not in (Frame, FrameRefusals, WithDummyData)
    ]


def _functions(owner: type) -> Iterator[tuple[str, FunctionType, bool]]:
    """Those that an author may call, by name; and whether without parentheses."""
    for name in dir(owner):
        if name not in SIGNS and (name.startswith("_") or name.endswith("_")):
            continue
        held = inspect.getattr_static(owner, name)
        found = held.fget if isinstance(held, property) else held
        said = isinstance(found, FunctionType) and (owner, name) not in NOT_SAID
        if said and _is_ours(found) and not _is_refused(owner, name, found):
            yield name, found, isinstance(held, property)


def _is_ours(function: FunctionType) -> bool:
    """Rather than made by a decorator of Python's."""
    return function.__code__.co_filename.startswith(OURS)


def _is_refused(owner: type, name: str, function: FunctionType) -> bool:
    """It only says that there is no such thing."""
    if name in SIGNS and function.__name__ not in SIGNS:
        return True  # one refusal for several signs, under a name of its own
    if name in REFLECTED and _says_no(_plain(owner, name)):
        return True
    return _says_no(function)


def _plain(owner: type, reflected: str) -> FunctionType:
    """The sign's function where the series stands on the left."""
    found = inspect.getattr_static(owner, reflected.replace("__r", "__", 1))
    assert isinstance(found, FunctionType)
    return found


def _says_no(function: FunctionType) -> bool:
    never = function.__annotations__.get("return") == "NoReturn"
    return never or function.__module__ == refusals.__name__


def _signature(function: Callable[..., Any]) -> str:
    """As it is called."""
    shown = [
        p.replace(name=p.name.strip("_"), annotation=p.empty, default=_default(p.default))
        for p in inspect.signature(function).parameters.values()
        if p.name != "self"
    ]
    return str(inspect.Signature(shown))


class _Left:
    """Stands for a default that only says that nothing was given."""

    def __repr__(self) -> str:
        return "…"


def _default(value: Any) -> Any:
    return _Left() if type(value) is object else value


def _meaning(thing: object) -> str:
    text = (thing.__doc__ or "").partition("\n\n")[0]
    return " ".join(text.replace("``", "`").split())


def _of(owners: list[type]) -> str:
    """The owners in words: kinds of values, where they are series."""
    others = [
        OF.get(o.__name__, o.__name__) for o in owners if not issubclass(o, BaseSeries)
    ]
    kinds = [o for o in owners if issubclass(o, BaseSeries)]
    names = _kinds([o for o in kinds if o.many_rows_])
    if kinds and all(o.many_rows_ for o in kinds):
        names = f"{names}, one a row"
    return "; ".join([*([names] if kinds else []), *dict.fromkeys(others)])


def _kinds(owners: list[Any]) -> str:
    kinds = [owner.kind_ for owner in owners]
    if len(kinds) == len(Kind):
        return "every series"
    names = [KINDS.get(kind, kind.value) for kind in kinds]
    if "whole numbers" in names and "numbers" in names:
        names.remove("whole numbers")
    return ", ".join(names)
