"""One thing to measure, in a process of its own: `python -m tests.bench.worker JOB`.

JOB is JSON: ``side`` (a key of ``SIDES``), ``engine`` (of ``ENGINES``) and ``where`` its
records are, ``study`` (a folder that ``studies`` wrote), ``target`` (the Parquet file to
write), and ``answer`` for the floor. It prints, as JSON, the seconds from the question to
the file, imports left out, the most memory that this process ever held, and how often ours
read each table.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeAlias

import pandas as pd  # noqa: F401 - pyarrow imports it on first use: not while a clock runs

from cohort_dsl import load, plan
from cohort_dsl.extract import extract
from tests.bench import on_duckdb, on_postgresql

ENGINES: Mapping[str, ModuleType] = MappingProxyType(
    {"duckdb": on_duckdb, "postgresql": on_postgresql}
)

Job: TypeAlias = Mapping[str, Any]
Told: TypeAlias = dict[str, Any]


def ours(job: Job) -> Told:
    """The definition, asked of the warehouse."""
    began = time.perf_counter()
    query = load.definition(Path("definition.py"))
    with ENGINES[job["engine"]].warehouse(job["where"], query) as warehouse:
        extract(query, warehouse, Path(job["target"]))
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "scans": dict(plan.build(query).scans())}


def by_hand(job: Job) -> Told:
    """Each variable's own scan, and the joins of all."""
    query = load.definition(Path("definition.py"))
    asked = json.loads(Path("by_hand.json").read_text())
    run = ENGINES[job["engine"]].by_hand
    began = time.perf_counter()
    run(job["where"], query, asked["scans"], asked["assembly"], Path(job["target"]))
    return {"seconds": time.perf_counter() - began}


def floor(job: Job) -> Told:
    """The event table grouped by patient and counted, and the answer's cells written."""
    answer, target = Path(job["answer"]), Path(job["target"])
    return {"seconds": on_duckdb.floor(job["where"], answer, target)}


SIDES: Mapping[str, Callable[[Job], Told]] = MappingProxyType(
    {"ours": ours, "by_hand": by_hand, "floor": floor}
)


def most_memory() -> int:
    """The most that this process ever held, in kB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "only Linux tells this"
    return int(found[1])


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    os.chdir(job["study"])
    told = SIDES[job["side"]](job)
    print(json.dumps({**told, "memory": most_memory()}))
