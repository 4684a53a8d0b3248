"""Whatever is asked, by every operation of the language: of people whom the warehouse
leaves out nothing is in the answer, nor in what it took to find it.

Asked twice, of all rows and of those that are left once theirs are deleted, a warehouse
must answer the same, and read as many rows at each step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohort_dsl import testing
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.sql.working import LEFT_OUT
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse, holding
from cohort_dsl.warehouses.postgresql import PostgreSQLWarehouse
from tests.properties.queries import TABLES, all_measures, worlds
from tests.properties.test_engines_agree import EXAMPLES, listed, typed

PARTS = 2  # that may run at the same time, each of other examples
PATIENTS = (1, 2, 3)
MEMORY = duckdb.connect(":memory:")
LITTLE = settings(
    max_examples=max(1, EXAMPLES // 80),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SOME = st.sets(st.sampled_from(PATIENTS), min_size=1, max_size=2)

Tables = dict[str, list[dict[str, Any]]]
Opened = Callable[[Question, Tables, Collection[int], Collection[int]], Any]


def ids(name: str, patients: Collection[int]) -> Any:
    """A table of patients, as SQL."""
    rows = [
        sa.select(sa.literal(one, sa.BigInteger()).label("patient_id")) for one in patients
    ]
    none = sa.select(sa.cast(sa.null(), sa.BigInteger()).label("patient_id")).where(
        sa.false()
    )
    return sa.union_all(none, *rows).subquery(name)


def leaving_out(warehouse: Any, people: Collection[int], opposed: Collection[int]) -> Any:
    """The warehouse with these people, of whom some are left out."""
    left_out = ids("opposed", opposed) if opposed else None
    catalog = replace(warehouse.catalog, people=ids("everybody", people), left_out=left_out)
    return type(warehouse)(warehouse._connection, catalog)


@contextmanager
def on_duckdb(
    question: Question, tables: Tables, people: Collection[int], opposed: Collection[int]
) -> Iterator[Warehouse]:
    held = testing.in_memory(question, tables, partial(holding, MEMORY))
    assert isinstance(held, DuckDBWarehouse)
    try:
        yield leaving_out(held, people, opposed)
    finally:
        for name in held.catalog.sources:
            MEMORY.execute(f'DROP TABLE "{name}"')


@contextmanager
def on_postgresql(
    engine: testing.Engine,
    question: Question,
    tables: Tables,
    people: Collection[int],
    opposed: Collection[int],
) -> Iterator[Warehouse]:
    with testing.in_memory(question, tables, engine) as held:
        assert isinstance(held, PostgreSQLWarehouse)
        yield leaving_out(held, people, opposed)


def seen(warehouse: Warehouse, question: Query | Measures) -> list[Any]:
    """The answer, and how many rows each step of finding it had."""
    if isinstance(question, Measures):
        answer = [typed(listed(warehouse.measure(question)))]
    else:
        with warehouse.ask(question) as rows:
            answer = [typed(listed(rows))]
            answer += [typed(listed(rows.event_table(n))) for n in question.event_tables]
    if isinstance(warehouse, PostgreSQLWarehouse):
        return answer  # its steps are the same, and to explain them takes as long again
    took = warehouse.explain(question, lambda: 0.0).took
    return [*answer, [(one.fills, one.rows) for one in took if one.fills != LEFT_OUT]]


def nothing_is_seen(
    opened: Opened, question: Query | Measures, tables: Tables, opposed: set[int]
) -> None:
    left = {
        name: [row for row in rows if row["patient_id"] not in opposed]
        for name, rows in tables.items()
    }
    with opened(question, tables, PATIENTS, opposed) as warehouse:
        found = seen(warehouse, question)
    with opened(question, left, {*PATIENTS} - opposed, ()) as warehouse:
        assert found == seen(warehouse, question)


@pytest.mark.parametrize("part", range(PARTS))
@LITTLE
@given(world=worlds(), opposed=SOME)
def test_no_question_s_answer_has_anything_of_people_who_are_left_out(
    part: int, postgresql: testing.Engine, world: tuple[Query, Tables], opposed: set[int]
) -> None:
    query, tables = world
    nothing_is_seen(on_duckdb, query, tables, opposed)
    nothing_is_seen(partial(on_postgresql, postgresql), query, tables, opposed)


@LITTLE
@given(measures=all_measures(), tables=TABLES, opposed=SOME)
def test_no_measure_counts_anybody_who_is_left_out(
    postgresql: testing.Engine, measures: Measures, tables: Tables, opposed: set[int]
) -> None:
    asked = {schema.name: tables[schema.name] for schema in measures.tables()}
    nothing_is_seen(on_duckdb, measures, asked, opposed)
    nothing_is_seen(partial(on_postgresql, postgresql), measures, asked, opposed)
