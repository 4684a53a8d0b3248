"""Whatever is asked, its plan can be told, and a warehouse says what each step took."""

from __future__ import annotations

import itertools
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohort_dsl import testing
from cohort_dsl.explain import as_json, explain, explain_on, lines
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.warehouses.duckdb import from_rows
from tests.properties.queries import TABLES, all_measures, queries

EXAMPLES = int(os.environ.get("STRONGROOM_EXAMPLES", "300"))

slowly = settings(
    max_examples=EXAMPLES // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@slowly
@given(question=st.one_of(queries(), all_measures()))
def test_every_plan_can_be_told(question: Query | Measures) -> None:
    found = explain(question)
    [plan] = as_json(question, found)["plans"]
    assert [step["number"] for step in plan["steps"]] == [
        number for number, _ in enumerate(plan["steps"], start=1)
    ]
    answers = ("Assembly", "Counts")
    assert all(step["for"] for step in plan["steps"] if step["kind"] not in answers)
    assert list(lines(found))


@slowly
@given(query=queries(), tables=TABLES)
def test_what_it_took_adds_up_to_the_answer(
    postgresql: testing.Engine, query: Query, tables: dict[str, Any]
) -> None:
    tables = {schema.name: tables[schema.name] for schema in query.tables()}
    wanted = testing.evaluate(query, tables, engine="reference")
    engines: tuple[testing.Engine, ...] = (from_rows, postgresql)
    for engine in engines:
        with testing.in_memory(query, tables, engine) as warehouse:
            [one] = explain_on(query, warehouse, itertools.count().__next__)
        [plan] = as_json(query, [one])["plans"]
        [cohort] = [step for step in plan["steps"] if step["kind"] == "Assembly"]
        assert cohort["rows"] == len(wanted)
        assert all(step["statements"] for step in plan["steps"])
