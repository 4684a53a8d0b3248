"""One value a patient from several rows."""

from __future__ import annotations

from dataclasses import dataclass

from cohort_dsl.model.nodes.frames import must_have_rows_of_its_own
from cohort_dsl.model.nodes.kinds import Frame, Series, must_be
from cohort_dsl.model.types import BOOL, FLOAT, INT, Kind, ModelError, ValueType


@dataclass(frozen=True, eq=False, repr=False)
class Exists(Series):
    """Has the patient any row here? False, not NULL, where there is none."""

    source: Frame

    def check(self) -> None:
        must_have_rows_of_its_own(self.source, "looked for")

    def find_type(self) -> ValueType:
        return BOOL

    def find_frame(self) -> None:
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Count(Series):
    """How many rows the patient has here; 0 where none."""

    source: Frame

    def check(self) -> None:
        must_have_rows_of_its_own(self.source, "counted")

    def find_type(self) -> ValueType:
        return INT

    def find_frame(self) -> None:
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Aggregation(Series):
    """One value a patient from the series' non-NULL values; NULL where there are none."""

    source: Series

    def check(self) -> None:
        if self.source.frame is None:
            raise ModelError("an aggregation needs several rows a patient")
        self.check_type()

    def check_type(self) -> None:
        pass

    def find_type(self) -> ValueType:
        return self.source.type

    def find_frame(self) -> None:
        return None


class CountDistinct(Aggregation):
    """How many different non-NULL values; 0 where none."""

    def find_type(self) -> ValueType:
        return INT


class _MinimumOrMaximum(Aggregation):
    def check_type(self) -> None:
        if not (self.source.type.is_ordered or self.source.type.kind is Kind.STR):
            raise ModelError(f"{self.source.type} has no order")


class Minimum(_MinimumOrMaximum):
    """The smallest value."""


class Maximum(_MinimumOrMaximum):
    """The largest value."""


class _NumberAggregation(Aggregation):
    def check_type(self) -> None:
        if not self.source.type.is_number:
            raise ModelError(f"{self.source.type} is no number")


class Sum(_NumberAggregation):
    """The sum."""


class Mean(_NumberAggregation):
    """The arithmetic mean, a float."""

    def find_type(self) -> ValueType:
        return FLOAT


@dataclass(frozen=True, eq=False, repr=False)
class Percentile(_NumberAggregation):
    """The value below which ``percent`` of them lie, a float.

    Of values in order it is the one at (how many - 1) * percent / 100, counted from 0;
    between two neighbours lower + (upper - lower) * fraction (Hyndman and Fan's type 7).
    NULL where that leaves 64 bits.
    """

    percent: float

    def check_type(self) -> None:
        super().check_type()
        if type(self.percent) is not float or not 0 <= self.percent <= 100:
            raise ModelError("a percentile is a float from 0 to 100")

    def find_type(self) -> ValueType:
        return FLOAT


class _YesNoAggregation(Aggregation):
    def check_type(self) -> None:
        must_be(self.source, BOOL, "any or all")


class AnyTrue(_YesNoAggregation):
    """Is any value True?"""


class AllTrue(_YesNoAggregation):
    """Is every value True?"""
