"""Whatever is measured, of whatever rows, every warehouse counts as the referee does."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from cohort_dsl import testing
from cohort_dsl.model.measures import Measures
from tests.properties.queries import TABLES, all_measures
from tests.properties.test_engines_agree import EXAMPLES, typed


@settings(
    max_examples=EXAMPLES // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(measures=all_measures(), tables=TABLES)
def test_duckdb_measures_as_the_referee(measures: Measures, tables: dict[str, Any]) -> None:
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    wanted = testing.measured(measures, tables, "reference")
    found = testing.measured(measures, tables, "duckdb")
    assert typed(found) == typed(wanted)
