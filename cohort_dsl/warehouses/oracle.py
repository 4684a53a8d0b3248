"""Oracle Database, from 12.2 on, by a connection of oracledb's kind.

Each question is one transaction, which sees one state of the data and is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import oracledb
import pyarrow as pa

from cohort_dsl import sql
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Kind
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, Upload
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.statements import Sent
from cohort_dsl.sql.temporary import quoted
from cohort_dsl.warehouses import measuring
from cohort_dsl.warehouses.contract import OnStep, UntilClosed, refused, silent
from cohort_dsl.warehouses.explaining import Clock, Tried, planned, tried
from cohort_dsl.warehouses.rows import ARROW, Answer, Rows

AT_ONCE = 10_000  # rows

Connection: TypeAlias = Any
"""oracledb's, or one that does as it does."""
Cursor: TypeAlias = Any

ONE_STATE = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"

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


class OracleWarehouse(UntilClosed):
    """An Oracle database whose tables a catalog explains."""

    def __init__(
        self, connection: Connection, catalog: Catalog, dialect: Dialect = ORACLE_19
    ) -> None:
        self._connection, self.catalog, self.dialect = connection, catalog, dialect

    def __repr__(self) -> str:
        return f"<Oracle warehouse of {len(self.catalog.sources)} tables>"

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort, sorted by patient_id. What prepared it is rolled back afterwards."""
        steps = planned(query, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        with self._session(script) as session:
            session.prepare(script, on_step)
            schema = self._schema(query.variables)
            events = {
                name: partial(session.rows, asked, self._schema(query.event_tables[name]))
                for name, asked in script.event_tables.items()
            }
            yield Answer(schema, session.batches(script.question, schema), events)

    def _schema(self, columns: Mapping[str, Series]) -> pa.Schema:
        types = {"patient_id": self.catalog.patient_id}
        types |= {name: series.type for name, series in columns.items()}
        return pa.schema([(name, ARROW[kind.kind]) for name, kind in types.items()])

    def measure(self, measures: Measures) -> Rows:
        """The measures, counted at once."""
        steps = planned(measures, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        schema = measuring.counts_schema(measures)
        with self._session(script) as session:
            session.prepare(script, silent)
            return measuring.counted(measures, session.rows(script.question, schema))

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer; the answer is thrown away."""
        steps = planned(question, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        with self._session(script) as session:
            return tried(steps, script, session, clock)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own, for checks that count."""
        with self._told():
            with self._connection.cursor() as cursor:
                sent(cursor, statement)
                found: list[tuple[Any, ...]] = cursor.fetchall()
            self._connection.rollback()
            return found

    @contextmanager
    def _session(self, script: Script) -> Iterator[_Session]:
        """Its own transaction; temporary tables of everybody are made before, if any."""
        made = [s for s in script.preparations if isinstance(s, Statement) and s.makes]
        before = [] if made and "PRIVATE" in made[0].text else made
        with self._told(), self._connection.cursor() as cursor:
            try:
                for statement in before:
                    cursor.execute(statement.text)
                cursor.execute(ONE_STATE)
                yield _Session(self._connection, self.dialect, bool(before))
            finally:
                self._connection.rollback()
                for statement in before:
                    cursor.execute(f"DROP TABLE {self._quoted(statement.makes)}")

    def _quoted(self, name: str) -> str:
        return quoted(name, self.dialect.renderer())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (oracledb.Error, pa.ArrowException) as error:
            raise refused("Oracle", error) from None

    def close(self) -> None:
        self._connection.close()


def sent(cursor: Cursor, asked: Statement) -> None:
    """The statement executed; its values by their numbers."""
    numbered = {str(n): value for n, value in enumerate(asked.parameters, start=1)}
    kinds = {n: BOUND[type(v)] for n, v in numbered.items() if type(v) in BOUND}
    if kinds:
        cursor.setinputsizes(**kinds)
    cursor.execute(asked.text, numbered)


@dataclass(frozen=True)
class _Session:
    """A question's transaction. ``made``: all its tables are there already."""

    connection: Connection
    dialect: Dialect
    made: bool

    def prepare(self, script: Script, on_step: OnStep) -> None:
        for done, one in enumerate(script.preparations, start=1):
            self.send(one)
            on_step(done, len(script.preparations))

    def send(self, one: Sent) -> int:
        """How many rows it put into a table."""
        if isinstance(one, Upload):
            return self._upload(one)
        assert isinstance(one, Statement), "its dialect lays nothing out"
        if one.drops or (one.makes and self.made):  # the end drops them all
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

    def batches(self, asked: Statement, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self.connection.cursor() as cursor:
            cursor.arraysize = AT_ONCE
            sent(cursor, asked)
            while rows := cursor.fetchmany():
                columns = map(_column, zip(*rows, strict=True), schema)
                yield pa.RecordBatch.from_arrays(list(columns), schema=schema)

    def estimated(self, asked: Statement) -> int | None:
        """Oracle writes its plans into a table, and nothing is written here."""
        return None

    def read(self, asked: Statement) -> int:
        with self.connection.cursor() as cursor:
            cursor.arraysize = AT_ONCE
            sent(cursor, asked)
            return sum(map(len, iter(cursor.fetchmany, [])))


def _kind(column: Sequence[Any]) -> Any:
    """None where the driver finds it out by itself."""
    return next((BOUND[type(v)] for v in column if type(v) in BOUND), None)


def _column(values: Sequence[Any], field: pa.Field) -> pa.Array:
    read = READ.get(field.type)
    if read is not None:
        values = [None if value is None else read(value) for value in values]
    return pa.array(values, field.type)
