"""An author's Python values as constants of the model, checked and retold."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from cohort_dsl.codes import SYSTEMS, Code
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake
from cohort_dsl.model import types
from cohort_dsl.model.nodes import Value
from cohort_dsl.model.types import Kind, Scalar, ValueType, fits

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.BOOL: "yes/no",
        Kind.INT: "whole numbers",
        Kind.FLOAT: "numbers",
        Kind.STR: "text",
        Kind.DATE: "dates",
    }
)


ONE: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.BOOL: "yes or no",
        Kind.INT: "whole number",
        Kind.FLOAT: "number",
        Kind.STR: "text",
        Kind.DATE: "date",
    }
)


def one_name(value_type: ValueType) -> str:
    """How an error calls one value of this type."""
    if value_type.system is None:
        return ONE[value_type.kind]
    return kind_name(value_type).removesuffix("s")


def kind_name(value_type: ValueType) -> str:
    """How an error calls values of this type."""
    if value_type.system is None:
        return NAMES[value_type.kind]
    known = SYSTEMS.get(value_type.system)
    codes = f"{known.title if known else value_type.system} codes"
    return codes if value_type.kind is Kind.CODE else f"text of several {codes}"


def constant(value: object, value_type: ValueType) -> Value:
    """The value as a constant of that type; DefinitionError if it can't be one."""
    return Value(scalar(value, value_type), value_type)


def scalar(value: object, value_type: ValueType) -> Scalar:
    """The value as the model holds it.

    Beyond the exact type: ISO text is a date, an int is a float, a code object is its text.
    """
    if value is None:
        raise mistake(
            "None is no value to compare or compute with",
            "Write .is_null() or .is_not_null() to ask whether a value is missing.",
        )
    found = _READERS.get(value_type.kind, _as_it_is)(value, value_type)
    if not fits(found, value_type):
        raise _wrong(value, value_type)
    return found  # type: ignore[return-value]  # fits() has just said so


def _as_it_is(value: object, value_type: ValueType) -> object:
    return value


def _date(value: object, value_type: ValueType) -> object:
    if isinstance(value, datetime.datetime):
        raise mistake(
            "a datetime has a time of day; dates here have none", "Write .date() after it."
        )
    return iso_date(value) if isinstance(value, str) else value


def iso_date(text: str) -> datetime.date:
    """The date that YYYY-MM-DD says."""
    try:
        if _ISO.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:  # thirty days hath September: told below
        pass
    if text.lower() in ("today", "now", "aujourd'hui"):
        raise mistake(
            f'"{text}" is another date each day, and the study another study',
            'Write the date itself, for example "2024-01-31".',
        )
    raise mistake(
        f'"{text}" is no date', 'Write dates as "YYYY-MM-DD", for example "2024-01-31".'
    )


def _float(value: object, value_type: ValueType) -> object:
    return float(value) if type(value) is int else value


def _text(value: object, value_type: ValueType) -> object:
    return value.value if isinstance(value, Code) else value


def _of_the_system(value: object, value_type: ValueType) -> object:
    other = isinstance(value, Code) and value_type.system not in (None, value.system)
    if isinstance(value, Code) and other:
        raise mistake(
            f"{type(value).title} codes and {kind_name(value_type)} don't go together",
            "Use codes of the column's own coding system.",
        )
    return _text(value, value_type)


def _code(value: object, value_type: ValueType) -> object:
    text = _of_the_system(value, value_type)
    known = SYSTEMS.get(value_type.system or "")
    if isinstance(text, str) and known and not known.is_shaped(text):
        raise _misshapen(text, known)
    return text


def prefix(value: object, value_type: ValueType) -> str:
    """The beginning of a text, or of a code: one that a code of its system could have."""
    known = SYSTEMS.get(value_type.system or "")
    text = _of_the_system(value, value_type)
    if isinstance(text, str) and known and not known.is_begun(text):
        near = text.strip().replace(".", "").upper()
        meant = f'Did you mean "{near}"? ' if near != text and known.is_begun(near) else ""
        raise mistake(
            f'no {known.title} code begins with "{text}"',
            f"{meant}{_looks(known)}",
        )
    found = scalar(text, types.STR)
    assert isinstance(found, str)
    return found


def _misshapen(text: str, system: type[Code]) -> DefinitionError:
    near = text.strip().replace(".", "").upper()
    if near != text and system.is_shaped(near):
        return mistake(f'"{text}" is no {system.title} code', f'Did you mean "{near}"?')
    return mistake(
        f'"{text}" is no {system.title} code',
        _looks(system),
    )


def _looks(system: type[Code]) -> str:
    article = "An" if system.title[0] in "AIO" else "A"
    return f"{article} {system.title} code is {system.looks_like}."


_READERS: Mapping[Kind, Callable[[object, ValueType], object]] = MappingProxyType(
    {Kind.DATE: _date, Kind.FLOAT: _float, Kind.STR: _text, Kind.CODE: _code}
)


def _wrong(value: object, value_type: ValueType) -> DefinitionError:
    shown = hints.called(value)
    if type(value) is float and value_type.kind is Kind.INT:
        return mistake(
            f"{shown} has a decimal point, but these are {kind_name(value_type)}",
            "Write a whole number, or turn the series into decimals with .as_float().",
        )
    problem = f"{shown} is no {one_name(value_type)}"
    if type(value) in (int, float) and value_type.is_number:
        problem = f"{shown} is beyond what 64 bits can hold"
        if isinstance(value, float):
            problem = f"{shown} is no number to compare or compute with"
    if isinstance(value, str) and "\0" in value:
        problem = f"{shown} holds a character that databases can't store"
    return mistake(problem, _like(value_type))


def _like(value_type: ValueType) -> str:
    examples = {
        Kind.BOOL: "Write True or False.",
        Kind.INT: "Write a whole number of at most 64 bits, for example 18.",
        Kind.FLOAT: "Write a finite number, for example 7.5.",
        Kind.STR: 'Write text in quotes, for example "female".',
        Kind.DATE: 'Write a date as "YYYY-MM-DD".',
        Kind.CODES: "Write the whole text in quotes, or ask with contains().",
        Kind.CODE: "Write the code as text in quotes.",
    }
    return examples[value_type.kind]


def guess(value: object) -> ValueType | None:
    """The type that a value has of itself, where nothing beside it tells."""
    if isinstance(value, Code):
        return type(value).value_type()
    natural: Mapping[type, ValueType] = {
        bool: types.BOOL,
        int: types.INT,
        float: types.FLOAT,
        str: types.STR,
        datetime.date: types.DATE,
    }
    return natural.get(type(value))
