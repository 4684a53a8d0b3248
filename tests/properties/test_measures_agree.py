"""Whatever is measured, of whatever rows, every warehouse counts as the referee does."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from cohort_dsl import testing
from cohort_dsl.model.empty_text import without_empty_text
from cohort_dsl.model.measures import Measures
from tests.properties.queries import TABLES, all_measures
from tests.properties.test_engines_agree import (
    EXAMPLES,
    SHARE,
    held_by,
    holding_no_empty_text,
    kinds,
    typed,
)

PARTS = 2  # that may run at the same time, each of other examples


@pytest.mark.parametrize("part", range(PARTS))
@settings(
    max_examples=max(1, EXAMPLES // 4 // PARTS),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(measures=all_measures(), tables=TABLES)
def test_every_engine_measures_as_the_referee(
    part: int, postgresql: testing.Engine, measures: Measures, tables: dict[str, Any]
) -> None:
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    wanted = typed(testing.measured(measures, tables, "reference"))
    with duckdb.connect(":memory:") as memory:
        for kind in kinds(part):
            engine = partial(held_by, memory, kind)
            assert typed(testing.measured(measures, tables, engine)) == wanted
    assert typed(testing.measured(measures, tables, postgresql)) == wanted


@settings(
    max_examples=max(1, EXAMPLES // 4 // SHARE),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(measures=all_measures(), tables=TABLES)
def test_oracle_measures_as_the_referee_does_without_empty_texts(
    oracle: testing.Engine, measures: Measures, tables: dict[str, Any]
) -> None:
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    plain = cast(Measures, without_empty_text(measures))
    rows = holding_no_empty_text(tables)
    wanted = typed(testing.measured(plain, rows, "reference"))
    assert typed(testing.measured(measures, tables, oracle)) == wanted
