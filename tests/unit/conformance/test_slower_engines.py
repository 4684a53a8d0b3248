"""One statement with its rows in it, on an engine that takes seconds for each.

Some rules of different chapters: all of them are asked there with tables of their own.
"""

from __future__ import annotations

import time

import pytest

from cohort_dsl import testing
from cohort_dsl.conformance import asking, suite
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.warehouses.spark import SparkWarehouse

SOME = (
    "a_filtered_frame_exists_only_with_rows",
    "or_is_true_as_soon_as_one_is",
    "weeks_are_whole_weeks",
    "a_codelist_may_be_long",
    "capitals_count",
)
CASES = [case for case in suite.read().cases if case.rule in SOME]


def test_some_rules_are_of_several_chapters() -> None:
    assert {case.rule for case in CASES} == set(SOME)
    assert len({case.chapter for case in CASES}) >= 4


@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.rule))
def test_spark_answers_in_one_statement(spark: testing.Engine, case: suite.Case) -> None:
    [link] = spark.args  # type: ignore[attr-defined]  # a partial of the session
    dialect = SPARK.in_one_statement()
    told = asking.ask(
        case, dialect, lambda c: SparkWarehouse(link, c, dialect), 60, time.monotonic
    )
    assert (told.outcome, told.why) == (asking.Outcome.PASSED, "")
