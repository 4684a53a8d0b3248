"""Whatever is asked, one statement answers as the referee does."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings

from cohort_dsl import testing
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.warehouses.duckdb import from_rows
from tests.properties.queries import TABLES, all_measures, worlds
from tests.properties.test_engines_agree import (
    EXAMPLES,
    Text,
    asked,
    asked_of_the_referee,
    typed,
)

ONE_OF = 20  # of the examples that are compared elsewhere
ALONE = partial(from_rows, dialect=DUCKDB.in_one_statement())


@pytest.fixture(scope="module")
def server(postgresql: Any) -> testing.Engine:
    return partial(postgresql, dialect=POSTGRESQL.in_one_statement())


@settings(
    max_examples=max(1, EXAMPLES // ONE_OF),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds())
def test_one_statement_answers_as_the_referee(
    server: testing.Engine, world: tuple[Query, dict[str, Any]]
) -> None:
    query, tables = world
    wanted = asked_of_the_referee(query, tables)
    note(Text(query, "postgresql"))
    for engine in (ALONE, server):
        assert asked(query, tables, engine) == wanted


@settings(
    max_examples=max(1, EXAMPLES // 4 // ONE_OF),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(measures=all_measures(), tables=TABLES)
def test_one_statement_measures_as_the_referee(
    server: testing.Engine, measures: Measures, tables: dict[str, Any]
) -> None:
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    wanted = typed(testing.measured(measures, tables, "reference"))
    for engine in (ALONE, server):
        assert typed(testing.measured(measures, tables, engine)) == wanted
