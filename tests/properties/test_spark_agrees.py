"""Whatever is asked, of whatever rows, Spark answers as the referee does.

Fewer examples than elsewhere: to plan one takes it half a second.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, note, settings

from cohort_dsl import testing
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from tests.properties.queries import TABLES, all_measures, worlds
from tests.properties.test_engines_agree import (
    EXAMPLES,
    Text,
    asked,
    asked_of_the_referee,
    typed,
)

ONE_OF = 40  # examples

pytestmark = pytest.mark.xdist_group("spark")


@settings(max_examples=max(1, EXAMPLES // ONE_OF))
@given(world=worlds())
def test_spark_answers_as_the_referee(
    spark: testing.Engine, world: tuple[Query, dict[str, Any]]
) -> None:
    query, tables = world
    note(Text(query, "spark"))
    assert asked(query, tables, spark) == asked_of_the_referee(query, tables)


@settings(max_examples=max(1, EXAMPLES // 4 // ONE_OF))
@given(measures=all_measures(), tables=TABLES)
def test_spark_measures_as_the_referee(
    spark: testing.Engine, measures: Measures, tables: dict[str, Any]
) -> None:
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    wanted = typed(testing.measured(measures, tables, "reference"))
    assert typed(testing.measured(measures, tables, spark)) == wanted
