"""Parquet files on DuckDB, with two threads and 4 GB: ours, by hand, and the floor."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb

from cohort_dsl.model.query import Query
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.parquet import from_parquet

THREADS, MEMORY = 2, "4GB"


def warehouse(where: Mapping[str, str], query: Query) -> AbstractContextManager[Warehouse]:
    """``where``: each table's file."""
    files = {name: Path(path) for name, path in where.items()}
    schemas = {schema.name: schema for schema in query.tables()}
    return from_parquet(files, schemas, threads=THREADS, memory_limit=MEMORY)


def by_hand(
    where: Mapping[str, str],
    query: Query,
    scans: Iterable[str],
    assembly: str,
    target: Path,
) -> None:
    with _opened(where) as connection:
        for statement in scans:
            connection.execute(statement)
        connection.execute(_copied(f"({assembly})", target))


def floor(where: Mapping[str, str], answer: Path, target: Path) -> float:
    """Seconds to group the events by patient, count, and write the answer's cells.

    The answer lies in memory before the clock starts.
    """
    with _opened(where) as connection:
        source = _quoted(answer)
        connection.execute(f"CREATE TABLE answer AS SELECT * FROM read_parquet({source})")
        began = time.perf_counter()
        connection.execute(
            "CREATE TEMPORARY TABLE counted AS "
            "SELECT patient_id, count(*) AS n FROM events GROUP BY patient_id"
        )
        connection.execute(_copied("answer", target))
        return time.perf_counter() - began


def _opened(where: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    for name, path in where.items():
        rows = f"SELECT * FROM read_parquet({_quoted(path)})"
        connection.execute(f"CREATE VIEW {name} AS {rows}")
    return connection


def _copied(rows: str, target: Path) -> str:
    return f"COPY {rows} TO {_quoted(target)} (FORMAT parquet, COMPRESSION zstd)"


def _quoted(path: str | Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
