"""Whatever is asked, it makes no difference whether tables are parts of one physical table.

All tables are put into one, as some models have them, and are gathered from it in one
reading before, and one after, it is known who is in the population. A warehouse must
answer as it does from tables that are apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import duckdb
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from cohort_dsl import testing
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT, ValueType
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.sql.catalog import Copy, Narrow, Shared, Wanted
from cohort_dsl.sql.terms import Terms
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse, holding
from cohort_dsl.warehouses.explaining import planned
from tests.properties.queries import TABLES, all_measures, worlds
from tests.properties.test_engines_agree import EXAMPLES, listed, typed

MEMORY = duckdb.connect(":memory:")
SOME = settings(
    max_examples=max(1, EXAMPLES // 40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
WHOSE = "_whose"  # which table a row is of


def together(catalog: Catalog, dialect: Dialect) -> Catalog:
    """The catalog, all of whose tables are parts of one, which each of them reads twice."""
    terms, numbers = Terms(dialect, {}), {n: i for i, n in enumerate(catalog.sources)}

    def copied(wanted: Mapping[str, Wanted], narrow: Narrow) -> Copy:
        types = {"patient_id": catalog.patient_id, WHOSE: INT} | {
            f"{name}_{column}": of(catalog, name, column)
            for name, asked in wanted.items()
            for column in asked.columns
        }
        parts = [part(name, asked, narrow, types) for name, asked in wanted.items()]
        rows = sa.union_all(*parts).subquery("facts")
        return Copy(sa.select(*rows.c), types, read)

    def part(
        name: str, asked: Wanted, narrow: Narrow, types: Mapping[str, ValueType]
    ) -> sa.Select[Any]:
        rows = catalog.rows(name, asked.columns).alias("part")
        own: dict[str, Any] = {
            f"{name}_{column}": rows.c[column] for column in asked.columns
        }
        own |= {"patient_id": rows.c.patient_id}
        own |= {WHOSE: sa.literal_column(str(numbers[name]))}
        told = [
            sa.cast(own.get(column, sa.null()), terms.column_type(kind)).label(column)
            for column, kind in types.items()
        ]
        found = sa.select(*told).select_from(narrow(rows, rows.c.patient_id))
        return (
            found if asked.among is None else found.where(asked.among(lambda c: rows.c[c]))
        )

    def read(kept: sa.FromClause, name: str, wanted: Collection[str]) -> sa.FromClause:
        its = [kept.c[f"{name}_{column}"].label(column) for column in wanted]
        rows = sa.select(kept.c.patient_id, *its)
        return rows.where(kept.c[WHOSE] == sa.literal_column(str(numbers[name]))).subquery()

    shared = Shared("facts", dict.fromkeys(catalog.sources, 2), copied)
    return replace(catalog, shared=(shared,))


def of(catalog: Catalog, table: str, column: str) -> ValueType:
    return catalog.sources[table].schema.column(column).type


def answers(warehouse: Warehouse, question: Query | Measures) -> list[Any]:
    if isinstance(question, Measures):
        return typed(listed(warehouse.measure(question)))
    with warehouse.ask(question) as rows:
        found: list[Any] = typed(listed(rows))
        for name in question.event_tables:
            found += typed(listed(rows.event_table(name)))
        return found


def agrees(question: Query | Measures, tables: Mapping[str, Any]) -> None:
    held = testing.in_memory(question, tables, partial(holding, MEMORY))
    assert isinstance(held, DuckDBWarehouse)
    try:
        catalog = together(held.catalog, held.dialect)
        gathering = DuckDBWarehouse(MEMORY, catalog)
        scans = planned(question, held.dialect, catalog).scans()
        assert sum(scans.values()) <= 2
        assert answers(gathering, question) == answers(held, question)
    finally:
        for name in held.catalog.sources:
            MEMORY.execute(f'DROP TABLE "{name}"')


@SOME
@given(world=worlds())
def test_a_question_has_the_same_answer(world: tuple[Query, Any]) -> None:
    agrees(*world)


@SOME
@given(measures=all_measures(), tables=TABLES)
def test_measures_have_the_same_counts(measures: Measures, tables: Any) -> None:
    agrees(measures, {schema.name: tables[schema.name] for schema in measures.tables()})
