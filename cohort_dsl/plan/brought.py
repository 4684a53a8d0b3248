"""The steps that bring constants along: lists, maps and intervals, as tables to join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from cohort_dsl.model.nodes import MapValues
from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.plan.steps import Output, Step


@dataclass(frozen=True)
class CodeList(Step):
    """A long list of constants, as a table to join."""

    values: frozenset[Scalar]
    type: ValueType


@dataclass(frozen=True)
class ValueMap(Step):
    """What many values are mapped to, as a table to join: the same for all of ``maps``."""

    maps: tuple[MapValues, ...]


@dataclass(frozen=True)
class ListMap(Step):
    """Lists of one type in one table: each value beside its list's number, from 1 on.

    And beside its rank among all the values, in the order in which ties are broken.
    """

    type: ValueType
    lists: tuple[frozenset[Scalar], ...]

    def number(self, values: frozenset[Scalar]) -> int:
        """The list's number in the table."""
        return self._numbers[values]

    def values(self, numbers: Iterable[int]) -> frozenset[Scalar]:
        """Of the lists with these numbers, all of them."""
        return frozenset().union(*(self.lists[number - 1] for number in numbers))

    @cached_property
    def _numbers(self) -> Mapping[frozenset[Scalar], int]:
        return {values: number for number, values in enumerate(self.lists, start=1)}


@dataclass(frozen=True)
class Times(Step):
    """Intervals by their numbers, and the constants that differ between them, as a table.

    ``values``: of each parameter, one for each interval. ``masks``: columns in each of
    which an interval has a bit of its own, or none.
    """

    intervals: tuple[int, ...]
    parameters: tuple[Output, ...]
    values: tuple[tuple[Scalar, ...], ...]
    masks: int
