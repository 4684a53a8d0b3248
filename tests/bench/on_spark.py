"""Parquet files on Spark with two threads and 4 GB, in this process."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.sql import Catalog, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses.spark import SparkWarehouse
from cohort_dsl.warehouses.spark_session import InProcess, in_process
from cohort_dsl.warehouses.spark_views import View, views

OPTIONS: Mapping[str, str] = {
    "spark.driver.memory": "4g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Xss16m",
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
}


@contextmanager
def _opened(where: Mapping[str, str]) -> Iterator[InProcess]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pandas is newer than it knows
        link = in_process("local[2]", OPTIONS)
    try:
        for name, path in where.items():
            link.table(name, str(path))
        yield link
    finally:
        link.close()


@contextmanager
def warehouse(
    where: Mapping[str, str], question: Query | Measures
) -> Iterator[SparkWarehouse]:
    """``where``: each table's file."""
    with _opened(where) as link:
        sources = {schema.name: plain(schema) for schema in question.tables()}
        yield SparkWarehouse(link, Catalog(sources))


# What Spark's own plans read -----------------------------------------------------


def scans(warehouse: SparkWarehouse, question: Query | Measures) -> Counter[str]:
    """How often Spark reads each Parquet file, from its plans of all that it keeps.

    Of a view that is kept the plan is counted once, however often its rows are read.
    """
    script = warehouse.script(question)
    found = Counter[str]()
    with warehouse.prepared(script) as link:
        for asked in (script.question, *script.event_tables.values()):
            found += read(link.plan(asked), kept=0)
        for made in views(script):
            if isinstance(made, View) and made.kept:
                told = link.plan(Statement(f"SELECT * FROM `{made.name}`"))
                found += read(told, kept=1)
    return found


def read(plan: str, kept: int) -> Counter[str]:
    """The files that a plan reads where it lies within so many relations that are kept."""
    found = Counter[str]()
    within: list[int] = []  # how far the relations around a line are indented
    for line in plan.splitlines():
        indent = len(line) - len(line.lstrip(" :+-*|"))
        while within and indent <= within[-1]:
            within.pop()
        if "InMemoryRelation" in line:
            within.append(indent)
        elif "FileScan" in line and len(within) == kept:
            [path] = re.findall(r"Location: \w+\(.*?\)\[[^\]]*?([^/\]]+)\]", line) or ["?"]
            found[path.removesuffix(".parquet").partition(".")[0]] += 1
    return found
