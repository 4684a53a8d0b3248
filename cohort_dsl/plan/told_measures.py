"""Steps of measures in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cohort_dsl.plan.brought import Times
from cohort_dsl.plan.phrases import counted, some
from cohort_dsl.plan.purposes import families, measures_of
from cohort_dsl.plan.steps import Step
from cohort_dsl.plan.tallies import (
    Counts,
    Fold,
    Spread,
    SpreadEach,
    Tally,
    TallyEach,
)

if TYPE_CHECKING:
    from cohort_dsl.plan.told import Teller


def _times(step: Times, teller: Teller) -> str:
    intervals = counted(len(step.intervals), "interval")
    differ = counted(len(step.parameters), "constant")
    return f"Brings {intervals}, and for each of them {differ}."


def _spread(step: Spread, teller: Teller) -> str:
    answers = counted(len(step.leaves), "answer")
    return f"Puts {answers} side by side, for the counts that follow."


def _spread_each(step: SpreadEach, teller: Teller) -> str:
    answers = counted(len(step.found) + len(step.leaves), "answer")
    found = some(map(teller.step, step.people), " or ")
    return (
        f"Puts {answers} side by side for each patient and interval with anything found "
        f"in {found}, for the counts that follow."
    )


def _fold(step: Fold, teller: Teller) -> str:
    answers = counted(len(step.leaves), "answer")
    return f"Puts {answers} side by side, and counts how many patients have the same."


def _tally(step: Tally, teller: Teller) -> str:
    assert teller.measures is not None
    time = teller.measures.intervals()[step.interval - 1]
    return (
        f"Counts {_named(step, teller)} from {time.start} to {time.end}{_by(step, teller)}."
    )


def _tally_each(step: TallyEach, teller: Teller) -> str:
    times = next(one for one in teller.plan.steps if one.name == step.times)
    assert isinstance(times, Times)
    intervals = counted(len(times.intervals), "interval")
    return f"Counts {_named(step, teller)} in {intervals} at once{_by(step, teller)}."


def _named(step: Tally | TallyEach, teller: Teller) -> str:
    """The measures; or their denominators, where numerators are counted elsewhere."""
    assert teller.measures is not None
    family = next(one for one in families(teller.plan) if one.name == step.family)
    named = some(measures_of(family, teller.measures))
    return named if family.measures else f"the denominators of {named}"


def _by(step: Tally | TallyEach, teller: Teller) -> str:
    family = next(one for one in families(teller.plan) if one.name == step.family)
    return f", in groups by {some(family.groups)}" if family.groups else ""


def _counts(step: Counts, teller: Teller) -> str:
    assert teller.measures is not None
    named = counted(len(teller.measures.measures), "measure")
    return f"Gives the numbers of {named} in all their intervals."


WORDS: Mapping[type[Step], Callable[[Any, Any], str]] = MappingProxyType(
    {
        Times: _times,
        Spread: _spread,
        SpreadEach: _spread_each,
        Fold: _fold,
        Tally: _tally,
        TallyEach: _tally_each,
        Counts: _counts,
    }
)
"""The sentence of each kind of step."""
