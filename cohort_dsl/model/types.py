"""The kinds of value a series can hold, and the columns a table offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import TypeAlias

from cohort_dsl.model.kind import Kind as Kind
from cohort_dsl.model.kind import ModelError as ModelError
from cohort_dsl.model.promises import Promises

Scalar: TypeAlias = bool | int | float | str | date


@dataclass(frozen=True)
class ValueType:
    """A kind, and for codes the coding system that gives them their meaning.

    CODES is one string that holds several codes, and perhaps other characters.
    """

    kind: Kind
    system: str | None = None

    def __post_init__(self) -> None:
        if (self.kind in (Kind.CODE, Kind.CODES)) != (self.system is not None):
            raise ModelError("a coding system goes with codes, and with nothing else")

    def __str__(self) -> str:
        return f"{self.system} {self.kind.value}" if self.system else self.kind.value

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.INT, Kind.FLOAT)

    @property
    def is_ordered(self) -> bool:
        return self.kind in (Kind.INT, Kind.FLOAT, Kind.DATE)


BOOL = ValueType(Kind.BOOL)
INT = ValueType(Kind.INT)
FLOAT = ValueType(Kind.FLOAT)
STR = ValueType(Kind.STR)
DATE = ValueType(Kind.DATE)


def code(system: str) -> ValueType:
    """The type of codes from one coding system, e.g. ``code("snomedct")``."""
    return ValueType(Kind.CODE, system)


def codes(system: str) -> ValueType:
    """The type of strings that hold several codes of that system."""
    return ValueType(Kind.CODES, system)


_PYTHON = {
    Kind.BOOL: bool,
    Kind.INT: int,
    Kind.FLOAT: float,
    Kind.STR: str,
    Kind.DATE: date,
    Kind.CODE: str,
    Kind.CODES: str,
}


def fits(value: object, value_type: ValueType) -> bool:
    """Is this Python value one of that type, in every engine?

    Exact: True is no int, a datetime no date. Ints have 64 bits, floats are finite, and
    strings hold what UTF-8 can say, without the NUL that some databases lack.
    """
    if type(value) is not _PYTHON[value_type.kind]:
        return False
    if isinstance(value, str):
        whole = value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
        return whole and "\0" not in value
    if isinstance(value, float):
        return isfinite(value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@dataclass(frozen=True)
class Column:
    """One column of a table on offer. Its description is no part of what it means."""

    name: str
    type: ValueType
    description: str = field(default="", compare=False, repr=False)
    categories: tuple[str, ...] = ()
    not_null: bool = False
    promises: Promises = field(default_factory=Promises)

    def __post_init__(self) -> None:
        try:
            self.promises.must_suit(self.type.kind)
        except ModelError as error:
            raise ModelError(f"column {self.name}: {error}") from None

    def promised(self) -> list[str]:
        """What is known of its values, in words."""
        among = [f"one of {', '.join(self.categories)}"] if self.categories else []
        present = ["never missing"] if self.not_null else []
        return [*present, *among, *self.promises.words()]


@dataclass(frozen=True)
class TableSchema:
    """A table on offer: its name, its columns (patient_id goes without saying)."""

    name: str
    columns: tuple[Column, ...]
    one_row_per_patient: bool

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(names) != len(set(names)):
            raise ModelError(f"table {self.name} names a column twice")
        if "patient_id" in names:
            raise ModelError(f"table {self.name}: patient_id goes without saying")
        dates = {column.name for column in self.columns if column.type == DATE}
        for column in self.columns:
            if not set(column.promises.after) <= dates - {column.name}:
                raise ModelError(f"{column.name} can only come after other dates of a row")

    def column(self, name: str) -> Column:
        """The column of this name; ModelError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ModelError(f"table {self.name} has no column {name}")
