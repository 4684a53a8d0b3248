"""People's rows on their way out of a warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

import pyarrow as pa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import Kind, ValueType

ARROW: Mapping[Kind, pa.DataType] = MappingProxyType(
    {
        Kind.BOOL: pa.bool_(),
        Kind.INT: pa.int64(),
        Kind.FLOAT: pa.float64(),
        Kind.STR: pa.string(),
        Kind.DATE: pa.date32(),
        Kind.CODE: pa.string(),
        Kind.CODES: pa.string(),
    }
)


def answer_schema(patient_id: ValueType, columns: Mapping[str, Series]) -> pa.Schema:
    """Of an answer: patient_id, and the columns in their order."""
    types = {"patient_id": patient_id}
    types |= {name: series.type for name, series in columns.items()}
    return pa.schema([(name, ARROW[kind.kind]) for name, kind in types.items()])


class Rows:
    """An answer as Arrow batches. Printing it shows its shape only.

    The columns' names and types are no secret; the values are read in one way only,
    ``reveal``, so that its callers can be counted.
    """

    def __init__(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        self.schema, self._batches = schema, batches

    def __repr__(self) -> str:
        return f"<rows of {len(self.schema.names)} columns>"

    def reveal(self) -> Iterator[pa.RecordBatch]:
        """The rows, once. WarehouseError where the engine fails half-way.

        It tells that through Arrow, in words that may quote a person's value.
        """
        try:
            yield from self._batches
        except (pa.ArrowException, OSError):
            raise WarehouseError(
                "the warehouse failed while it answered",
                where="the warehouse",
                remedy="See the database's own log, and run `strongroom warehouse check`.",
            ) from None


class Answer(Rows):
    """A cohort's rows, and beside them its event tables'.

    Some engines answer one question at a time: read the cohort's rows to their end first,
    then one event table after the other.
    """

    def __init__(
        self,
        schema: pa.Schema,
        batches: Iterable[pa.RecordBatch],
        event_tables: Mapping[str, Callable[[], Rows]],
    ) -> None:
        super().__init__(schema, batches)
        self._event_tables = event_tables

    def event_table(self, name: str) -> Rows:
        """The rows of the event table of this name: ``patient_id``, then its columns."""
        return self._event_tables[name]()

    def followed(self, check: Callable[[], None]) -> Answer:
        """The same, but after the last row of each the check has its say."""

        def then(rows: Rows) -> Iterator[pa.RecordBatch]:
            yield from rows.reveal()
            check()

        def event_table(name: str) -> Rows:
            rows = self.event_table(name)
            return Rows(rows.schema, then(rows))

        named = {name: partial(event_table, name) for name in self._event_tables}
        return Answer(self.schema, then(self), named)
