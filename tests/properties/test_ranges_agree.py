"""Whatever is asked, the answers about ranges of patients are the answer about all."""

from __future__ import annotations

import os
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohort_dsl import testing
from cohort_dsl.model.query import Query
from cohort_dsl.sql.ranges import ranges
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse, holding
from cohort_dsl.warehouses.rows import Rows
from tests.a_flashing import Flashing, Story
from tests.properties.queries import worlds

EXAMPLES = int(os.environ.get("STRONGROOM_EXAMPLES", "2000")) // 80


@settings(
    max_examples=max(1, EXAMPLES),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds(), size=st.integers(1, 3))
def test_ranges_of_patients_put_together_are_the_answer(
    world: tuple[Query, dict[str, Any]], size: int
) -> None:
    query, tables = world
    with duckdb.connect(":memory:") as memory:

        def held(*rows: Any) -> DuckDBWarehouse:
            return holding(memory, *rows)

        with testing.in_memory(query, tables, held) as whole:
            wanted = asked(query, whole)
            flashing = Flashing(memory, whole.catalog, Story(size))
            starts = flashing.starts("")
            parts = [asked(query, flashing.within(h, "")) for h in ranges(starts)]
    assert {name: [row for p in parts for row in p[name]] for name in wanted} == wanted


def asked(query: Query, warehouse: Any) -> dict[str, list[str]]:
    """As text, in which NaN is what it is."""
    with warehouse.ask(query) as answer:
        found = {"": listed(answer)}
        return found | {n: listed(answer.event_table(n)) for n in query.event_tables}


def listed(rows: Rows) -> list[str]:
    return [repr(row) for batch in rows.reveal() for row in batch.to_pylist()]
