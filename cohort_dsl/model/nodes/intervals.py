"""The interval at hand: a question may be asked of several, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cohort_dsl.model.nodes.kinds import Series
from cohort_dsl.model.types import DATE, ValueType


class IntervalEdge(Enum):
    """Which of an interval's two days."""

    START = "start"
    END = "end"


@dataclass(frozen=True, eq=False, repr=False)
class IntervalDate(Series):
    """The first or the last day of the interval at hand.

    It has no value of its own: ``model.intervals.at`` puts a constant in its place.
    """

    edge: IntervalEdge

    def find_type(self) -> ValueType:
        return DATE
