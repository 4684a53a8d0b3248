"""A warehouse that can show again how its data were, and that is lost where a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from cohort_dsl.errors import WarehouseAway
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql import Catalog
from cohort_dsl.sql.ranges import Range, starts, within
from cohort_dsl.warehouses.contract import OnStep, silent
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse
from cohort_dsl.warehouses.rows import Answer


def away() -> WarehouseAway:
    return WarehouseAway("the connection was lost", where="warehouse", remedy="wait")


@dataclass
class Story:
    """What happens, and has happened. ``size``: patients in a range. ``breaks``: by how
    many ranges were asked for before, what that asking ends with in its middle."""

    size: int = 2
    breaks: dict[int, Exception] = field(default_factory=dict)
    asked: list[tuple[Range, str]] = field(default_factory=list)
    moments: int = 0


class Flashing(DuckDBWarehouse):
    """Says of each moment that it is another, though its data stay as they are."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, catalog: Catalog, story: Story
    ) -> None:
        super().__init__(connection, with_people(catalog))
        self.story = story

    def resumable(self, query: Query) -> Flashing:
        return self

    def moment(self) -> str:
        self.story.moments += 1
        return f"moment {self.story.moments}"

    def starts(self, moment: str) -> tuple[Scalar, ...]:
        found = self.run(starts(self.catalog, self.story.size, self.dialect))
        return tuple(row[0] for row in found)

    def within(self, held: Range, moment: str) -> _Part:
        return _Part(self._connection, self.catalog, self.story, held, moment)


class _Part(DuckDBWarehouse):
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        story: Story,
        held: Range,
        moment: str,
    ) -> None:
        super().__init__(connection, within(catalog, held, self.dialect))
        self._story, self._held = story, (held, moment)

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        breaks = self._story.breaks.pop(len(self._story.asked), None)
        self._story.asked.append(self._held)
        with super().ask(query, on_step) as answer:
            batches = answer.reveal() if breaks is None else broken(answer, breaks)
            yield Answer(answer.schema, batches, answer._event_tables)


def broken(answer: Answer, error: Exception) -> Iterator[pa.RecordBatch]:
    """Some of the rows, and then the error."""
    yield next(answer.reveal()).slice(0, 1)
    raise error


def with_people(catalog: Catalog) -> Catalog:
    """Everybody in any table counts as a patient, and is named as such."""
    read = [sa.select(source.rows(()).c.patient_id) for source in catalog.sources.values()]
    there = [rows.where(rows.selected_columns[0].is_not(None)) for rows in read]
    each = sa.union_all(*there).subquery("each_row")
    once = sa.select(each.c.patient_id).distinct()
    return replace(catalog, people=once.subquery("everybody"))
