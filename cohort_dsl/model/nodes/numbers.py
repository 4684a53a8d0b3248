"""Arithmetic, and a number from another value."""

from __future__ import annotations

from cohort_dsl.model.nodes.kinds import Binary, Unary
from cohort_dsl.model.types import BOOL, FLOAT, INT, ModelError, ValueType


class _Arithmetic(Binary):
    def check_type(self) -> None:
        if not self.left.type.is_number:
            raise ModelError(f"{self.left.type} is no number")

    def find_type(self) -> ValueType:
        return self.left.type


class Add(_Arithmetic):
    """left + right."""


class Subtract(_Arithmetic):
    """left - right."""


class Multiply(_Arithmetic):
    """left * right."""


class Divide(_Arithmetic):
    """left / right as a float, also for ints; NULL where right is 0."""

    def find_type(self) -> ValueType:
        return FLOAT


class FloorDivide(_Arithmetic):
    """The largest int not above left / right; NULL where right is 0."""

    def find_type(self) -> ValueType:
        return INT


class Power(_Arithmetic):
    """left to the power of right, as a float; NULL where that is no finite real number.

    So for 0 to a negative power, and a negative number to a power that isn't whole.
    """

    def find_type(self) -> ValueType:
        return FLOAT


class _NumberUnary(Unary):
    def check(self) -> None:
        if not self.operand.type.is_number:
            raise ModelError(f"{self.operand.type} is no number")

    def find_type(self) -> ValueType:
        return self.operand.type


class Negate(_NumberUnary):
    """The number with its sign turned."""


class Absolute(_NumberUnary):
    """The number without its sign."""


class CastToFloat(_NumberUnary):
    """The number as a 64-bit float."""

    def find_type(self) -> ValueType:
        return FLOAT


class CastToInt(Unary):
    """A number truncated towards zero; a bool as 0 or 1."""

    def check(self) -> None:
        if not (self.operand.type.is_number or self.operand.type == BOOL):
            raise ModelError(f"{self.operand.type} can't become an int")

    def find_type(self) -> ValueType:
        return INT
