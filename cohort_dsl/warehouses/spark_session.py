"""Spark in this process, or behind Spark Connect: the same words for both.

``pyspark`` is imported when a session is opened, and not before.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, TypeAlias

import pyarrow as pa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql import Statement
from cohort_dsl.warehouses.spark_link import SESSION, marked, misset, unreachable

Failures: TypeAlias = tuple[type[Exception], ...]


class _Session:
    """A session of either kind, as pyspark has it."""

    def __init__(self, session: Any, failures: Failures) -> None:
        self._session, self.failures = session, failures
        self._kept: dict[str, Any] = {}
        self._names: dict[str, None] = {}  # in order
        for name, value in SESSION.items():
            session.conf.set(name, value)

    def __repr__(self) -> str:
        return "<a session of Spark>"

    def table(self, name: str, path: str) -> None:
        self._name(name, self._session.read.parquet(path))

    def view(self, name: str, parts: Sequence[Statement], *, kept: bool) -> None:
        first, *others = map(self._frame, parts)
        for other in others:
            first = first.unionAll(other)
        if kept:  # in memory, and on Spark's own disks what has no room there
            self._kept[name] = first = first.persist()
        self._name(name, first)

    def upload(self, name: str, rows: pa.Table) -> None:
        self._name(name, self._session.createDataFrame(rows))

    def _name(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
        self._names[name] = None

    def drop(self, names: Sequence[str]) -> None:
        for name in reversed(names):
            if name in self._kept:
                self._kept.pop(name).unpersist()
            self._session.catalog.dropTempView(name)
            self._names.pop(name, None)

    def batches(self, asked: Statement, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for rows in self.pieces(asked):
            yield from rows.cast(schema).to_batches()

    def pieces(self, asked: Statement) -> Iterator[pa.Table]:
        """The same with the types that Spark gives them."""
        return self._streamed(self._frame(asked))

    def all(self, asked: Statement) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._frame(asked).collect()]

    def plan(self, asked: Statement) -> str:
        explained = Statement(f"EXPLAIN {asked.text}", asked.parameters)
        [(told,)] = self.all(explained)
        return str(told)

    def is_there(self) -> bool:
        try:
            return bool(self.all(Statement("SELECT 1")))
        except self.failures:
            return False

    @abstractmethod
    def close(self) -> None:
        """The session and its views are gone."""

    def _frame(self, asked: Statement) -> Any:
        given = enumerate(asked.parameters, start=1)
        values = {f"p{number}": _sent(value) for number, value in given}
        return self._session.sql(marked(asked, lambda number: f":p{number}"), values)

    @abstractmethod
    def _streamed(self, frame: Any) -> Iterator[pa.Table]:
        """The rows in pieces, in their order."""


def _sent(value: Scalar) -> Scalar:
    """A date as its text, which is cast to one: Java refuses years before 1000."""
    return value.isoformat() if isinstance(value, date) else value


class InProcess(_Session):
    """Spark's driver is a child of this process, and ends with it: it starts slowly."""

    def close(self) -> None:
        self.drop(list(self._names))

    def _streamed(self, frame: Any) -> Iterator[pa.Table]:
        """One of Spark's partitions after the other: toArrow() would hold them all.

        For that there is no public way, but the one that toArrow() itself goes.
        """
        from pyspark import RDD
        from pyspark.serializers import NoOpSerializer
        from pyspark.sql.pandas.types import to_arrow_schema

        schema = to_arrow_schema(frame.schema)
        held = frame._jdf.toArrowBatchRdd().toJavaRDD()  # noqa: SLF001 - see above
        rows = RDD(held, self._session.sparkContext, NoOpSerializer())
        for piece in rows.toLocalIterator(prefetchPartitions=True):
            batch = pa.ipc.read_record_batch(pa.py_buffer(piece), schema)
            yield pa.Table.from_batches([batch])


class Remote(_Session):
    """Spark is a server, which sends its answer as it is read."""

    def close(self) -> None:
        with suppress(*self.failures):  # it may be gone already
            self._session.stop()

    def _streamed(self, frame: Any) -> Iterator[pa.Table]:
        client = self._session.client
        plan = frame._plan  # noqa: SLF001 - toArrow() holds all rows
        asked = plan.to_proto(client)
        for rows in client.to_table_as_iterator(asked, plan.observations):
            if isinstance(rows, pa.Table):
                yield rows


# Opening -----------------------------------------------------------------------


def in_process(master: str, options: Mapping[str, str]) -> InProcess:
    """``options``: Spark's own, which only count where it hasn't been started yet.

    WarehouseError where pyspark or Java is missing, or there is no such master.
    """
    builder, failures = _pyspark()
    builder = builder.master(master).appName("strongroom")
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        return InProcess(builder.getOrCreate().newSession(), failures)
    except failures:
        raise unreachable(
            f"Spark can't be started as {master}",
            "Install Java 17 or later, and see that `pyspark --master` starts.",
        ) from None


TRIES = 3  # the client's own choice is to try for ten minutes


def remote(address: str) -> Remote:
    """A session of its own at a Spark Connect server.

    WarehouseError where pyspark is missing, or no server answers there.
    """
    _, failures = _pyspark()
    try:
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession
    except ImportError:
        raise _missing() from None
    try:
        session = SparkSession.builder.remote(address).create()
        session.client.set_retry_policies([DefaultPolicy(max_retries=TRIES)])
        return Remote(session, failures)
    except failures:
        raise unreachable(
            "no Spark Connect server answers there, or it doesn't let us in",
            "Try the same address with `pyspark --remote`.",
        ) from None


def _pyspark() -> tuple[Any, Failures]:
    try:
        from grpc import RpcError
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing() from None
    _quiet()
    failures = (PySparkException, Py4JError, RpcError, OSError, EOFError, ValueError)
    return SparkSession.builder, failures


LOGS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
"""Where pyspark, from 4.0 on, prints each error that Spark told it, with the value that
couldn't be converted. It may be a person's."""


def _quiet() -> None:
    """They are of a kind of their own, which pyspark makes only where none is yet."""
    try:
        from pyspark.logger import PySparkLogger
    except ImportError:
        return  # an older one prints nothing
    for name in LOGS:
        PySparkLogger.getLogger(name).disabled = True


def _missing() -> WarehouseError:
    return misset(
        "Spark's client isn't installed", "Run `pip install 'strongroom[spark]'` there."
    )
