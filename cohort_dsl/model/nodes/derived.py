"""Frames whose rows are made from other frames' rows, or come with the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from cohort_dsl.model.nodes.frames import Table, bottom, must_have_rows_of_its_own
from cohort_dsl.model.nodes.identity import Node
from cohort_dsl.model.nodes.kinds import Frame, Series, is_ancestor_or_same, must_be
from cohort_dsl.model.types import (
    BOOL,
    DATE,
    INT,
    STR,
    Column,
    ModelError,
    Scalar,
    TableSchema,
    ValueType,
    fits,
)

Cells: TypeAlias = tuple[Scalar | None, ...]

# Of rows that come with a question: what is larger belongs into the warehouse.
MOST_CELLS = 1_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Union(Frame):
    """The rows of all the sources, doubles too, with the columns that all of them have."""

    sources: tuple[Frame, ...]

    def check(self) -> None:
        if len(self.sources) < 2:
            raise ModelError("a union is of two frames or more")
        for source in self.sources:
            must_have_rows_of_its_own(source, "united")
        if not common_columns([source.schema for source in self.sources]):
            raise ModelError("a union needs a column that all its frames have")

    def find_schema(self) -> TableSchema:
        schemas = [source.schema for source in self.sources]
        names = " and ".join(dict.fromkeys(schema.name for schema in schemas))
        return TableSchema(names, common_columns(schemas), one_row_per_patient=False)


def common_columns(schemas: Sequence[TableSchema]) -> tuple[Column, ...]:
    """The columns that all have by name and type, with what holds for all of them."""
    held = [{column.name: column for column in schema.columns} for schema in schemas]
    found = []
    for column in schemas[0].columns:
        same = [others[column.name] for others in held if column.name in others]
        if len(same) == len(held) and {one.type for one in same} == {column.type}:
            found.append(_common(same))
    return tuple(found)


def _common(columns: Sequence[Column]) -> Column:
    every = all(column.categories for column in columns)
    categories = dict.fromkeys(c for column in columns for c in column.categories)
    return replace(
        columns[0],
        categories=tuple(categories) if every else (),
        not_null=all(column.not_null for column in columns),
    )


EPISODE = (
    Column("start_date", DATE, "The first date of the episode.", not_null=True),
    Column("end_date", DATE, "The last date of the episode.", not_null=True),
    Column("event_count", INT, "How many rows with a date it has.", not_null=True),
)


@dataclass(frozen=True, eq=False, repr=False)
class Episodes(Frame):
    """One row for each of a patient's runs of dates.

    A new run begins where more than ``gap_days`` days lie between one date and the next;
    a row without a date is in none.
    """

    source: Series
    gap_days: int

    def check(self) -> None:
        must_be(self.source, DATE, "an episode")
        if self.source.frame is None:
            raise ModelError("episodes are made of several dates a patient")
        if not fits(self.gap_days, INT) or self.gap_days < 0:
            raise ModelError("a gap is a whole number of days, 0 or more")

    def find_schema(self) -> TableSchema:
        assert self.source.frame is not None
        name = f"episodes of {self.source.frame.schema.name}"
        return TableSchema(name, EPISODE, one_row_per_patient=False)


@dataclass(frozen=True, eq=False, repr=False)
class AsOf(Frame):
    """For each row of ``at``'s frame, the patient's row of ``source`` that holds then.

    It has ``start`` on or before the date, and ``end`` on or after it or none. Of several
    it is the one with the latest start, ties going to the last by all its columns, by
    name. Where there is none, every column is NULL.
    """

    source: Frame
    start: Series
    end: Series
    at: Series

    def check(self) -> None:
        if self.source.one_row_per_patient:
            raise ModelError("one row a patient needs no look-up by date")
        must_have_rows_of_its_own(self.source, "looked up")
        for series in (self.start, self.end, self.at):
            must_be(series, DATE, "a look-up by date")
        for series in (self.start, self.end):
            if series.frame and not is_ancestor_or_same(series.frame, self.source):
                raise ModelError("a look-up's start and end are of the rows it looks up")
        if self.at.frame is None:
            raise ModelError("a look-up is for each of several rows")

    @property
    def beside(self) -> Frame | None:
        return self.at.frame

    def find_schema(self) -> TableSchema:
        return self.source.schema


@dataclass(frozen=True, eq=False, repr=False)
class Found(Series):
    """Has the look-up a row for this one? Never NULL."""

    source: Frame

    def check(self) -> None:
        if not isinstance(self.source, AsOf):
            raise ModelError("only a look-up by date finds or doesn't")

    def find_type(self) -> ValueType:
        return BOOL

    def find_frame(self) -> Frame | None:
        return self.source.beside


@dataclass(frozen=True, eq=False, repr=False)
class InlineTable(Frame):
    """A table whose rows come with the question: ``patient_id``, then its columns."""

    table: TableSchema
    cells: tuple[Cells, ...]

    def check(self) -> None:
        if len(self.cells) * (1 + len(self.table.columns)) > MOST_CELLS:
            raise ModelError("too many rows come with the question")
        types = [column.type for column in self.table.columns]
        for row in self.cells:
            _must_be_row(row, types)
        ids = [row[0] for row in self.cells]
        if len({type(one) for one in ids}) > 1:
            raise ModelError("some patient_ids are numbers and some are text")
        if self.table.one_row_per_patient and len(set(ids)) < len(ids):
            raise ModelError("a patient has several rows where one is allowed")

    def find_schema(self) -> TableSchema:
        return self.table

    @property
    def one_row_per_patient(self) -> bool:
        return self.table.one_row_per_patient

    def find_parts(self) -> Iterator[Node]:
        """None, without a look at each of many cells."""
        return iter(())

    def patients(self) -> frozenset[int | str]:
        """Whose rows these are: all ints or all strs."""
        return frozenset(row[0] for row in self.cells if isinstance(row[0], int | str))


def _must_be_row(row: Cells, types: Sequence[ValueType]) -> None:
    is_one = len(row) == len(types) + 1
    if not is_one or not (fits(row[0], INT) or fits(row[0], STR)):
        raise ModelError("a row is a patient_id and a value for each column")
    for cell, kind in zip(row[1:], types, strict=True):
        if cell is not None and not fits(cell, kind):
            raise ModelError(f"a {type(cell).__name__} is no {kind}")


def tables_in(nodes: Sequence[Node]) -> Iterator[Table | InlineTable]:
    """The tables among the nodes, whose patients are those that a question mentions."""
    return (node for node in nodes if isinstance(node, Table | InlineTable))


def tables_below(frame: Frame) -> tuple[Table, ...]:
    """The tables whose rows a frame has, with their columns under their own names."""
    found: list[Table] = []
    todo = [frame]
    while todo:
        own = bottom(todo.pop())
        if isinstance(own, Table):
            found.append(own)
        elif isinstance(own, Union):
            todo += own.sources
        elif isinstance(own, AsOf):
            todo.append(own.source)
    return tuple(dict.fromkeys(found))
