"""Where values come from: a column, a constant, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from cohort_dsl.model.nodes.kinds import Frame, Series, rows_of
from cohort_dsl.model.types import ModelError, Scalar, ValueType, fits


@dataclass(frozen=True, eq=False, repr=False)
class SelectColumn(Series):
    """A column of a frame."""

    source: Frame
    name: str

    def check(self) -> None:
        self.source.schema.column(self.name)

    def find_type(self) -> ValueType:
        return self.source.schema.column(self.name).type

    def find_frame(self) -> Frame | None:
        if self.source.one_row_per_patient:
            return None
        return self.source.beside or rows_of(self.source)


@dataclass(frozen=True, eq=False, repr=False)
class Value(Series):
    """A constant: the same for every patient."""

    value: Scalar
    value_type: ValueType

    def check(self) -> None:
        if not fits(self.value, self.value_type):
            raise ModelError(f"a {type(self.value).__name__} is no {self.value_type}")

    def find_type(self) -> ValueType:
        return self.value_type


@dataclass(frozen=True, eq=False, repr=False)
class Null(Series):
    """Unknown, with a type."""

    value_type: ValueType

    def find_type(self) -> ValueType:
        return self.value_type
