"""One made-up patient while they are being made: rows by table, freely changed."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from cohort_dsl.model import nobody
from cohort_dsl.model.nodes import (
    AsOf,
    Count,
    Filter,
    Frame,
    IsInSeries,
    Node,
    SelectColumn,
    Series,
    Sort,
    Table,
    Union,
    Value,
    bottom,
)
from cohort_dsl.model.replacing import rebuilt
from cohort_dsl.model.replacing import series as replacement
from cohort_dsl.model.types import Scalar, TableSchema
from cohort_dsl.reference import Known

Row: TypeAlias = dict[str, Any]
Cell: TypeAlias = Scalar | None

ID = 1
"""Who is patient 1 while they are made; they get their own number at the end."""


class Person:
    """A patient's rows. Whatever is asked of them, the referee answers.

    ``id`` matters only where rows come with the question: they are some patients' own.
    """

    def __init__(
        self, schemas: Mapping[str, TableSchema], patient_id: int | str = ID
    ) -> None:
        self.schemas, self.id = schemas, patient_id
        self.rows: dict[str, list[Row]] = {name: [] for name in schemas}

    def copied(self) -> Person:
        twin = Person(self.schemas, self.id)
        twin.rows = copy.deepcopy(self.rows)
        return twin

    def value(self, series: Series, row: Row | None = None) -> Cell:
        """The series' value; for a series over rows, its value in that row."""
        if series.frame is not None and row is None:
            return None
        if isinstance(series, Value):
            return series.value
        if row is not None and _is_cell(series):
            there: Cell = row[series.name]  # no need to trouble the referee
            return there
        series = of_the_row(series)
        known = Known([series], self.rows)
        if self.id not in known.patients:
            return nobody.answer(series)
        if series.frame is None:
            found: Cell = known.series[series][self.id]
            return found
        at = _position(known, series.frame, row)
        return None if at is None else known.series[series][at]

    def rows_of(self, frame: Frame) -> list[Row]:
        """The patient's rows of a frame, in its order: the very rows, to be changed.

        For a row that is made of others, the first of those.
        """
        known = Known([Count(frame)], self.rows)
        rows = known.rows[bottom(frame)]
        return [_real(rows[i], known)[0] for i in known.by_patient(frame).get(self.id, [])]

    def held(self, look: AsOf, row: Row) -> Row | None:
        """The very row that a look-up by date finds for this one."""
        known = Known([SelectColumn(look, look.schema.columns[0].name)], self.rows)
        assert look.beside is not None
        at = _position(known, look.beside, row)
        found = None if at is None else known.held(look)[at]
        return None if found is None else _real(found, known)[0]

    def add(self, table: str, row: Row) -> Row:
        """Give the patient one more row."""
        whole = {
            column.name: row.get(column.name) for column in self.schemas[table].columns
        }
        self.rows[table].append({"patient_id": self.id, **whole})
        return self.rows[table][-1]

    def again(self, row: Row) -> None:
        """The same row once more."""
        for rows in self.rows.values():
            if any(other is row for other in rows):
                rows.append(dict(row))

    def drop(self, row: Row) -> None:
        """Take a row away: that one, not another that looks the same."""
        for table, rows in self.rows.items():
            self.rows[table] = [other for other in rows if other is not row]


@functools.lru_cache(maxsize=10_000)
def of_the_row(series: Series) -> Series:
    """What gives the same in a row, and doesn't ask which of the filters keep it.

    Where filters stand upon filters by the thousand, each asks about the rows of those
    before it: to answer all of them for every one takes hours.
    """
    put: dict[Node, Node] = {}
    for node in _in_the_row(series):
        if isinstance(node, SelectColumn):
            if isinstance(node.source, Filter | Sort):
                put[node] = SelectColumn(node.source.bottom, node.name)
        elif (found := rebuilt(node, put)) is not node:
            put[node] = found
    return replacement(put, series)


def _in_the_row(series: Series) -> list[Series]:
    """The series and those that it is made from in the same row, parts before wholes."""
    done: dict[Series, None] = {}
    stack = [(series, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            done[node] = None
        elif node not in done and node.frame is not None:
            stack.append((node, True))
            if not isinstance(node, IsInSeries):  # it looks at all rows of what is among
                stack += [
                    (part, False) for part in node.parts() if isinstance(part, Series)
                ]
    return list(done)


def _is_cell(series: Series) -> TypeGuard[SelectColumn]:
    """Is it a column that a row itself has?"""
    if not isinstance(series, SelectColumn) or series.frame is None:
        return False
    return isinstance(bottom(series.source), Table | Union)


def _real(row: Mapping[str, Any], known: Known) -> list[Row]:
    """The rows of tables that a row is made of, itself if it is one."""
    found: list[Any] = []
    todo = [row]
    while todo:
        one = todo.pop(0)
        parts = known.made_of.get(id(one))
        if parts is None:
            found.append(one)
        else:
            todo += parts
    return found


def _position(known: Known, frame: Frame, row: Row | None) -> int | None:
    """Where a row, or what is made of it, is among the frame's."""
    rows: Sequence[Mapping[str, Any]] = known.rows[bottom(frame)]
    made = (i for i, one in enumerate(rows) if any(r is row for r in _real(one, known)))
    return next(made, None)
