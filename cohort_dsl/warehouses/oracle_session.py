"""One question's session with Oracle: what is sent, and how its rows come.

As Arrow from the driver, which never makes Python's objects of them, where it can.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

import oracledb
import pyarrow as pa

from cohort_dsl.model.types import Kind
from cohort_dsl.sql import Dialect, Script, Statement, Upload
from cohort_dsl.sql.statements import Sent
from cohort_dsl.sql.temporary import quoted
from cohort_dsl.warehouses.contract import OnStep
from cohort_dsl.warehouses.oracle_errors import told
from cohort_dsl.warehouses.rows import ARROW, Rows

CELLS = 1_000_000  # values held at once while an answer streams, at most

Connection: TypeAlias = Any
"""oracledb's, or one that does as it does."""
Cursor: TypeAlias = Any

# How the driver is told what a value is: a float would go as a decimal number.
BOUND: Mapping[type, Any] = MappingProxyType({float: oracledb.DB_TYPE_BINARY_DOUBLE})

READ: Mapping[pa.DataType, Callable[[Any], Any]] = MappingProxyType(
    {
        ARROW[Kind.BOOL]: bool,
        ARROW[Kind.INT]: int,
        ARROW[Kind.FLOAT]: float,
        ARROW[Kind.DATE]: lambda day: day.date() if isinstance(day, datetime) else day,
    }
)


# What the driver is asked for as Arrow: it makes no bool of a number.
FETCHED: Mapping[pa.DataType, pa.DataType] = MappingProxyType({ARROW[Kind.BOOL]: pa.int8()})


@dataclass(frozen=True)
class Habits:
    """``rows_at_once``: fetched in one go. ``flashback``: the account may read how tables
    were. ``patients_at_once``: in a piece of a long extraction, where it may."""

    rows_at_once: int = 10_000
    flashback: bool = False
    patients_at_once: int = 200_000


USUAL = Habits()


@contextmanager
def in_our_words() -> Iterator[None]:
    """What the driver refuses is told by its code."""
    try:
        yield
    except (oracledb.Error, pa.ArrowException, OverflowError) as error:
        raise told(error, "Oracle") from None


def sent(cursor: Cursor, asked: Statement) -> None:
    """The statement executed; its values by their numbers."""
    numbered = _numbered(asked)
    kinds = {n: BOUND[type(v)] for n, v in numbered.items() if type(v) in BOUND}
    if kinds:
        cursor.setinputsizes(**kinds)
    cursor.execute(asked.text, numbered)


@dataclass(frozen=True)
class Session:
    """A question's transaction. All its tables are there already."""

    connection: Connection
    dialect: Dialect
    habits: Habits

    def prepare(self, script: Script, on_step: OnStep) -> None:
        for done, one in enumerate(script.preparations, start=1):
            self.send(one)
            on_step(done, len(script.preparations))

    def send(self, one: Sent) -> int:
        """How many rows it put into a table."""
        if isinstance(one, Upload):
            return self._upload(one)
        assert isinstance(one, Statement), "its dialect lays nothing out"
        if one.drops or one.makes:  # the end drops them all
            return 0
        with self.connection.cursor() as cursor:
            sent(cursor, one)
            return int(cursor.rowcount) if one.fills else 0

    def _upload(self, upload: Upload) -> int:
        words = self.dialect.renderer()
        columns = ", ".join(quoted(name, words) for name in upload.columns)
        places = ", ".join(f":{n}" for n, _ in enumerate(upload.columns, start=1))
        into = f"{quoted(upload.table, words)} ({columns})"
        with self.connection.cursor() as cursor:
            kinds = map(_kind, zip(*upload.rows, strict=True))
            cursor.setinputsizes(*kinds)
            if upload.rows:
                text = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608 - our own names
                cursor.executemany(text, list(upload.rows))
        return len(upload.rows)

    def rows(self, asked: Statement, schema: pa.Schema) -> Rows:
        return Rows(schema, self.batches(asked, schema))

    def batches(self, asked: Statement, schema: pa.Schema) -> Generator[pa.RecordBatch]:
        """As Arrow from the driver, where it can; else of Python's objects."""
        size = max(1, min(self.habits.rows_at_once, CELLS // len(schema)))
        with in_our_words():
            if _can_be_arrow(self.connection, asked):
                yield from self._as_arrow(asked, schema, size)
            else:
                yield from self._as_rows(asked, schema, size)

    def _as_arrow(
        self, asked: Statement, schema: pa.Schema, size: int
    ) -> Iterator[pa.RecordBatch]:
        """The driver's columns, which were never Python's objects: a third of the time."""
        fields = [f.with_type(FETCHED.get(f.type, f.type)) for f in schema]
        frames = self.connection.fetch_df_batches(
            asked.text, _numbered(asked), size, requested_schema=pa.schema(fields)
        )
        for frame in frames:
            yield from pa.table(frame).cast(schema).to_batches()

    def _as_rows(
        self, asked: Statement, schema: pa.Schema, size: int
    ) -> Iterator[pa.RecordBatch]:
        with self.connection.cursor() as cursor:
            cursor.arraysize = cursor.prefetchrows = size
            sent(cursor, asked)
            while rows := cursor.fetchmany():
                columns = map(_column, zip(*rows, strict=True), schema)
                yield pa.RecordBatch.from_arrays(list(columns), schema=schema)

    def estimated(self, asked: Statement) -> int | None:
        """Oracle writes its plans into a table, and nothing is written here."""
        return None

    def read(self, asked: Statement) -> int:
        with self.connection.cursor() as cursor:
            cursor.arraysize = self.habits.rows_at_once
            sent(cursor, asked)
            return sum(map(len, iter(cursor.fetchmany, [])))


def _numbered(asked: Statement) -> dict[str, Any]:
    return {str(n): value for n, value in enumerate(asked.parameters, start=1)}


def _can_be_arrow(connection: Connection, asked: Statement) -> bool:
    """Not where a float is bound: there the driver takes no word about what it is."""
    bound = {type(value) for value in asked.parameters}
    return hasattr(connection, "fetch_df_batches") and bound.isdisjoint(BOUND)


def _kind(column: Sequence[Any]) -> Any:
    """None where the driver finds it out by itself."""
    return next((BOUND[type(v)] for v in column if type(v) in BOUND), None)


def _column(values: Sequence[Any], field: pa.Field) -> pa.Array:
    read = READ.get(field.type)
    if read is not None:
        values = [None if value is None else read(value) for value in values]
    return pa.array(values, field.type)
