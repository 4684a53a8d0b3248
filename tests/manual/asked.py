"""Everything that a rule asks, wherever in its call it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cohort_dsl.language.frames import Frame
from cohort_dsl.language.series import BaseSeries
from tests.manual.rules import Rule


def asked_by(rule: Rule) -> list[Any]:
    """The series and frames: alone, in lists and dictionaries, in datasets and measures."""
    left: list[Any] = [said.told for said in rule.said]
    found, seen = [], set()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, BaseSeries | Frame):
            found.append(one)
        left += _parts(one)
    return found


def _parts(one: Any) -> list[Any]:
    if isinstance(one, Mapping):
        return list(one.values())
    if isinstance(one, list | tuple):
        return list(one)
    written = type(one).__module__.startswith("cohort_dsl.language")
    if written and not isinstance(one, BaseSeries | Frame):
        return list(vars(one).values())
    return []
