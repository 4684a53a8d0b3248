"""A DuckDB file's tables, put onto a PostgreSQL server as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from tests.a_postgres import OWNER, Server
from tests.an_omop import in_its_words


@contextmanager
def copied(server: Server, file: Path, folder: Path) -> Iterator[dict[str, object]]:
    """Settings for a database with the file's tables, which is gone afterwards."""
    with server.database() as name:
        with duckdb.connect() as source, server.connect(name) as target:
            source.execute(f"ATTACH '{file}' AS f (READ_ONLY)")
            source.execute("USE f")
            for (table,) in source.execute("SHOW TABLES").fetchall():
                _copy(source, target, table, folder / "rows.csv")
        where = {"host": str(server.folder), "database": name, "user": OWNER}
        yield {"engine": "postgresql", **where}


def _copy(
    source: duckdb.DuckDBPyConnection,
    target: psycopg.Connection,
    table: str,
    rows: Path,
) -> None:
    """An empty text stays one: it is quoted in the file, and NULL isn't."""
    held = source.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'f' AND table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()
    columns = ", ".join(f'"{name}" {in_its_words(kind)}' for name, kind in held)
    target.execute(f'CREATE TABLE "{table}" ({columns})'.encode())
    source.execute(f"""COPY "{table}" TO '{rows}' (FORMAT csv, HEADER false)""")
    taken = f'COPY "{table}" FROM STDIN (FORMAT csv)'.encode()
    with target.cursor() as cursor, cursor.copy(taken) as copy:
        copy.write(rows.read_bytes())
