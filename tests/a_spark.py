"""A real Spark for tests, as small as it gets: most of its time goes into starting."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from cohort_dsl.warehouses.spark_session import InProcess, in_process

# Tables of ten rows: what is meant for millions takes longer than to read them. Without
# broadcasts a question is one job, not one for each join.
SMALL: Mapping[str, str] = {
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Xss16m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.shuffle.partitions": "1",
}


@contextlib.contextmanager
def running(more: Mapping[str, str] | None = None) -> Iterator[InProcess]:
    """A session in this process, of which there can be only one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pandas is newer than it knows
        link = in_process("local[2]", {**SMALL, **(more or {})})
        try:
            yield link
        finally:
            link.close()


def scratch(folder: Path) -> Mapping[str, str]:
    """What keeps its files in a folder of the test's."""
    return {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "w")}
