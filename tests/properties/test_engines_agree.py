"""Whatever is asked, of whatever rows, every warehouse answers as the referee does."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, cast

import duckdb
import pytest
from hypothesis import HealthCheck, given, note, settings
from sqlalchemy import SmallInteger

from cohort_dsl import testing
from cohort_dsl.model.empty_text import without_empty_text
from cohort_dsl.model.nodes import Node, Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import BOOL, Kind
from cohort_dsl.sql.dialect import Dialect
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.oracle import ORACLE_12, ORACLE_19
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.temporary import InOrder, Temporary, indexed
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse, holding
from cohort_dsl.warehouses.rows import Rows
from tests.properties.queries import MAKERS, worlds

EXAMPLES = int(os.environ.get("STRONGROOM_EXAMPLES", "2000"))
SHARE = 5  # of the examples, one in so many is Oracle's too
ORACLES = (ORACLE_19, ORACLE_12, ORACLE_19.in_one_statement())
IN_ORDER = replace(POSTGRESQL, temporary=Temporary(in_order=InOrder(indexed, columns=0)))
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


def kinds(part: int) -> tuple[type[DuckDBWarehouse], ...]:
    """A quarter of the examples are asked without booleans, too, as all of H2 are."""
    return (DuckDBWarehouse,) if part % 4 else (DuckDBWarehouse, WithoutBooleans)


def lying(part: int) -> Dialect:
    """For half of the examples narrow results, too, lie in their patients' order."""
    return IN_ORDER if part % 2 else POSTGRESQL


@pytest.fixture(scope="module")
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """One database for all examples: to open it takes longer than to answer most."""
    with duckdb.connect(":memory:") as connection:
        yield connection


class Text:
    """The question's SQL, which is worked out only where it is shown."""

    def __init__(self, query: Query, dialect: str) -> None:
        self.query, self.dialect = query, dialect

    def __repr__(self) -> str:
        return testing.sql(self.query, self.dialect)


@pytest.mark.parametrize("part", range(PARTS))
@settings(
    max_examples=max(1, EXAMPLES // PARTS),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds())
def test_every_engine_answers_as_the_referee(
    part: int,
    memory: duckdb.DuckDBPyConnection,
    postgresql: testing.Engine,
    world: tuple[Query, dict[str, Any]],
) -> None:
    query, tables = world
    wanted = asked_of_the_referee(query, tables)
    note(Text(query, "duckdb"))
    for kind in kinds(part):
        assert asked(query, tables, partial(held_by, memory, kind)) == wanted
    note(Text(query, "postgresql"))
    assert asked(query, tables, partial(postgresql, dialect=lying(part))) == wanted


@pytest.mark.parametrize("dialect", ORACLES, ids=["19", "12.2", "one statement"])
@settings(
    max_examples=max(1, EXAMPLES // SHARE // len(ORACLES)),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds())
def test_oracle_answers_as_the_referee_does_without_empty_texts(
    dialect: Dialect, oracle: testing.Engine, world: tuple[Query, dict[str, Any]]
) -> None:
    query, tables = world
    plain = cast(Query, without_empty_text(query))
    wanted = asked_of_the_referee(plain, holding_no_empty_text(tables))
    note(Text(query, "oracle"))
    assert asked(query, tables, partial(oracle, dialect=dialect)) == wanted


def holding_no_empty_text(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The rows as Oracle has them."""
    return {
        name: [{n: None if v == "" else v for n, v in row.items()} for row in rows]
        for name, rows in tables.items()
    }


def asked_of_the_referee(query: Query, tables: dict[str, Any]) -> dict[str, Any]:
    """The cohort, and by name the event tables."""
    cohort = testing.evaluate(query, tables, engine="reference")
    events = testing.evaluate_events(query, tables, engine="reference")
    return {name: typed(rows) for name, rows in {"": cohort, **events}.items()}


def asked(query: Query, tables: dict[str, Any], engine: testing.Engine) -> dict[str, Any]:
    """The same of a warehouse; 1 and 0 as the conditions that they are."""
    columns = {"": query.variables, **query.event_tables}
    with (
        testing.in_memory(query, tables, engine) as warehouse,
        warehouse.ask(query) as rows,
    ):
        found = {"": listed(rows)}
        found |= {name: listed(rows.event_table(name)) for name in query.event_tables}
    return {name: typed(as_told(columns[name], held)) for name, held in found.items()}


def listed(rows: Rows) -> list[dict[str, Any]]:
    return [row for batch in rows.reveal() for row in batch.to_pylist()]


@contextmanager
def held_by(
    memory: duckdb.DuckDBPyConnection, kind: type[DuckDBWarehouse], *rows: Any
) -> Iterator[DuckDBWarehouse]:
    """A warehouse of that kind, whose tables are dropped afterwards."""
    held = holding(memory, *rows)
    try:
        yield kind(memory, held.catalog)
    finally:
        for name in held.catalog.sources:
            memory.execute(f'DROP TABLE "{name}"')


def as_told(
    columns: Mapping[str, Series], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows with 1 and 0 as the conditions that they are."""
    told = {name for name, series in columns.items() if series.type == BOOL}
    return [{n: as_bool(v) if n in told else v for n, v in row.items()} for row in rows]


def as_bool(value: bool | int | None) -> bool | None:
    return None if value is None else {0: False, 1: True}[value]


def typed(rows: list[dict[str, Any]]) -> list[dict[str, tuple[str, Any]]]:
    """Values with their types' names, so that 1, 1.0 and True differ."""
    return [{n: (type(v).__name__, positive_zero(v)) for n, v in r.items()} for r in rows]


def positive_zero(value: Any) -> Any:
    return math.fabs(value) if value == 0 and isinstance(value, float) else value
