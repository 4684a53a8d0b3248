"""Oracle Database, from 12.2 on, by a connection of oracledb's kind.

Each question is one transaction, which sees one state of the data and is rolled back. Its
temporary tables are made before it begins: a transaction sees the state of its beginning,
and tables that came later may not be in it. It is SERIALIZABLE, because in one that is
READ ONLY not even they can be filled; where none is made, it is READ ONLY.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import oracledb
import pyarrow as pa

from cohort_dsl import sql
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT, Scalar
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, ranges
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.oracle_then import then
from cohort_dsl.sql.temporary import quoted
from cohort_dsl.warehouses import measuring
from cohort_dsl.warehouses.contract import OnStep, Resumable, UntilClosed, silent
from cohort_dsl.warehouses.explaining import Clock, Tried, planned, tried
from cohort_dsl.warehouses.oracle_session import (
    USUAL,
    Connection,
    Habits,
    Session,
    in_our_words,
    sent,
)
from cohort_dsl.warehouses.rows import Answer, Rows, answer_schema

ONE_STATE = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"
READ_ONLY = "SET TRANSACTION READ ONLY"
NOW = "SELECT TO_CHAR(DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER) FROM dual"


class OracleWarehouse(UntilClosed):
    """An Oracle database whose tables a catalog explains."""

    def __init__(
        self,
        connection: Connection,
        catalog: Catalog,
        dialect: Dialect = ORACLE_19,
        habits: Habits = USUAL,
    ) -> None:
        self._connection, self.catalog, self.dialect = connection, catalog, dialect
        self._habits = habits

    def __repr__(self) -> str:
        return f"<Oracle warehouse of {len(self.catalog.sources)} tables>"

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort, sorted by patient_id. What prepared it is rolled back afterwards."""
        steps = planned(query, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        with self._session(script) as session:
            session.prepare(script, on_step)
            schema = self._schema(query.variables)
            events = {
                name: partial(session.rows, asked, self._schema(query.event_tables[name]))
                for name, asked in script.event_tables.items()
            }
            # Closed before the tables that it reads are dropped, however it ends
            with closing(session.batches(script.question, schema)) as batches:
                yield Answer(schema, batches, events)

    def _schema(self, columns: Mapping[str, Series]) -> pa.Schema:
        return answer_schema(self.catalog.patient_id, columns)

    def measure(self, measures: Measures) -> Rows:
        """The measures, counted at once."""
        steps = planned(measures, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        schema = measuring.counts_schema(measures)
        with self._session(script) as session:
            session.prepare(script, silent)
            return measuring.counted(measures, session.rows(script.question, schema))

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer; the answer is thrown away."""
        steps = planned(question, self.dialect, self.catalog)
        script = sql.script(steps, self.dialect, self.catalog)
        with self._session(script) as session:
            return tried(steps, script, session, clock)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own, for checks that count."""
        with in_our_words():
            with self._connection.cursor() as cursor:
                sent(cursor, statement)
                found: list[tuple[Any, ...]] = cursor.fetchall()
            self._connection.rollback()
            return found

    @contextmanager
    def _session(self, script: Script) -> Iterator[Session]:
        """Its own transaction; what it leaves behind is taken away afterwards."""
        statements = [s for s in script.preparations if isinstance(s, Statement)]
        made = [s for s in statements if s.makes]
        state = READ_ONLY if self.dialect.one_statement else ONE_STATE
        with in_our_words(), self._connection.cursor() as cursor:
            try:
                for statement in made:
                    cursor.execute(statement.text)
                self._connection.commit()
                cursor.execute(state)
                yield Session(self._connection, self.dialect, self._habits)
            except BaseException:
                with suppress(oracledb.Error):  # a session that is gone left nothing
                    self._left(made)
                raise
            self._left(made)

    def _left(self, made: Sequence[Statement]) -> None:
        """Nothing: rows are rolled back, and tables that nobody is in any more dropped."""
        self._connection.rollback()
        words = self.dialect.renderer()
        with self._connection.cursor() as cursor:
            for statement in made:
                cursor.execute(f"DROP TABLE {quoted(statement.makes, words)}")

    def resumable(self, query: Query) -> Resumable | None:
        """By flashback, if the account may, where it is known who is a patient."""
        able = self._habits.flashback and self.catalog.people is not None
        return _Flashback(self) if able else None

    def now(self) -> str:
        """The system's change number (SCN)."""
        [[moment]] = self.run(Statement(NOW))
        return str(moment)

    def first_patients(self, moment: str) -> tuple[Scalar, ...]:
        """Of each piece of a long extraction."""
        size, then_ = self._habits.patients_at_once, then(self.dialect, moment)
        found = self.run(ranges.starts(self.catalog, size, then_))
        read = int if self.catalog.patient_id == INT else str
        return tuple(read(row[0]) for row in found)

    def back_at(self, held: ranges.Range, moment: str) -> OracleWarehouse:
        """As it was then, with these patients alone, by the same session."""
        catalog = ranges.within(self.catalog, held, self.dialect)
        past = then(self.dialect, moment)
        return OracleWarehouse(self._connection, catalog, past, self._habits)

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class _Flashback:
    """The database as it was, to be read by AS OF SCN."""

    warehouse: OracleWarehouse

    def moment(self) -> str:
        return self.warehouse.now()

    def starts(self, moment: str) -> tuple[Scalar, ...]:
        return self.warehouse.first_patients(moment)

    def within(self, held: ranges.Range, moment: str) -> OracleWarehouse:
        return self.warehouse.back_at(held, moment)
