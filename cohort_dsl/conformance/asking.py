"""A rule asked of an engine: one statement that reads nothing but the rows in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from cohort_dsl.conformance.suite import Case, Found
from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT, TableSchema
from cohort_dsl.sql import Catalog, Dialect, written
from cohort_dsl.sql.catalog import Source
from cohort_dsl.sql.terms import Terms
from cohort_dsl.warehouses.contract import Database
from cohort_dsl.warehouses.rows import Rows

Clock: TypeAlias = Callable[[], float]
Make: TypeAlias = Callable[[Catalog], Database]
"""A database on the one connection, of a catalog's tables."""

SHOWN = 20  # rows of a wrong answer


class Outcome(Enum):
    """``OTHERWISE``: it differs, as is known of engines of this kind."""

    PASSED = "passed"
    OTHERWISE = "otherwise"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Told:
    """What came of one question of a rule. ``why``: of what isn't passed, in words.

    ``found``: the first rows of a wrong answer, made of rows that we made up.
    """

    rule: str
    chapter: str
    outcome: Outcome
    seconds: float
    why: str = ""
    found: str = ""


def ask(case: Case, dialect: Dialect, make: Make, limit: float, clock: Clock) -> Told:
    """What the engine makes of it. WarehouseAway and LoginRefused as they come.

    ``limit``: in seconds, after which the engine is told to break off.
    """
    began, late = clock(), threading.Event()
    try:
        with _limited(make(catalog(case, dialect)), limit, late) as database:
            found = _answer(case, database)
        outcome, why, shown = _judged(case, found, dialect)
    except Exception as error:  # whatever a driver does, the other rules are asked
        if isinstance(error, WarehouseAway | LoginRefused) and not late.is_set():
            raise
        outcome, why, shown = Outcome.REFUSED, _why(error, late, limit), ""
    return Told(case.rule, case.chapter, outcome, clock() - began, why, shown)


def _why(error: Exception, late: threading.Event, limit: float) -> str:
    if late.is_set():
        return f"it took longer than {limit:g} s"
    return error.problem if isinstance(error, WarehouseError) else type(error).__name__


@contextmanager
def _limited(database: Database, limit: float, late: threading.Event) -> Iterator[Database]:
    def stop() -> None:
        late.set()
        database.stop()

    timer = threading.Timer(limit, stop)
    timer.daemon = True
    timer.start()
    try:
        yield database
    finally:
        timer.cancel()
        timer.join()  # it doesn't break off what is asked next


def catalog(case: Case, dialect: Dialect) -> Catalog:
    """Its tables, each a part of the statement with the rule's rows in it."""
    terms = Terms(dialect, {})
    return Catalog({n: _source(one, case, terms) for n, one in case.schemas().items()})


def _source(schema: TableSchema, case: Case, terms: Terms) -> Source:
    columns = {"patient_id": INT} | {one.name: one.type for one in schema.columns}
    given = [tuple(map(terms.given, row)) for row in case.rows.get(schema.name, ())]
    table = written.rows(columns, given, terms).subquery(f"given_{schema.name}")
    return Source(schema, lambda wanted: table)


# Answers -----------------------------------------------------------------------


def _answer(case: Case, database: Database) -> Found:
    question = case.question
    if isinstance(question, Measures):
        return {"": _listed(database.measure(question))}
    assert isinstance(question, Query)
    with database.ask(question) as answer:
        cohort = _listed(answer)
        events = {n: _listed(answer.event_table(n)) for n in question.event_tables}
    return {"": cohort, **events}


def _listed(rows: Rows) -> list[dict[str, Any]]:
    return [row for batch in rows.reveal() for row in batch.to_pylist()]


def _judged(case: Case, found: Found, dialect: Dialect) -> tuple[Outcome, str, str]:
    if _typed(found) == _typed(case.expected):
        return Outcome.PASSED, "", ""
    known = case.otherwise.get(dialect.name)
    if known is not None:
        return Outcome.OTHERWISE, known, ""
    shown = {name: list(rows)[:SHOWN] for name, rows in found.items()}
    return Outcome.FAILED, "its answer differs from the manual's", repr(shown)


def _typed(found: Found) -> dict[str, list[dict[str, tuple[str, Any]]]]:
    """So that 1, 1.0 and True differ, and a date is no datetime."""
    return {
        name: [{n: (type(v).__name__, v) for n, v in row.items()} for row in rows]
        for name, rows in found.items()
    }
