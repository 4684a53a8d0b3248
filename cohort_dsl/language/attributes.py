"""Words that an author asked of Python's own values, told with what they were meant for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import ModuleType

from cohort_dsl.language import hints
from cohort_dsl.language.frames import EventFrame, Frame, PatientFrame
from cohort_dsl.language.series import BaseSeries, words
from cohort_dsl.tables import contract, core


def told(error: AttributeError) -> tuple[str, str] | None:
    """The problem and the remedy, where a word was asked of the wrong thing; else None."""
    value, name = error.obj, error.name or ""
    if name in ("starting_on", "ending_on") and isinstance(value, list):
        return (
            f"the intervals are there already, and {name} comes too late",
            "Say their beginning or their end, not both: "
            'months(12).starting_on("2024-01-01").',
        )
    if inspect.isroutine(value):
        called = getattr(value, "__name__", "it")
        return f"{called} is a method and hasn't been called", f"Write {called}().{name}."
    if value is None and name:
        return (
            f"what stands before .{name} gives nothing",
            "Write the two on lines of their own.",
        )
    if not name:
        return None
    problem = f"{hints.called(value)} has no {name}"
    if _is_ours(name):
        return problem, f"Ask a series or a frame: events.date.{name}, for example."
    if isinstance(value, dict) and name in dir(list):
        return problem, "It is a dictionary, as of codes: write it[code] = category."
    near = hints.nearest(name, dir(value))
    return problem, f"Did you mean {near}?" if near else "Look at what stands before it."


def _is_ours(name: str) -> bool:
    kinds = [EventFrame, PatientFrame, *hints.below(BaseSeries)]
    return any(name in dir(kind) for kind in kinds)


def frames_with(column: str, there: Mapping[str, object]) -> list[str]:
    """As an author would write it: that column of the tables that are at hand, if any."""
    frames = ((name, one) for name, one in there.items() if isinstance(one, Frame))
    found = [f"{name}.{column}" for name, one in frames if column in words(one)]
    return found[:2]


def module_of(table: str) -> str | None:
    """The module that offers a table of this name, if one does."""
    return next((one.__name__ for one in (contract, core) if table in tables_of(one)), None)


def tables_of(module: ModuleType) -> list[str]:
    """The names of the tables that a module offers."""
    return sorted(name for name, one in vars(module).items() if isinstance(one, Frame))
