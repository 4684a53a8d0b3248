"""Calls with the wrong arguments, told in the words of what was called."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import cohort_dsl
from cohort_dsl import tables
from cohort_dsl.language import conditions, habits, hints
from cohort_dsl.language.dataset import Dataset
from cohort_dsl.language.frames import EventFrame, PatientFrame
from cohort_dsl.language.measures import Measures
from cohort_dsl.language.series import BaseSeries

_MISSING = re.compile(r"(?:\w+\.)*(\w+)\(\) missing \d+ required [\w-]+ arguments?: (.+)")
_TOO_MANY = re.compile(r"(?:\w+\.)*(\w+)\(\) takes .* positional arguments? but .* given")
_UNKNOWN = re.compile(r"(?:\w+\.)*(\w+)\(\) got an unexpected keyword argument '(\w+)'")
_NO_CALL = re.compile(r"'(\w+)' object is not callable")


def told(error: TypeError) -> tuple[str, str] | None:
    """The problem and the remedy, where a call was at fault; else None."""
    text = str(error)
    if found := _MISSING.match(text):
        names = found[2].replace("'", "").replace("_ ", " ").rstrip("_")
        return f"{found[1]}(...) is called without {names}", _written(found[1])
    if found := _TOO_MANY.match(text):
        remedy = habits.FITTING.get((found[1], "")) or _written(found[1])
        return f"{found[1]}(...) is called with too many values", remedy
    if found := _UNKNOWN.match(text):
        return _unknown(found[1], found[2])
    if (found := _NO_CALL.match(text)) and found[1] in _series_names():
        return (
            "a column or series is called like a method",
            "Leave out the parentheses after it.",
        )
    return None


def _unknown(name: str, keyword: str) -> tuple[str, str]:
    problem = f"{name}(...) knows no {keyword}="
    if (name, keyword) in habits.FITTING:
        return problem, habits.FITTING[name, keyword]
    near = hints.nearest(keyword, [a.removesuffix("=...") for a in _arguments(name)])
    return problem, f"Did you mean {near}=?" if near else _written(name)


def _written(name: str) -> str:
    names = _arguments(name)
    if not names:
        return "Look at what stands between its parentheses."
    return f"Write {name}({', '.join(names)})."


def _arguments(name: str) -> list[str]:
    """What one of our words, or one of our tables' helpers, takes."""
    found = next(_found(name), None)
    if found is None:
        return []
    parameters = inspect.signature(found).parameters.values()
    return [_shown(one) for one in parameters if one.name != "self"]


def _shown(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return "..."
    if parameter.kind is parameter.VAR_KEYWORD:
        return "name=..."
    named = parameter.kind is parameter.KEYWORD_ONLY
    return f"{parameter.name.rstrip('_')}{'=...' if named else ''}"


def _found(name: str) -> Iterator[Callable[..., Any]]:
    owners: list[object] = [cohort_dsl, tables, Dataset, Measures]
    owners += [EventFrame, PatientFrame]
    owners += [conditions.When, conditions.Then, *hints.below(BaseSeries)]
    for owner in owners:
        value = getattr(owner, name, None) if name in dir(owner) else None
        if inspect.isroutine(value):
            yield value


def _series_names() -> set[str]:
    return {cls.__name__ for cls in hints.below(BaseSeries)}
