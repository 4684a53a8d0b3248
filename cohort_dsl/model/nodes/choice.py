"""One of several values: by condition, or the smallest or largest."""

from __future__ import annotations

from dataclasses import dataclass

from cohort_dsl.model.nodes.kinds import Series, common_frame, must_be
from cohort_dsl.model.types import BOOL, ModelError, ValueType


@dataclass(frozen=True, eq=False, repr=False)
class Case(Series):
    """The value beside the first condition that is True, else ``otherwise``."""

    whens: tuple[tuple[Series, Series], ...]
    otherwise: Series

    def check(self) -> None:
        if not self.whens:
            raise ModelError("a case needs a condition")
        for condition, value in self.whens:
            must_be(condition, BOOL, "a case")
            must_be(value, self.otherwise.type, "a case")
        common_frame(part for part in self.parts() if isinstance(part, Series))

    def find_type(self) -> ValueType:
        return self.otherwise.type


@dataclass(frozen=True, eq=False, repr=False)
class _Extreme(Series):
    operands: tuple[Series, ...]

    def check(self) -> None:
        if not self.operands:
            raise ModelError("the smallest or largest of nothing")
        for operand in self.operands:
            if not operand.type.is_ordered:
                raise ModelError(f"{operand.type} has no order")
            must_be(operand, self.operands[0].type, "the smallest or largest")
        common_frame(self.operands)

    def find_type(self) -> ValueType:
        return self.operands[0].type


class MinimumOf(_Extreme):
    """The smallest non-NULL operand; NULL where all are."""


class MaximumOf(_Extreme):
    """The largest non-NULL operand; NULL where all are."""
