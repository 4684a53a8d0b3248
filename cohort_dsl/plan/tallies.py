"""The steps that count measures: answers side by side, tallies, and all counts together.

A tally counts one interval of measures, or all of them, over the answers that were put
side by side last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import ValueType
from cohort_dsl.plan.cuts import Cuts
from cohort_dsl.plan.steps import Step


@dataclass(frozen=True)
class Spread(Step):
    """Each patient's answers side by side, for the counts that follow.

    ``people``: the steps whose patients are looked at; without any, the population.
    """

    leaves: tuple[Series, ...]
    people: tuple[str, ...]

    def computes(self) -> tuple[Series, ...]:
        return self.leaves


@dataclass(frozen=True)
class SpreadEach(Step):
    """The same for each of the intervals in which these steps found rows of a patient.

    ``found``: what the steps answer; ``leaves``: what is the same in all intervals, or
    told by bits. With ``stacked`` no two steps' answers are needed side by side: each
    row has those of one, and of the others what a patient without rows has.
    """

    found: tuple[Series, ...]
    leaves: tuple[Series, ...]
    people: tuple[str, ...]
    stacked: bool

    def computes(self) -> tuple[Series, ...]:
        return self.found + self.leaves


@dataclass(frozen=True)
class Fold(Step):
    """The population's answers, each combination once, with how many patients have it.

    ``cuts``: answers of which only the class must be known.
    """

    leaves: tuple[Series, ...]
    cuts: Mapping[Series, Cuts]

    def computes(self) -> tuple[Series, ...]:
        return self.leaves


@dataclass(frozen=True, eq=False)
class Family:
    """Measures that count the same patients in the same groups, by their numbers.

    ``measures``: whose numerators are counted here; ``counts``: whose denominator is.
    ``groups``: the columns that they are grouped by, with their types.
    """

    name: str
    measures: tuple[int, ...]
    counts: tuple[int, ...]
    groups: Mapping[str, ValueType]


@dataclass(frozen=True)
class Tally(Step):
    """One interval of a family of measures, counted over patients spread side by side.

    ``is_there``: whom to count. Denominator and numerators are ints, never NULL.
    """

    family: str
    spread: str
    interval: int
    is_there: Series
    denominator: Series
    numerators: tuple[Series, ...]
    groups: tuple[Series, ...]

    def computes(self) -> tuple[Series, ...]:
        return (self.is_there, self.denominator, *self.numerators, *self.groups)


@dataclass(frozen=True)
class TallyEach(Step):
    """All intervals of a family of measures, counted at once. As of a tally.

    ``times``: the table of the intervals.
    """

    family: str
    spread: str
    times: str
    is_there: Series
    denominator: Series
    numerators: tuple[Series, ...]
    groups: tuple[Series, ...]

    def computes(self) -> tuple[Series, ...]:
        return (self.is_there, self.denominator, *self.numerators, *self.groups)


@dataclass(frozen=True)
class Counts(Step):
    """All that was tallied, a row for each measure, interval and group."""

    families: tuple[Family, ...]
