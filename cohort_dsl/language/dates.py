"""Series of dates."""

from __future__ import annotations

from typing import Any

from cohort_dsl.language import hints
from cohort_dsl.language.durations import DateDifference, Duration
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.intervals import IntervalAtHand
from cohort_dsl.language.numbers import OrderedSeries
from cohort_dsl.language.series import OrderedEventSeries, PatientSeries, operand, wrap
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import DatePart, DateUnit
from cohort_dsl.model.types import Kind


class DateSeries(OrderedSeries):
    """Dates without a time of day. A date may be written as "YYYY-MM-DD" anywhere."""

    kind_ = Kind.DATE
    turning_ = "To begin with the latest, write sort_by(...).last_for_patient()."

    @property
    def year(self) -> Any:
        """The year, as a whole number."""
        return wrap(nodes.ExtractPart(self.node_, DatePart.YEAR))

    @property
    def month(self) -> Any:
        """The month, 1 to 12."""
        return wrap(nodes.ExtractPart(self.node_, DatePart.MONTH))

    @property
    def day(self) -> Any:
        """The day of the month, 1 to 31."""
        return wrap(nodes.ExtractPart(self.node_, DatePart.DAY))

    def to_first_of_year(self) -> Any:
        """1 January of the date's year."""
        return wrap(nodes.ToFirstOf(self.node_, DateUnit.YEARS))

    def to_first_of_month(self) -> Any:
        """The first day of the date's month."""
        return wrap(nodes.ToFirstOf(self.node_, DateUnit.MONTHS))

    def is_before(self, other: Any) -> Any:
        """Earlier than ``other``?"""
        return self < other

    def is_on_or_before(self, other: Any) -> Any:
        """No later than ``other``?"""
        return self <= other

    def is_after(self, other: Any) -> Any:
        """Later than ``other``?"""
        return self > other

    def is_on_or_after(self, other: Any) -> Any:
        """No earlier than ``other``?"""
        return self >= other

    def is_on_or_between(self, start: Any, end: Any) -> Any:
        """From ``start`` to ``end``, both included?"""
        return (self >= start) & (self <= end)

    def is_between_but_not_on(self, start: Any, end: Any) -> Any:
        """After ``start`` and before ``end``?"""
        return (self > start) & (self < end)

    def is_during(self, interval: Any) -> Any:
        """Within a pair of dates, or within INTERVAL, its first and last day included?"""
        if isinstance(interval, IntervalAtHand):
            return self.is_on_or_between(interval.start_date, interval.end_date)
        if not isinstance(interval, tuple | list) or len(interval) != 2:
            raise mistake(
                "is_during needs a pair of dates", 'Write ("2024-01-01", "2024-12-31").'
            )
        return self.is_on_or_between(*interval)

    def __add__(self, other: Any) -> Any:
        return self._duration(other).after_(self)

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Duration):
            return (-other).after_(self)
        if isinstance(other, int | float):
            raise mistake(
                f"{other} can't be taken away from a date",
                "Say of what: - days(30), - weeks(4), - months(1) or - years(1).",
            )
        return DateDifference(operand(other, self), self.node_)

    def __rsub__(self, other: Any) -> Any:
        return DateDifference(self.node_, operand(other, self))

    def _duration(self, other: object) -> Duration:
        if isinstance(other, Duration):
            return other
        raise mistake(
            f"{hints.called(other)} can't be added to a date",
            "Say of what: + days(30), + weeks(4), + months(1) or + years(1).",
        )


class DatePatientSeries(DateSeries, PatientSeries):
    """A date for each patient."""


class DateEventSeries(DateSeries, OrderedEventSeries):
    """A date for each row."""

    def episodes_for_patient(self, maximum_gap: Any) -> Any:
        """The patient's episodes as rows: ``start_date``, ``end_date``, ``event_count``.

        A new episode begins where more than the gap, days(n) or weeks(n), lies between
        one date and the next. Rows without a date are in no episode.
        """
        from cohort_dsl.language import derived

        return derived.episodes(self, maximum_gap)

    def count_episodes_for_patient(self, maximum_gap: Any) -> Any:
        """How many such episodes the patient has; 0 without any."""
        return self.episodes_for_patient(maximum_gap).count_for_patient()
