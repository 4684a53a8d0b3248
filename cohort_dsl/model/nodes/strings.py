"""What can be asked of a string, or of a code as one."""

from __future__ import annotations

from dataclasses import dataclass

from cohort_dsl.model.nodes.kinds import Binary, Series, common_frame
from cohort_dsl.model.types import BOOL, STR, Kind, ModelError, ValueType, code, fits


class Contains(Binary):
    """Does the left string hold the right one? Case counts; nothing is a wildcard."""

    def check(self) -> None:
        common_frame((self.left, self.right))
        _must_hold_others(self.left)
        of_system = self.left.type.system
        if self.right.type not in (STR, *([code(of_system)] if of_system else [])):
            raise ModelError(f"{self.left.type} never contains {self.right.type}")

    def find_type(self) -> ValueType:
        return BOOL


@dataclass(frozen=True, eq=False, repr=False)
class ContainsAny(Series):
    """Does the string hold any of these? NULL for NULL, but False where there are none."""

    operand: Series
    parts_sought: frozenset[str]

    def check(self) -> None:
        _must_hold_others(self.operand)
        if not all(fits(part, STR) for part in self.parts_sought):
            raise ModelError("only strings are looked for in a string")

    def find_type(self) -> ValueType:
        return BOOL


class StartsWith(Binary):
    """Does the left string or code begin with the right string? As ``Contains``."""

    def check(self) -> None:
        common_frame((self.left, self.right))
        _must_have_characters(self.left)
        if self.right.type not in (STR, self.left.type):
            raise ModelError(f"{self.left.type} never starts with {self.right.type}")

    def find_type(self) -> ValueType:
        return BOOL


@dataclass(frozen=True, eq=False, repr=False)
class Prefix(Series):
    """The first characters of a string or code; all of one that has no more."""

    operand: Series
    length: int

    def check(self) -> None:
        _must_have_characters(self.operand)
        if type(self.length) is not int or not 0 <= self.length < 2**31:
            raise ModelError("a prefix has a whole number of characters")

    def find_type(self) -> ValueType:
        return STR


def _must_hold_others(series: Series) -> None:
    if series.type.kind not in (Kind.STR, Kind.CODES):
        raise ModelError(f"{series.type} is no string to look into")


def _must_have_characters(series: Series) -> None:
    if series.type.kind not in (Kind.STR, Kind.CODE):
        raise ModelError(f"{series.type} has no characters")
