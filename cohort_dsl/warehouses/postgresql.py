"""PostgreSQL, version 14 and later: a database that is read and never written.

Each question is one transaction, which sees one state of the data and is rolled back.
Its temporary tables are made first; then the transaction is told to be read-only, in
which only they can be filled, and which no statement can take back.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import psycopg
import pyarrow as pa
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from cohort_dsl import sql
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import TableSchema
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, Upload
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.statements import Sent
from cohort_dsl.warehouses import copied, measuring
from cohort_dsl.warehouses.contract import OnStep, UntilClosed, refused, silent
from cohort_dsl.warehouses.copied import quoted
from cohort_dsl.warehouses.explaining import Clock, Tried, planned, tried
from cohort_dsl.warehouses.faults import WHERE
from cohort_dsl.warehouses.given import fitted
from cohort_dsl.warehouses.postgresql_entering import not_entered, without_tables
from cohort_dsl.warehouses.postgresql_errors import lost
from cohort_dsl.warehouses.rows import Answer, Rows, answer_schema

CELLS = 1_000_000  # values held at once while an answer streams
AT_ONCE = 1_000  # rows of an answer that is thrown away
ANALYSED = 1_000  # rows from which the planner should know a temporary table better

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Batches: TypeAlias = Generator[pa.RecordBatch]


class PostgreSQLWarehouse(UntilClosed):
    """A PostgreSQL database whose tables a catalog explains."""

    dialect: Dialect = POSTGRESQL

    def __init__(
        self, connection: Connection, catalog: Catalog, dialect: Dialect | None = None
    ) -> None:
        self._connection, self.catalog = connection, catalog
        self.dialect = dialect or self.dialect

    def __repr__(self) -> str:
        return f"<PostgreSQL warehouse of {len(self.catalog.sources)} tables>"

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort, sorted by patient_id. What prepared it is rolled back afterwards."""
        steps = planned(query, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        with _told(), self._connection.transaction(force_rollback=True):
            _prepare(self._connection, script, on_step)
            schema = self._schema(query.variables)
            events = {
                name: partial(self._rows, script.event_tables[name], self._schema(columns))
                for name, columns in query.event_tables.items()
            }
            with closing(self._streamed(script.question, schema)) as batches:
                yield Answer(schema, batches, events)

    def _schema(self, columns: Mapping[str, Series]) -> pa.Schema:
        return answer_schema(self.catalog.patient_id, columns)

    def _rows(self, asked: Statement, schema: pa.Schema) -> Rows:
        return Rows(schema, self._streamed(asked, schema))

    def _streamed(self, asked: Statement, schema: pa.Schema) -> Batches:
        """Its rows as they come; nothing else can be asked before all have."""
        assert self._connection.info.transaction_status != TransactionStatus.ACTIVE
        cursor, size = psycopg.RawCursor(self._connection), CELLS // len(schema.names)
        with _told(), cursor.copy(copied.order(self._connection, asked, schema)) as copy:
            try:
                with closing(
                    copied.batches(self._connection, schema, max(1, size))
                ) as batches:
                    yield from batches
            finally:  # of what nobody wants, the server is told to send no more
                copy.finish(GeneratorExit())

    def measure(self, measures: Measures) -> Rows:
        """The measures, counted at once."""
        steps = planned(measures, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        schema = measuring.counts_schema(measures)
        with _told(), self._connection.transaction(force_rollback=True):
            _prepare(self._connection, script, silent)
            return measuring.counted(measures, self._rows(script.question, schema))

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer; the answer is thrown away."""
        steps = planned(question, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        with _told(), self._connection.transaction(force_rollback=True):
            session = _Trial(self._connection, _made(self._connection, script))
            return tried(steps, script, session, clock)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own, for checks that count."""
        with _told(), self._connection.transaction(force_rollback=True):
            cursor = psycopg.RawCursor(self._connection)
            return cursor.execute(statement.text, statement.parameters).fetchall()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, pa.ArrowException) as error:
        raise lost(error) or refused("PostgreSQL", error) from None


def _prepare(connection: Connection, script: Script, on_step: OnStep) -> None:
    cursor = _made(connection, script)
    for done, sent in enumerate(script.preparations, start=1):
        _send(cursor, sent)
        on_step(done, len(script.preparations))


def _made(connection: Connection, script: Script) -> psycopg.RawCursor[Any]:
    """Only what makes temporary tables may run before the transaction is read-only."""
    cursor = psycopg.RawCursor(connection)
    statements = [s for s in script.preparations if isinstance(s, Statement)]
    made = [s.text for s in statements if s.makes]
    if made:  # a copy that follows another server can't even be told that it may write
        cursor.execute("SET TRANSACTION READ WRITE")
        cursor.execute(";".join([*made, "SET TRANSACTION READ ONLY"]))
    return cursor


def _send(cursor: psycopg.RawCursor[Any], sent: Sent) -> int:
    """How many rows it put into a table."""
    if isinstance(sent, Upload):
        rows = len(sent.rows)
        _copy(cursor, sent.table, sent.rows)
        _analyse(cursor, sent.table)
        return rows
    assert isinstance(sent, Statement), "its dialect lays nothing out"
    if sent.makes or sent.drops:  # made already, and the end drops them all
        return 0
    cursor.execute(sent.text, sent.parameters)
    rows = cursor.rowcount
    if sent.fills and rows >= ANALYSED:
        _analyse(cursor, sent.fills)
    return rows


def _analyse(cursor: psycopg.RawCursor[Any], table: str) -> None:
    """The server's own autovacuum never sees a temporary table.

    A list that it doesn't know may be joined from the wrong side, as if it were long.
    """
    cursor.execute(f"ANALYZE {quoted(table)}")


def _copy(
    cursor: psycopg.RawCursor[Any], table: str, rows: Iterable[Sequence[Any]]
) -> None:
    with cursor.copy(f"COPY {quoted(table)} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@dataclass(frozen=True)
class _Trial:
    """A question's transaction, whose statements are looked at."""

    connection: Connection
    cursor: psycopg.RawCursor[Any]

    def estimated(self, asked: Statement) -> int | None:
        """Of what is selected: to insert is to return nothing."""
        self.cursor.execute(f"EXPLAIN (FORMAT JSON) {asked.text}", asked.parameters)
        [[[explained]]] = self.cursor.fetchall()
        node = explained["Plan"]
        rows = node["Plans"][0] if node["Node Type"] == "ModifyTable" else node
        return int(rows["Plan Rows"])

    def send(self, sent: Sent) -> int:
        return _send(self.cursor, sent)

    def read(self, asked: Statement) -> int:
        with psycopg.RawServerCursor(self.connection, "answer") as cursor:
            cursor.execute(asked.text, asked.parameters, binary=True)
            return sum(map(len, iter(partial(cursor.fetchmany, AT_ONCE), [])))


# Opening -----------------------------------------------------------------------

SECONDS = 30  # until a server that doesn't answer isn't there

SESSION = {
    "default_transaction_read_only": "on",
    "timezone": "UTC",
    "client_encoding": "UTF8",
    "jit": "off",  # it takes seconds for a statement of many variables
    # For each sort, and twice for each hash, of which a statement has few: patients in
    # millions are counted without files on disk.
    "work_mem": "64MB",
    "temp_buffers": "64MB",  # in which temporary tables lie before they go to disk
    "default_statistics_target": "30",  # only our temporary tables are analysed
    # A server notices that we were killed, and stops.
    "client_connection_check_interval": "2s",
}

COLUMNS = """
    SELECT n.nspname, c.relname, a.attname,
           format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
           NOT (a.attnotnull OR t.typnotnull),
           has_schema_privilege(n.oid, 'USAGE')
               AND has_column_privilege(c.oid, a.attnum, 'SELECT')
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\\_t%'
"""


IN_PART = """
    SELECT n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relrowsecurity AND row_security_active(c.oid)
"""


def connect(where: Mapping[str, str], statement_timeout: int = 0) -> Connection:
    """A session that reads, and writes temporary tables only.

    ``where``: libpq's words, such as host, dbname, user, passfile and service.
    ``statement_timeout``: in seconds; 0 for none. WarehouseError where there is no server
    or it doesn't let us in, with what to do next; without the server's words.
    """
    told = {**SESSION, "statement_timeout": f"{statement_timeout}s"}
    options = " ".join(f"-c {name}={value}" for name, value in told.items())
    dsn = make_conninfo(connect_timeout=SECONDS, options=options, **where)
    try:
        connection = psycopg.connect(dsn, autocommit=True)
    except psycopg.Error as error:
        raise not_entered(error, dsn, WHERE) from None
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.prepare_threshold = None  # no statement is sent twice
    return connection


def warehouse(
    connection: Connection, catalog: Catalog, dialect: Dialect
) -> PostgreSQLWarehouse:
    """The warehouse. WarehouseError where it would need tables that it can't make."""
    with _told():
        lacking = None if dialect.one_statement else without_tables(connection)
    if lacking is not None:
        raise lacking.error(WHERE)
    return PostgreSQLWarehouse(connection, catalog, dialect)


def physical(connection: Connection) -> Physical:
    """The tables and views, and what of them we may read. The standard's own list lacks
    some views."""
    with _told():
        found = connection.execute(COLUMNS).fetchall()
        in_part = connection.execute(IN_PART).fetchall()
    there = of_columns(
        (
            ((schema, t), column, kind, null)
            for schema, t, column, kind, null, may in found
            if may
        ),
        (((schema, t), column) for schema, t, column, _, _, may in found if not may),
    )
    return replace(there, in_part=frozenset(in_part))


# Test data -----------------------------------------------------------------------


@contextmanager
def from_rows(
    connection: Connection,
    tables: Mapping[str, pa.Table],
    schemas: Mapping[str, TableSchema],
    dialect: Dialect = POSTGRESQL,
) -> Iterator[PostgreSQLWarehouse]:
    """A warehouse of ``given.fitted`` tables, in a transaction that is rolled back."""
    rows, patient_id = fitted(tables, schemas)
    with connection.transaction(force_rollback=True):
        cursor = psycopg.RawCursor(connection)
        cursor.execute(";".join(_creation(name, held) for name, held in rows.items()))
        for name, held in rows.items():
            if held.num_rows:
                columns = [column.to_pylist() for column in held.columns]
                _copy(cursor, name, zip(*columns, strict=True))
        sources = {name: plain(schema) for name, schema in schemas.items()}
        yield PostgreSQLWarehouse(connection, Catalog(sources, patient_id), dialect)


def _creation(name: str, held: pa.Table) -> str:
    columns = [f"{quoted(field.name)} {copied.KINDS[field.type]}" for field in held.schema]
    return f"CREATE TEMPORARY TABLE {quoted(name)} ({', '.join(columns)})"
