"""Whatever is asked, of whatever rows, every warehouse answers as the referee does."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from sqlalchemy import SmallInteger

from cohort_dsl import testing
from cohort_dsl.model.nodes import Node
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import BOOL, Kind
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse, from_rows
from tests.properties.queries import MAKERS, TABLES, queries

EXAMPLES = int(os.environ.get("STRONGROOM_EXAMPLES", "2000"))
PARTS = 8  # that may run at the same time, each of other examples


def leaves(kind: type[Any]) -> set[type[Any]]:
    below: list[type[Any]] = kind.__subclasses__()
    return set().union(*map(leaves, below)) if below else {kind}


def test_every_kind_of_node_is_generated() -> None:
    assert set(MAKERS) == leaves(Node)


class WithoutBooleans(DuckDBWarehouse):
    """As engines that have no boolean type: conditions are kept as 1 and 0."""

    dialect = replace(
        DUCKDB, native_booleans=False, types={**DUCKDB.types, Kind.BOOL: SmallInteger()}
    )


def without_booleans(*rows: Any) -> WithoutBooleans:
    made = from_rows(*rows)
    return WithoutBooleans(made._connection, made.catalog)


@pytest.mark.parametrize("part", range(PARTS))
@settings(
    max_examples=max(1, EXAMPLES // PARTS),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(query=queries(), tables=TABLES)
def test_every_engine_answers_as_the_referee(
    part: int, postgresql: testing.Engine, query: Query, tables: dict[str, Any]
) -> None:
    tables = {schema.name: tables[schema.name] for schema in query.tables()}
    wanted = typed(testing.evaluate(query, tables, engine="reference"))
    note(testing.sql(query, "duckdb"))
    assert typed(testing.evaluate(query, tables, engine="duckdb")) == wanted
    found = testing.evaluate(query, tables, engine=without_booleans)
    for row in found:
        row |= {n: as_bool(row[n]) for n, s in query.variables.items() if s.type == BOOL}
    assert typed(found) == wanted
    note(testing.sql(query, "postgresql"))
    assert typed(testing.evaluate(query, tables, engine=postgresql)) == wanted


def as_bool(value: int | None) -> bool | None:
    return None if value is None else {0: False, 1: True}[value]


def typed(rows: list[dict[str, Any]]) -> list[dict[str, tuple[str, Any]]]:
    """Values with their types' names, so that 1, 1.0 and True differ."""
    return [{n: (type(v).__name__, positive_zero(v)) for n, v in r.items()} for r in rows]


def positive_zero(value: Any) -> Any:
    return math.fabs(value) if value == 0 and isinstance(value, float) else value
