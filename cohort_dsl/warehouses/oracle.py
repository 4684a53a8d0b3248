"""Oracle Database, from 12.2 on, by a connection of oracledb's kind.

Each question is one transaction, which sees one state of the data and is rolled back. Its
temporary tables are made before it begins: a transaction sees the state of its beginning,
and tables that came later may not be in it. It is SERIALIZABLE, because in one that is
READ ONLY not even they can be filled; where none is made, it is READ ONLY.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
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
from cohort_dsl.model.types import INT, Kind, Scalar
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, Upload, ranges
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.oracle_then import then
from cohort_dsl.sql.statements import Sent
from cohort_dsl.sql.temporary import quoted
from cohort_dsl.warehouses import measuring
from cohort_dsl.warehouses.contract import OnStep, Resumable, UntilClosed, silent
from cohort_dsl.warehouses.explaining import Clock, Tried, planned, tried
from cohort_dsl.warehouses.oracle_errors import told
from cohort_dsl.warehouses.rows import ARROW, Answer, Rows, answer_schema

CELLS = 1_000_000  # values held at once while an answer streams, at most

Connection: TypeAlias = Any
"""oracledb's, or one that does as it does."""
Cursor: TypeAlias = Any

ONE_STATE = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"
READ_ONLY = "SET TRANSACTION READ ONLY"
NOW = "SELECT TO_CHAR(DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER) FROM dual"

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


class OracleWarehouse(UntilClosed):
    """An Oracle database whose tables a catalog explains."""

    def __init__(
        self,
        connection: Connection,
        catalog: Catalog,
        dialect: Dialect = ORACLE_19,
        habits: Habits = USUAL,
    ) -> None:
        self._connection, self.catalog, self.dialect = connection, catalog, dialect
        self._habits = habits

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
            # Closed before the tables that it reads are dropped, however it ends
            with closing(session.batches(script.question, schema)) as batches:
                yield Answer(schema, batches, events)

    def _schema(self, columns: Mapping[str, Series]) -> pa.Schema:
        return answer_schema(self.catalog.patient_id, columns)

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
        with _told():
            with self._connection.cursor() as cursor:
                sent(cursor, statement)
                found: list[tuple[Any, ...]] = cursor.fetchall()
            self._connection.rollback()
            return found

    @contextmanager
    def _session(self, script: Script) -> Iterator[_Session]:
        """Its own transaction; what it leaves behind is taken away afterwards."""
        statements = [s for s in script.preparations if isinstance(s, Statement)]
        made = [s for s in statements if s.makes]
        state = READ_ONLY if self.dialect.one_statement else ONE_STATE
        with _told(), self._connection.cursor() as cursor:
            try:
                for statement in made:
                    cursor.execute(statement.text)
                self._connection.commit()
                cursor.execute(state)
                yield _Session(self._connection, self.dialect, self._habits)
            except BaseException:
                with suppress(oracledb.Error):  # a session that is gone left nothing
                    self._left(made)
                raise
            self._left(made)

    def _left(self, made: Sequence[Statement]) -> None:
        """Nothing: rows are rolled back, and tables that nobody is in any more dropped."""
        self._connection.rollback()
        words = self.dialect.renderer()
        with self._connection.cursor() as cursor:
            for statement in made:
                cursor.execute(f"DROP TABLE {quoted(statement.makes, words)}")

    def resumable(self, query: Query) -> Resumable | None:
        """By flashback, if the account may, where it is known who is a patient."""
        able = self._habits.flashback and self.catalog.people is not None
        return _Flashback(self) if able else None

    def now(self) -> str:
        """The system's change number (SCN)."""
        [[moment]] = self.run(Statement(NOW))
        return str(moment)

    def first_patients(self, moment: str) -> tuple[Scalar, ...]:
        """Of each piece of a long extraction."""
        size, then_ = self._habits.patients_at_once, then(self.dialect, moment)
        found = self.run(ranges.starts(self.catalog, size, then_))
        read = int if self.catalog.patient_id == INT else str
        return tuple(read(row[0]) for row in found)

    def back_at(self, held: ranges.Range, moment: str) -> OracleWarehouse:
        """As it was then, with these patients alone, by the same session."""
        catalog = ranges.within(self.catalog, held, self.dialect)
        past = then(self.dialect, moment)
        return OracleWarehouse(self._connection, catalog, past, self._habits)

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class _Flashback:
    """The database as it was, to be read by AS OF SCN."""

    warehouse: OracleWarehouse

    def moment(self) -> str:
        return self.warehouse.now()

    def starts(self, moment: str) -> tuple[Scalar, ...]:
        return self.warehouse.first_patients(moment)

    def within(self, held: ranges.Range, moment: str) -> OracleWarehouse:
        return self.warehouse.back_at(held, moment)


@contextmanager
def _told() -> Iterator[None]:
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
class _Session:
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
        with _told():
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
