"""Dates, their parts and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cohort_dsl.model.nodes.kinds import Series, common_frame, must_be
from cohort_dsl.model.types import DATE, INT, ModelError, ValueType


class DatePart(Enum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class DateUnit(Enum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, eq=False, repr=False)
class ExtractPart(Series):
    """A date's year, month (1-12) or day (1-31)."""

    operand: Series
    part: DatePart

    def check(self) -> None:
        must_be(self.operand, DATE, "a part of a date")

    def find_type(self) -> ValueType:
        return INT


@dataclass(frozen=True, eq=False, repr=False)
class ToFirstOf(Series):
    """The first day of the date's month or year."""

    operand: Series
    unit: DateUnit

    def check(self) -> None:
        must_be(self.operand, DATE, "to_first_of")
        if self.unit is DateUnit.DAYS:
            raise ModelError("there is no first of a day")

    def find_type(self) -> ValueType:
        return DATE


@dataclass(frozen=True, eq=False, repr=False)
class AddDuration(Series):
    """The date that many units later (earlier if negative).

    A day that the target month lacks rolls to the 1st of the next month:
    31 January + 1 month = 1 March, 29 February + 1 year = 1 March.
    """

    operand: Series
    amount: Series
    unit: DateUnit

    def check(self) -> None:
        must_be(self.operand, DATE, "a duration")
        must_be(self.amount, INT, "a duration's length")
        common_frame((self.operand, self.amount))

    def find_type(self) -> ValueType:
        return DATE


@dataclass(frozen=True, eq=False, repr=False)
class DateDifference(Series):
    """Whole elapsed units: -1 month or year where ``end`` is one day before ``start``."""

    start: Series
    end: Series
    unit: DateUnit

    def check(self) -> None:
        must_be(self.start, DATE, "a date difference")
        must_be(self.end, DATE, "a date difference")
        common_frame((self.start, self.end))

    def find_type(self) -> ValueType:
        return INT
