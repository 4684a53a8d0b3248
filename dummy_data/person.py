"""One made-up patient while they are being made: rows by table, freely changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cohort_dsl.model import nobody
from cohort_dsl.model.nodes import (
    Count,
    Frame,
    Pick,
    SelectColumn,
    Series,
    Table,
    Value,
    lineage,
)
from cohort_dsl.model.types import Scalar, TableSchema
from cohort_dsl.reference import Known

Row: TypeAlias = dict[str, Any]
Cell: TypeAlias = Scalar | None

ID = 1
"""Everybody is patient 1 while they are made; they get their own number at the end."""


class Person:
    """A patient's rows. Whatever is asked of them, the referee answers."""

    def __init__(self, schemas: Mapping[str, TableSchema]) -> None:
        self.schemas = schemas
        self.rows: dict[str, list[Row]] = {name: [] for name in schemas}

    def copied(self) -> Person:
        twin = Person(self.schemas)
        twin.rows = copy.deepcopy(self.rows)
        return twin

    def value(self, series: Series, row: Row | None = None) -> Cell:
        """The series' value; for a series over rows, its value in that row."""
        if series.frame is not None and row is None:
            return None
        if isinstance(series, Value):
            return series.value
        if (
            isinstance(series, SelectColumn)
            and row is not None
            and series.frame is not None
        ):
            there: Cell = row[series.name]  # no need to trouble the referee
            return there
        known = Known([series], self.rows)
        if not known.patients:
            return nobody.answer(series)
        found: Cell
        if series.frame is None:
            found = known.series[series][ID]
        else:
            found = known.series[series][_position(known.rows[table_of(series.frame)], row)]
        return found

    def rows_of(self, frame: Frame) -> list[Row]:
        """The patient's rows of a frame, in its order: the very rows, to be changed."""
        known = Known([Count(frame)], self.rows)
        rows = known.rows[table_of(frame)]
        return [rows[i] for i in known.by_patient(frame).get(ID, [])]  # type: ignore[misc]

    def add(self, table: str, row: Row) -> Row:
        """Give the patient one more row."""
        whole = {
            column.name: row.get(column.name) for column in self.schemas[table].columns
        }
        self.rows[table].append({"patient_id": ID, **whole})
        return self.rows[table][-1]

    def drop(self, table: str, row: Row) -> None:
        """Take a row away: that one, not another that looks the same."""
        self.rows[table] = [other for other in self.rows[table] if other is not row]


def table_of(frame: Frame) -> str:
    """The name of the table that a frame's rows come from."""
    *_, base = lineage(frame)
    while isinstance(base, Pick):
        *_, base = lineage(base.source)
    assert isinstance(base, Table)
    return base.table.name


def _position(rows: Sequence[Mapping[str, Any]], row: Row | None) -> int:
    return next(i for i, other in enumerate(rows) if other is row)
