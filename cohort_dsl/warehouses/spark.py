"""Spark, version 3.5 and later: tables that are read and never written.

A question's steps are views of the session, of which Spark keeps the rows that are read
more than once; when the question is answered, none is left.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from cohort_dsl import sql
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import TableSchema
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, Upload
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.sql.statements import Sent
from cohort_dsl.warehouses import measuring
from cohort_dsl.warehouses.contract import OnStep, UntilClosed, refused, silent
from cohort_dsl.warehouses.explaining import Clock, Tried, planned, tried
from cohort_dsl.warehouses.given import fitted
from cohort_dsl.warehouses.rows import ARROW, Answer, Rows, answer_schema
from cohort_dsl.warehouses.spark_link import Link, lost, quoted
from cohort_dsl.warehouses.spark_views import Made, views

OUR_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What no engine says: Spark's own errors, and a lost connection's, are others."""


class SparkWarehouse(UntilClosed):
    """Tables of Spark's that a catalog explains."""

    def __init__(self, link: Link, catalog: Catalog, dialect: Dialect = SPARK) -> None:
        self._link, self.catalog, self.dialect = link, catalog, dialect

    def __repr__(self) -> str:
        return f"<Spark warehouse of {len(self.catalog.sources)} tables>"

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort, sorted by patient_id. What prepared it is dropped afterwards."""
        script = self.script(query)
        with self.prepared(script, on_step):
            rows = self._rows(script.question, self._schema(query.variables))
            events = {
                name: partial(self._rows, script.event_tables[name], self._schema(columns))
                for name, columns in query.event_tables.items()
            }
            yield Answer(rows.schema, rows.reveal(), events)

    def script(self, question: Query | Measures) -> Script:
        """What Spark will be asked."""
        steps = planned(question, self.dialect, self.catalog)
        return sql.script(steps, self.dialect, self.catalog)

    def _schema(self, columns: Mapping[str, Series]) -> pa.Schema:
        return answer_schema(self.catalog.patient_id, columns)

    @contextmanager
    def prepared(self, script: Script, on_step: OnStep = silent) -> Iterator[Link]:
        """The link, while the script's views are there."""
        made = views(script)
        with self._told():
            try:
                for done, one in enumerate(made, start=1):
                    self._make(one)
                    on_step(done, len(made))
                yield self._link
            except BaseException:
                with suppress(*self._link.failures):  # what went wrong first is told
                    self._drop(made)
                raise
            self._drop(made)

    def _drop(self, made: Sequence[Made]) -> None:
        self._link.drop([_name(one) for one in made])

    def _make(self, made: Made) -> None:
        if isinstance(made, Upload):
            self._link.upload(made.table, _held(made))
        else:
            self._link.view(made.name, made.parts, kept=made.kept)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._link.failures as error:
            if isinstance(error, OSError) and error.errno in OUR_DISK:
                raise  # whoever writes the answer met it, inside of asking
            told = refused("Spark", error) if self._link.is_there() else lost()
            raise told from None

    def _rows(self, asked: Statement, schema: pa.Schema) -> Rows:
        return Rows(schema, self._batches(asked, schema))

    def _batches(self, asked: Statement, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self._told():
            yield from self._link.batches(asked, schema)

    def measure(self, measures: Measures) -> Rows:
        """The measures, counted at once."""
        script = self.script(measures)
        schema = measuring.counts_schema(measures)
        with self.prepared(script):
            return measuring.counted(measures, self._rows(script.question, schema))

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer; the answer is thrown away."""
        steps = planned(question, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        trial = _Trial(self._link, {_name(one): one for one in views(script)})
        with self._told():
            try:
                return tried(steps, script, trial, clock)
            finally:
                with suppress(*self._link.failures):
                    self._link.drop(list(trial.views))

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own, for checks that count."""
        with self._told():
            return self._link.all(statement)

    def close(self) -> None:
        self._link.close()


@dataclass(frozen=True)
class _Trial:
    """A session in which each step's rows are kept, so that its time is its own."""

    link: Link
    views: Mapping[str, Made]
    done: set[str] = field(default_factory=set)

    def estimated(self, asked: Statement) -> int | None:
        """Spark guesses bytes, and rows only of tables that were analysed."""
        return None

    def send(self, sent: Sent) -> int:
        made = self.views.get(getattr(sent, "fills", "") or getattr(sent, "table", ""))
        if made is None or _name(made) in self.done:
            return 0
        self.done.add(_name(made))
        if isinstance(made, Upload):
            self.link.upload(made.table, _held(made))
            return len(made.rows)
        self.link.view(made.name, made.parts, kept=True)
        return self.read(Statement(f"SELECT * FROM {quoted(made.name)}"))  # noqa: S608 - ours

    def read(self, asked: Statement) -> int:
        counted = f"SELECT count(*) FROM ({asked.text})"  # noqa: S608 - ours
        [(rows,)] = self.link.all(Statement(counted, asked.parameters))
        return int(rows)


def _name(made: Made) -> str:
    return made.table if isinstance(made, Upload) else made.name


def _held(upload: Upload) -> pa.Table:
    columns = zip(*upload.rows, strict=True) if upload.rows else [()] * len(upload.columns)
    kinds = [ARROW[kind.kind] for kind in upload.types]
    arrays = [pa.array(c, kind) for c, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=list(upload.columns))


# Test data -----------------------------------------------------------------------


@contextmanager
def from_rows(
    link: Link, tables: Mapping[str, pa.Table], schemas: Mapping[str, TableSchema]
) -> Iterator[SparkWarehouse]:
    """A warehouse of ``given.fitted`` tables, which are dropped afterwards."""
    rows, patient_id = fitted(tables, schemas)
    try:
        for name, held in rows.items():
            link.upload(name, held)
        sources = {name: plain(schema) for name, schema in schemas.items()}
        yield SparkWarehouse(link, Catalog(sources, patient_id))
    finally:
        link.drop(list(rows))
