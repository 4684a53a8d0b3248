"""Which rows: a table, filtered, sorted, or one row picked for each patient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cohort_dsl.model.nodes.kinds import (
    Frame,
    Series,
    is_ancestor_or_same,
    lineage,
    must_be,
)
from cohort_dsl.model.types import BOOL, ModelError, TableSchema


@dataclass(frozen=True, eq=False, repr=False)
class Table(Frame):
    """A table of the contract, or one that the author declared."""

    table: TableSchema

    def find_schema(self) -> TableSchema:
        return self.table

    @property
    def one_row_per_patient(self) -> bool:
        return self.table.one_row_per_patient


@dataclass(frozen=True, eq=False, repr=False)
class Filter(Frame):
    """The rows of ``source`` where ``condition`` is exactly True.

    ``except_where(c)`` filters on a Case: False where c is True, else True, so that rows
    where c is NULL stay.
    """

    source: Frame
    condition: Series

    def check(self) -> None:
        _must_be_many_rows(self.source, "filtered")
        must_be(self.condition, BOOL, "a filter")
        if self.condition.frame is None:
            return
        if not is_ancestor_or_same(self.condition.frame, self.source):
            raise ModelError("a filter's condition comes from other rows than it filters")

    @property
    def taken_from(self) -> Frame:
        return self.source

    def find_schema(self) -> TableSchema:
        return self.source.schema

    def find_rows(self) -> Frame:
        below = self.source.rows
        return self if below is self.source else Filter(below, self.condition)

    def find_bottom(self) -> Frame:
        return self.source.bottom


@dataclass(frozen=True, eq=False, repr=False)
class Sort(Frame):
    """``source`` in ascending order of ``key``, NULL first; ties keep ``source``'s order.

    So of two chained sorts the later one counts first. Ties that remain are broken by
    all columns of the table, ascending by column name, NULL first.
    """

    source: Frame
    key: Series

    def check(self) -> None:
        _must_be_many_rows(self.source, "sorted")
        if self.key.frame is None:
            raise ModelError("a sort needs a key that differs between a patient's rows")
        if not is_ancestor_or_same(self.key.frame, self.source):
            raise ModelError("a sort's key comes from other rows than it sorts")

    @property
    def taken_from(self) -> Frame:
        return self.source

    def find_schema(self) -> TableSchema:
        return self.source.schema

    def find_rows(self) -> Frame:
        return self.source.rows

    def find_bottom(self) -> Frame:
        return self.source.bottom


class Position(Enum):
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, eq=False, repr=False)
class Pick(Frame):
    """Each patient's row of that number, counted from the first or last of a sorted frame.

    The first and the last have number 1. Who has fewer rows has none here.
    """

    source: Frame
    position: Position
    number: int

    def check(self) -> None:
        if type(self.number) is not int or not 1 <= self.number < 2**31:
            raise ModelError("rows are counted from 1")
        _must_be_many_rows(self.source, "picked from")
        if not is_sorted(self.source):
            raise ModelError("a pick needs sorted rows")

    def find_schema(self) -> TableSchema:
        return self.source.schema

    def find_bottom(self) -> Frame:
        return self.source.bottom

    @property
    def one_row_per_patient(self) -> bool:
        return True


def _must_be_many_rows(frame: Frame, verb: str) -> None:
    if frame.one_row_per_patient:
        raise ModelError(f"a frame of one row a patient can't be {verb}")
    must_have_rows_of_its_own(frame, verb)


def must_have_rows_of_its_own(frame: Frame, verb: str) -> None:
    """ModelError for what only stands beside the rows of another frame."""
    if frame.beside is not None:
        raise ModelError(f"rows that stand beside others can't be {verb}")


def bottom(frame: Frame) -> Frame:
    """The table, or another frame with rows of its own, that the frame's rows are from."""
    return frame.bottom


def is_sorted(frame: Frame) -> bool:
    """Is there a sort anywhere between this frame and its table?"""
    return any(isinstance(f, Sort) for f in lineage(frame))
