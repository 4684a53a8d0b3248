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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeAlias

import pandas as pd  # noqa: F401 - pyarrow imports it on first use: not while a clock runs
import pyarrow as pa
import pyarrow.parquet as pq

from cohort_dsl import load, plan
from cohort_dsl.extract import extract
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Interval
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.rows import Rows
from tests.bench import on_duckdb, on_postgresql, on_spark

ENGINES: Mapping[str, ModuleType] = MappingProxyType(
    {"duckdb": on_duckdb, "postgresql": on_postgresql, "spark": on_spark}
)

Job: TypeAlias = Mapping[str, Any]
Told: TypeAlias = dict[str, Any]


def ours(job: Job) -> Told:
    """The definition, asked of the warehouse."""
    return _asked(job, ENGINES[job["engine"]].warehouse, lambda measures: [measures])


def one_statement(job: Job) -> Told:
    """The definition, asked in one statement, for which no table is made."""
    return _asked(job, ENGINES[job["engine"]].without_tables, lambda measures: [measures])


def each_interval(job: Job) -> Told:
    """The same measures, asked of the same warehouse once per interval."""
    opened = ENGINES[job["engine"]].warehouse
    return _asked(job, opened, lambda asked: [_at(asked, i) for i in asked.intervals()])


def _at(measures: Measures, interval: Interval) -> Measures:
    one = tuple(replace(m, intervals=(interval,)) for m in measures.measures)
    return replace(measures, measures=one)


def _asked(
    job: Job,
    opened: Callable[..., AbstractContextManager[Warehouse]],
    parts: Callable[[Measures], Sequence[Measures]],
) -> Told:
    began, target = time.perf_counter(), Path(job["target"])
    question = load.definition(Path("definition.py"))
    with _counted() as scans, opened(job["where"], question) as warehouse:
        if isinstance(question, Measures):
            answers = [_table(warehouse.measure(part)) for part in parts(question)]
            pq.write_table(pa.concat_tables(answers), target)
        else:
            extract(question, warehouse, target)
    seconds = time.perf_counter() - began
    assert scans, "a question was answered without a plan"
    return {"seconds": seconds, "scans": scans}


def _table(rows: Rows) -> pa.Table:
    return pa.Table.from_batches(rows.reveal(), rows.schema)


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    """How often the plans that are built meanwhile read each table."""
    scans = Counter[str]()
    builders = {name: getattr(plan, name) for name in ("build", "build_measures")}

    def counting(build: Callable[..., plan.Plan]) -> Callable[..., plan.Plan]:
        def built(*asked: Any, **how: Any) -> plan.Plan:
            found = build(*asked, **how)
            scans.update(found.scans())
            return found

        return built

    for name, build in builders.items():
        setattr(plan, name, counting(build))
    yield scans
    for name, build in builders.items():
        setattr(plan, name, build)


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


def planned(job: Job) -> Told:
    """How often the engine itself plans to read each file."""
    began, engine = time.perf_counter(), ENGINES[job["engine"]]
    question = load.definition(Path("definition.py"))
    with engine.warehouse(job["where"], question) as warehouse:
        scans = engine.scans(warehouse, question)
    return {"seconds": time.perf_counter() - began, "scans": scans}


SIDES: Mapping[str, Callable[[Job], Told]] = MappingProxyType(
    {
        "ours": ours,
        "one_statement": one_statement,
        "by_hand": by_hand,
        "each_interval": each_interval,
        "floor": floor,
        "planned": planned,
    }
)


def most_memory() -> int:
    """The most that this process ever held, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "only Linux tells this"
    return int(found[1]) * 1024


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    os.chdir(job["study"])
    told = SIDES[job["side"]](job)
    print(json.dumps({**told, "memory": most_memory()}))
