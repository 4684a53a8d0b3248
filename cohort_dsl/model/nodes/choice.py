"""One of several values: by condition, or the smallest or largest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from cohort_dsl.model.nodes.kinds import Series, common_frame, must_be
from cohort_dsl.model.types import BOOL, ModelError, Scalar, ValueType, fits

Pairs: TypeAlias = tuple[tuple[Scalar, Scalar | None], ...]


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
class MapValues(Series):
    """The constant beside the key that the operand equals, else ``default``.

    Keys are known and different, so that NULL and what is no key get the default; there
    may be many thousands of them.
    """

    operand: Series
    pairs: Pairs
    default: Series

    def check(self) -> None:
        if not self.pairs:
            raise ModelError("a map needs a value to map")
        for key, value in self.pairs:
            _must_fit(key, self.operand.type)
            if value is not None:
                _must_fit(value, self.default.type)
        if len(self.results) < len(self.pairs):
            raise ModelError("a map names a value twice")
        common_frame((self.operand, self.default))

    @cached_property
    def results(self) -> Mapping[Scalar, Scalar | None]:
        """What each key is mapped to."""
        return dict(self.pairs)

    def find_parts(self) -> Iterator[Series]:
        """Without a look at each of many pairs."""
        yield self.operand
        yield self.default

    def find_type(self) -> ValueType:
        return self.default.type


def _must_fit(value: Scalar, wanted: ValueType) -> None:
    if not fits(value, wanted):
        raise ModelError(f"a {type(value).__name__} is no {wanted}")


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
