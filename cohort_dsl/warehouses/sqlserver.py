"""SQL Server: never run on a real one, only on a stand-in for its driver.

Each question is one transaction, which sees one state of the data (SNAPSHOT) and is rolled
back; its temporary tables lie in tempdb, and go with it. SQL Server has no transaction
that only reads, so what keeps us from writing is the account's rights. The driver,
pymssql, is imported when a warehouse is opened; it quotes parameters itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from cohort_dsl import sql
from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, Upload
from cohort_dsl.sql.sqlserver import SQLSERVER
from cohort_dsl.sql.statements import Sent
from cohort_dsl.warehouses import measuring
from cohort_dsl.warehouses.contract import OnStep, UntilClosed, refused, silent
from cohort_dsl.warehouses.explaining import Clock, Tried, planned, tried
from cohort_dsl.warehouses.faults import WHERE
from cohort_dsl.warehouses.passfile import secret
from cohort_dsl.warehouses.rows import Answer, Rows, answer_schema
from cohort_dsl.warehouses.sqlserver_entering import not_entered

CELLS = 1_000_000  # values held at once while an answer streams
INSERTED = 1_000  # rows of one INSERT, and no more may be
SECONDS = 30  # until a server that doesn't answer isn't there

SESSION = (
    "SET NOCOUNT, XACT_ABORT, ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, "
    "CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON",
    "SET IMPLICIT_TRANSACTIONS, NUMERIC_ROUNDABORT OFF",
    "SET LANGUAGE us_english",
    "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
)

COLUMNS = """
    SELECT table_schema, table_name, column_name, data_type, is_nullable
    FROM information_schema.columns
    WHERE table_schema NOT IN ('sys', 'INFORMATION_SCHEMA')
"""


class SQLServerWarehouse(UntilClosed):
    """A SQL Server database whose tables a catalog explains."""

    def __init__(
        self, connection: Any, catalog: Catalog, dialect: Dialect = SQLSERVER
    ) -> None:
        self._connection, self.catalog, self.dialect = connection, catalog, dialect

    def __repr__(self) -> str:
        return f"<SQL Server warehouse of {len(self.catalog.sources)} tables>"

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort, sorted by patient_id. What prepared it is rolled back afterwards."""
        script = self._script(query)
        with self._transaction() as cursor:
            for done, sent in enumerate(script.preparations, start=1):
                _send(cursor, sent)
                on_step(done, len(script.preparations))
            schema = self._schema(query.variables)
            events = {
                name: partial(_rows, cursor, asked, self._schema(query.event_tables[name]))
                for name, asked in script.event_tables.items()
            }
            yield Answer(schema, _batches(cursor, script.question, schema), events)

    def _script(self, question: Query | Measures) -> Script:
        steps = planned(question, self.dialect, self.catalog)
        return sql.script(steps, self.dialect, self.catalog)

    def _schema(self, columns: Mapping[str, Series]) -> pa.Schema:
        return answer_schema(self.catalog.patient_id, columns)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with _told(), self._connection.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield cursor
            finally:
                cursor.execute("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")

    def measure(self, measures: Measures) -> Rows:
        """The measures, counted at once."""
        script, schema = self._script(measures), measuring.counts_schema(measures)
        with self._transaction() as cursor:
            for sent in script.preparations:
                _send(cursor, sent)
            return measuring.counted(measures, _rows(cursor, script.question, schema))

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer; the answer is thrown away."""
        steps = planned(question, self.dialect, self.catalog)
        with self._transaction() as cursor:
            return tried(steps, self._script(question), _Trial(cursor), clock)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own, for checks that count."""
        with self._transaction() as cursor:
            _execute(cursor, statement)
            return list(cursor.fetchall())

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _told() -> Iterator[None]:
    import pymssql

    try:
        yield
    except (pymssql.Error, pa.ArrowException) as error:
        raise refused("SQL Server", error) from None


def _execute(cursor: Any, asked: Statement) -> None:
    """The driver leaves %% as it is where there is no parameter."""
    if asked.parameters:
        cursor.execute(asked.text, tuple(map(_given, asked.parameters)))
    else:
        cursor.execute(asked.text.replace("%%", "%"))


def _given(value: Scalar | None) -> Any:
    """Dates and floats as texts that mean the same in every session's language."""
    if isinstance(value, date):
        return value.isoformat().replace("-", "")
    return repr(value) if isinstance(value, float) else value


def _send(cursor: Any, sent: Sent) -> int:
    """How many rows it put into a table."""
    if isinstance(sent, Upload):
        return _insert(cursor, sent)
    assert isinstance(sent, Statement), "its dialect lays nothing out"
    _execute(cursor, sent)
    return int(cursor.rowcount) if sent.fills else 0


def _insert(cursor: Any, upload: Upload) -> int:
    rows = iter(upload.rows)
    one = f"({', '.join(['%s'] * len(upload.columns))})"
    while some := list(islice(rows, INSERTED)):
        text = f"INSERT INTO [{upload.table}] VALUES {', '.join([one] * len(some))}"  # noqa: S608 - a step's name
        cursor.execute(text, tuple(_given(value) for row in some for value in row))
    return len(upload.rows)


def _rows(cursor: Any, asked: Statement, schema: pa.Schema) -> Rows:
    return Rows(schema, _batches(cursor, asked, schema))


def _batches(cursor: Any, asked: Statement, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with _told():
        _execute(cursor, asked)
        while rows := cursor.fetchmany(max(1, CELLS // len(schema.names))):
            columns = zip(zip(*rows, strict=True), schema, strict=True)
            arrays = [_column(values, field.type) for values, field in columns]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """1 and 0 are yes and no."""
    if kind == pa.bool_():
        return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)


@dataclass(frozen=True)
class _Trial:
    """A question's transaction, whose statements are looked at."""

    cursor: Any

    def estimated(self, asked: Statement) -> int | None:
        """It isn't asked for: SHOWPLAN is a right of its own."""
        return None

    def send(self, sent: Sent) -> int:
        return _send(self.cursor, sent)

    def read(self, asked: Statement) -> int:
        _execute(self.cursor, asked)
        return sum(map(len, iter(partial(self.cursor.fetchmany, INSERTED), [])))


# Opening -----------------------------------------------------------------------


def connect(given: Mapping[str, object]) -> Any:
    """A session of the site's settings. WarehouseError without driver, password or server.

    Encrypted unless the settings say ``encryption: off``.
    """
    try:
        import pymssql
    except ImportError:
        raise WarehouseError(
            "SQL Server's driver isn't installed",
            where=WHERE,
            remedy="Install strongroom[mssql] where the runner is.",
        ) from None
    words = _words(given)
    try:
        connection = pymssql.connect(**words)
        with connection.cursor() as cursor:
            for setting in SESSION:
                cursor.execute(setting)
    except pymssql.Error as error:
        raise not_entered(error, WHERE) from None
    return connection


def _words(given: Mapping[str, object]) -> dict[str, Any]:
    """In the driver's words."""
    return {
        "server": str(given["host"]),
        "user": str(given["user"]),
        "database": str(given.get("database", "")),
        "port": str(given.get("port", 1433)),
        "password": secret(Path(str(given["passfile"])), "passfile"),
        "login_timeout": SECONDS,
        "timeout": int(str(given.get("statement_timeout", 0))),
        "encryption": str(given.get("encryption", "require")),
        "autocommit": True,  # transactions are begun by hand
        "read_only": True,
    }


KINDS: Mapping[str, str] = {
    "int": "INTEGER",
    **dict.fromkeys(("nvarchar", "char", "nchar", "uniqueidentifier"), "VARCHAR"),
    **dict.fromkeys(("datetime", "datetime2", "smalldatetime"), "TIMESTAMP"),
    **dict.fromkeys(("money", "smallmoney"), "DECIMAL"),
}


def physical(connection: Any) -> Physical:
    """The tables and views that we may read."""
    with _told(), connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        found = cursor.fetchall()
    return of_columns(
        ((schema, table), column, KINDS.get(kind, kind), null != "NO")
        for schema, table, column, kind, null in found
    )
