"""The same records in a PostgreSQL server of our own, as it comes: no index, no tuning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa

from cohort_dsl import cohort_file
from cohort_dsl.cohort_file import Columns
from cohort_dsl.model.query import Query
from cohort_dsl.sql import Catalog, Dialect, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.warehouses import copied
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.postgresql import CELLS, PostgreSQLWarehouse, connect
from cohort_dsl.warehouses.rows import ARROW, Rows
from tests import a_postgres

TYPES = {"BIGINT": "bigint", "DATE": "date", "VARCHAR": "text", "DOUBLE": "float8"}
PIECE = 1 << 20  # bytes


@contextmanager
def loaded(files: Mapping[str, Path], folder: Path) -> Iterator[Mapping[str, str]]:
    """The settings by which a server with these records is reached, while it is up.

    ``folder``: for files on the way. NoServerError where none is installed.
    """
    with a_postgres.running() as server:
        with server.connect() as connection:
            for name, path in files.items():
                _load(connection, name, path, folder / f"{name}.csv")
            connection.execute("VACUUM ANALYZE")
        yield server.settings()


def _load(connection: psycopg.Connection, table: str, source: Path, csv: Path) -> None:
    rows = f"SELECT * FROM '{source}'"
    described = duckdb.execute(f"DESCRIBE {rows}").fetchall()
    columns = ", ".join(f"{name} {TYPES[kind]}" for name, kind, *_ in described)
    duckdb.execute(f"COPY ({rows}) TO '{csv}' (FORMAT csv, HEADER false)")
    cursor = connection.execute(f"CREATE TABLE {table} ({columns})")
    copying = cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)")
    with csv.open("rb") as file, copying as copy:
        while piece := file.read(PIECE):
            copy.write(piece)
    csv.unlink()


def without_tables(
    where: Mapping[str, str], query: Query
) -> AbstractContextManager[Warehouse]:
    """The same for whom no table may be made: each question is one statement."""
    return warehouse(where, query, POSTGRESQL.in_one_statement())


@contextmanager
def warehouse(
    where: Mapping[str, str], query: Query, dialect: Dialect = POSTGRESQL
) -> Iterator[Warehouse]:
    """``where``: the server's settings."""
    sources = {schema.name: plain(schema) for schema in query.tables()}
    with PostgreSQLWarehouse(connect(where), Catalog(sources), dialect) as opened:
        yield opened


def by_hand(
    where: Mapping[str, str],
    query: Query,
    scans: Iterable[str],
    assembly: str,
    target: Path,
) -> None:
    """In a session as ours; the answer comes and is written in the way in which ours is."""
    with closing(connect(where)) as connection, connection.transaction():
        connection.execute("SET TRANSACTION READ WRITE")
        for statement in scans:
            connection.execute(statement)
            _, _, _, table, *_ = statement.split()  # CREATE TEMPORARY TABLE table
            connection.execute(f"ANALYZE {table}")
        types = {"patient_id": Catalog({}).patient_id}
        types |= {name: series.type for name, series in query.variables.items()}
        schema = pa.schema([(name, ARROW[kind.kind]) for name, kind in types.items()])
        order = copied.order(connection, Statement(assembly), schema)
        with psycopg.RawCursor(connection).copy(order):
            size = CELLS // len(schema.names)
            rows = Rows(schema, copied.batches(connection, schema, size))
            cohort_file.write(rows, Columns(types), target, "")
