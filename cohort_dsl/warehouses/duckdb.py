"""DuckDB, the embedded warehouse: a file that is read and never written.

The file is attached read-only to a database in memory that holds the temporary tables.
Before anything is asked, the engine is locked: no other file, no network, no extension,
and no statement can change that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from cohort_dsl import plan, sql
from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT, STR, Kind, TableSchema, ValueType
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, Upload
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.warehouses.rows import Rows

BATCH = 65_536  # rows

# The names that DuckDB gives to what is attached, and to its own memory.
ATTACHED = "warehouse"

LOCKED = (
    "SET temp_directory = ''",  # no person's row spills to a disk
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)

ARROW: Mapping[Kind, pa.DataType] = {
    Kind.BOOL: pa.bool_(),
    Kind.INT: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.STR: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.CODE: pa.string(),
}


class DuckDBWarehouse:
    """A DuckDB database whose tables a catalog explains."""

    dialect: Dialect = DUCKDB

    def __init__(self, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        self._connection, self.catalog = connection, catalog

    def __repr__(self) -> str:
        return f"<DuckDB warehouse of {len(self.catalog.sources)} tables>"

    @contextmanager
    def ask(self, query: Query) -> Iterator[Rows]:
        """The cohort, sorted by patient_id. What prepared it is dropped afterwards."""
        steps = plan.build(query, everyone=self.catalog.everyone)
        script = sql.script(steps, self.dialect, self.catalog)
        session = self._connection.cursor()  # temporary tables are seen by it alone
        try:
            yield _answer(session, script)
        except (duckdb.Error, pa.ArrowException) as error:  # the latter while streaming
            raise refused(error) from None
        finally:
            session.close()

    def run(self, statement: Statement) -> list[tuple[object, ...]]:
        """All rows of a statement of our own, for checks that count."""
        try:
            sent = self._connection.execute(statement.text, list(statement.parameters))
            return sent.fetchall()
        except duckdb.Error as error:
            raise refused(error) from None

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _answer(session: duckdb.DuckDBPyConnection, script: Script) -> Rows:
    for sent in script.preparations:
        if isinstance(sent, Upload):
            _upload(session, sent)
        else:
            session.execute(sent.text, list(sent.parameters))
    question = script.question
    relation = session.sql(question.text, params=list(question.parameters))
    reader = relation.to_arrow_reader(BATCH)
    return Rows(reader.schema, reader)


def _upload(session: duckdb.DuckDBPyConnection, upload: Upload) -> None:
    """By Arrow: 20,000 rows take 4 ms, one INSERT for each 0.7 s."""
    session.register("uploaded", pa.table({"value": list(upload.values)}))
    session.execute(f'INSERT INTO "{upload.table}" SELECT value FROM uploaded')  # noqa: S608 - our own name
    session.unregister("uploaded")


def refused(error: Exception) -> WarehouseError:
    """Told by its kind alone: an engine's message may quote a person's value."""
    return WarehouseError(
        f"DuckDB refused ({type(error).__name__})",
        where="the warehouse",
        remedy="Run `strongroom warehouse check` to compare the mapping with the database.",
    )


# Opening -----------------------------------------------------------------------


def connect(database: Path) -> duckdb.DuckDBPyConnection:
    """A locked connection in which the file's tables are ``warehouse.<schema>.<table>``."""
    where = f"database {database}"
    if not database.is_file():
        raise WarehouseError(
            "there is no such file",
            where=where,
            remedy="Give the absolute path of a DuckDB database file.",
        )
    connection = duckdb.connect(":memory:")
    try:
        quoted = str(database).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS {ATTACHED} (READ_ONLY, TYPE duckdb)")
    except duckdb.Error:
        connection.close()
        raise WarehouseError(
            "DuckDB can't read this file",
            where=where,
            remedy="Check that it is a DuckDB database, readable, and closed elsewhere.",
        ) from None
    return locked(connection)


def locked(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same connection, which from now on opens nothing and can't be told to."""
    for setting in LOCKED:
        connection.execute(setting)
    return connection


def physical(connection: duckdb.DuckDBPyConnection) -> Physical:
    """The file's tables and views. SQLAlchemy's reflection can't read DuckDB's."""
    found = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal",
        [ATTACHED],
    ).fetchall()
    return of_columns(((ATTACHED, s, t), column, kind) for s, t, column, kind in found)


def from_rows(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, TableSchema]
) -> DuckDBWarehouse:
    """A warehouse in memory: for test data and made-up patients.

    ``tables`` by name, each with ``patient_id`` (int64 or string, all the same) and any of
    its schema's columns; a column or table that isn't given is empty. WarehouseError where
    a table has no schema or a column doesn't fit it.
    """
    _demand_schemas(tables, schemas)
    patient_id = _patient_id(tables)
    rows = {n: _fitted(tables.get(n), schemas[n], patient_id) for n in schemas}
    connection = duckdb.connect(":memory:")
    for name, held in rows.items():
        connection.register("given", held)
        quoted = name.replace('"', '""')
        connection.execute(f'CREATE TABLE "{quoted}" AS SELECT * FROM given')  # noqa: S608 - a schema's name
        connection.unregister("given")
    sources = {name: plain(schema) for name, schema in schemas.items()}
    return DuckDBWarehouse(locked(connection), Catalog(sources, patient_id))


def _demand_schemas(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, TableSchema]
) -> None:
    unknown = sorted(tables.keys() - schemas.keys())
    if unknown:
        raise WarehouseError(
            f"no schema says what is in {', '.join(unknown)}",
            where="tables in memory",
            remedy="Give a schema for each table.",
        )


def _patient_id(tables: Mapping[str, pa.Table]) -> ValueType:
    types = {table.schema.field("patient_id").type for table in tables.values()}
    if types <= {pa.int64()}:
        return INT
    if types == {pa.string()}:
        return STR
    raise WarehouseError(
        f"patient_id comes as {' and '.join(sorted(map(str, types)))}",
        where="tables in memory",
        remedy="Make it int64 in all tables, or string in all.",
    )


def _fitted(table: pa.Table | None, schema: TableSchema, patient_id: ValueType) -> pa.Table:
    """The table with exactly the schema's columns, in its order, of its types."""
    fields = {"patient_id": ARROW[patient_id.kind]}
    fields |= {column.name: ARROW[column.type.kind] for column in schema.columns}
    wanted = pa.schema(list(fields.items()))
    if table is None:
        return wanted.empty_table()
    unknown = sorted(set(table.column_names) - set(wanted.names))
    try:
        columns = [
            table.column(name).cast(kind)
            if name in table.column_names
            else pa.nulls(table.num_rows, kind)
            for name, kind in fields.items()
        ]
    except pa.ArrowInvalid:
        unknown.append("a column of another type")
        columns = []
    if unknown:
        raise WarehouseError(
            f"it holds {', '.join(unknown)}, which its schema doesn't",
            where=f"table {schema.name} in memory",
            remedy="Give the schema's columns, in its types.",
        )
    return pa.table(columns, schema=wanted)
