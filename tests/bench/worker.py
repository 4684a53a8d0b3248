"""One thing to measure, in a process of its own: `python -m tests.bench.worker JOB`.

JOB is JSON: ``side`` (a key of ``SIDES``), ``study`` (a folder that ``studies`` wrote),
``files`` (table → Parquet), ``target`` (the Parquet file to write), and ``answer`` for the
floor. It prints, as JSON, the seconds from the question to the file, imports left out, the
most memory that this process ever held, and how often ours read each table.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pandas as pd  # noqa: F401 - pyarrow imports it on first use: not while a clock runs

from cohort_dsl import load, plan
from cohort_dsl.extract import extract
from cohort_dsl.warehouses.parquet import from_parquet

THREADS, MEMORY = 2, "4GB"

Told: TypeAlias = dict[str, Any]


def ours(job: Mapping[str, Any]) -> Told:
    """The definition, asked of the warehouse."""
    os.chdir(job["study"])
    files = {name: Path(path) for name, path in job["files"].items()}
    began = time.perf_counter()
    query = load.definition(Path("definition.py"))
    schemas = {schema.name: schema for schema in query.tables()}
    with from_parquet(files, schemas, threads=THREADS, memory_limit=MEMORY) as warehouse:
        extract(query, warehouse, Path(job["target"]))
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "scans": dict(plan.build(query).scans())}


def by_hand(job: Mapping[str, Any]) -> Told:
    """Each variable's own scan, and the joins of all."""
    asked = json.loads((Path(job["study"]) / "by_hand.json").read_text())
    began = time.perf_counter()
    with _opened(job["files"]) as connection:
        for statement in asked["scans"]:
            connection.execute(statement)
        connection.execute(_copied(f"({asked['assembly']})", job["target"]))
    return {"seconds": time.perf_counter() - began}


def floor(job: Mapping[str, Any]) -> Told:
    """The event table grouped by patient and counted, and the answer's cells written.

    The answer lies in memory before the clock starts.
    """
    with _opened(job["files"]) as connection:
        source = _quoted(job["answer"])
        connection.execute(f"CREATE TABLE answer AS SELECT * FROM read_parquet({source})")
        began = time.perf_counter()
        connection.execute(
            "CREATE TEMPORARY TABLE counted AS "
            "SELECT patient_id, count(*) AS n FROM events GROUP BY patient_id"
        )
        connection.execute(_copied("answer", job["target"]))
        return {"seconds": time.perf_counter() - began}


SIDES: Mapping[str, Callable[[Mapping[str, Any]], Told]] = {
    "ours": ours,
    "by_hand": by_hand,
    "floor": floor,
}


def _opened(files: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    for name, path in files.items():
        rows = f"SELECT * FROM read_parquet({_quoted(path)})"
        connection.execute(f"CREATE VIEW {name} AS {rows}")
    return connection


def _copied(rows: str, target: str) -> str:
    return f"COPY {rows} TO {_quoted(target)} (FORMAT parquet, COMPRESSION zstd)"


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def most_memory() -> int:
    """The most that this process ever held, in kB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "only Linux tells this"
    return int(found[1])


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    told = SIDES[asked["side"]](asked)
    print(json.dumps({**told, "memory": most_memory()}))
