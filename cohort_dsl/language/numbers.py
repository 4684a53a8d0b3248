"""Series of numbers."""

from __future__ import annotations

from typing import Any

from cohort_dsl.language.hints import mistake
from cohort_dsl.language.series import (
    BaseSeries,
    OrderedEventSeries,
    PatientSeries,
    binary,
    not_a_method,
    swapped,
    wrap,
)
from cohort_dsl.model import nodes
from cohort_dsl.model.types import Kind


class OrderedSeries(BaseSeries):
    """Values that can be put in order: numbers and dates."""

    def __lt__(self, other: Any) -> Any:
        return binary(nodes.Less, self, other)

    def __le__(self, other: Any) -> Any:
        return binary(nodes.LessOrEqual, self, other)

    def __gt__(self, other: Any) -> Any:
        return swapped(nodes.Less, self, other)

    def __ge__(self, other: Any) -> Any:
        return swapped(nodes.LessOrEqual, self, other)


class NumberSeries(OrderedSeries):
    """Whole numbers, or numbers with decimals."""

    def __add__(self, other: Any) -> Any:
        return binary(nodes.Add, self, other)

    def __radd__(self, other: Any) -> Any:
        return swapped(nodes.Add, self, other)

    def __sub__(self, other: Any) -> Any:
        return binary(nodes.Subtract, self, other)

    def __rsub__(self, other: Any) -> Any:
        return swapped(nodes.Subtract, self, other)

    def __mul__(self, other: Any) -> Any:
        return binary(nodes.Multiply, self, other)

    def __rmul__(self, other: Any) -> Any:
        return swapped(nodes.Multiply, self, other)

    def __truediv__(self, other: Any) -> Any:
        return binary(nodes.Divide, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return swapped(nodes.Divide, self, other)

    def __floordiv__(self, other: Any) -> Any:
        return binary(nodes.FloorDivide, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return swapped(nodes.FloorDivide, self, other)

    def __pow__(self, other: Any) -> Any:
        return binary(nodes.Power, self, other)

    def __rpow__(self, other: Any) -> Any:
        return swapped(nodes.Power, self, other)

    def __neg__(self) -> Any:
        return wrap(nodes.Negate(self.node_))

    def absolute(self) -> Any:
        """The number without its sign."""
        return wrap(nodes.Absolute(self.node_))

    def as_int(self) -> Any:
        """Truncated towards zero."""
        return wrap(nodes.CastToInt(self.node_))

    def as_float(self) -> Any:
        """The same number, where decimals may follow."""
        return wrap(nodes.CastToFloat(self.node_))


class NumberEventSeries(NumberSeries, OrderedEventSeries):
    """A number for each row."""

    def sum_for_patient(self) -> Any:
        """The sum of the patient's values; NULL without any."""
        return wrap(nodes.Sum(self.node_))

    def mean_for_patient(self) -> Any:
        """The mean of the patient's values; NULL without any."""
        return wrap(nodes.Mean(self.node_))

    def median_for_patient(self) -> Any:
        """The value in the middle, or halfway between two; NULL without any."""
        return self.percentile_for_patient(50)

    def percentile_for_patient(self, percent: Any) -> Any:
        """The value below which so many in a hundred of the patient's values lie.

        Between two neighbours it is reckoned in proportion, as numpy does. NULL without
        any value.
        """
        not_a_method(percent)
        if type(percent) not in (int, float) or not 0 <= percent <= 100:
            raise mistake(
                f"percentile_for_patient needs a number from 0 to 100, not {percent!r}",
                "Write percentile_for_patient(90) for what nine values in ten lie below.",
            )
        return wrap(nodes.Percentile(self.node_, float(percent)))


class IntPatientSeries(NumberSeries, PatientSeries):
    """A whole number for each patient."""

    kind_ = Kind.INT


class IntEventSeries(NumberEventSeries):
    """A whole number for each row."""

    kind_ = Kind.INT


class FloatPatientSeries(NumberSeries, PatientSeries):
    """A number for each patient."""

    kind_ = Kind.FLOAT


class FloatEventSeries(NumberEventSeries):
    """A number for each row."""

    kind_ = Kind.FLOAT
