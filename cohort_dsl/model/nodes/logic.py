"""True, False or NULL: logic and comparison."""

from __future__ import annotations

from dataclasses import dataclass

from cohort_dsl.model.nodes.kinds import Binary, Frame, Series, Unary, common_frame, must_be
from cohort_dsl.model.types import BOOL, ModelError, Scalar, ValueType, fits


@dataclass(frozen=True, eq=False, repr=False)
class _Logic(Series):
    """Kleene's three-valued logic over any number of operands: long chains stay flat."""

    operands: tuple[Series, ...]

    def check(self) -> None:
        if len(self.operands) < 2:
            raise ModelError("logic needs two operands or more")
        for operand in self.operands:
            must_be(operand, BOOL, "logic")
        common_frame(self.operands)

    def find_type(self) -> ValueType:
        return BOOL


class And(_Logic):
    """True if all are; False if any is False; else NULL."""


class Or(_Logic):
    """True if any is; False if all are False; else NULL."""


class Not(Unary):
    """NULL stays NULL."""

    def check(self) -> None:
        must_be(self.operand, BOOL, "not")

    def find_type(self) -> ValueType:
        return BOOL


class IsNull(Unary):
    """Never NULL itself."""

    def find_type(self) -> ValueType:
        return BOOL


class Equal(Binary):
    """NULL if either side is."""

    def find_type(self) -> ValueType:
        return BOOL


class _Ordering(Binary):
    def check_type(self) -> None:
        if not self.left.type.is_ordered:
            raise ModelError(f"{self.left.type} has no order")

    def find_type(self) -> ValueType:
        return BOOL


class Less(_Ordering):
    """left < right; NULL if either side is."""


class LessOrEqual(_Ordering):
    """left <= right; NULL if either side is."""


@dataclass(frozen=True, eq=False, repr=False)
class IsIn(Series):
    """Is the value one of these? NULL for NULL, but False where the set is empty."""

    operand: Series
    values: frozenset[Scalar]

    def check(self) -> None:
        for value in self.values:
            if not fits(value, self.operand.type):
                kind = type(value).__name__
                raise ModelError(f"a {kind} is never among {self.operand.type}")

    def find_type(self) -> ValueType:
        return BOOL


@dataclass(frozen=True, eq=False, repr=False)
class IsInSeries(Series):
    """Is the value among the patient's non-NULL values of an event series?

    False where the patient has none of those; else NULL for NULL.
    """

    operand: Series
    among: Series

    def check(self) -> None:
        if self.among.frame is None:
            raise ModelError("is_in needs several rows a patient on its right")
        if self.operand.type != self.among.type:
            raise ModelError(f"{self.operand.type} is never among {self.among.type}")

    def find_type(self) -> ValueType:
        return BOOL

    def find_frame(self) -> Frame | None:
        return self.operand.frame
