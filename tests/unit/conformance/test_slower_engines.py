"""One statement with its rows in it, on engines that take seconds for each.

Some rules of different chapters: all of them are asked there with tables of their own. H2
forgets the parameters of a WITH, so constants are written out for it, and it works a step
out anew wherever it's read, so that what takes many steps takes it for ever. Neither is so
in Oracle.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from cohort_dsl import testing
from cohort_dsl.conformance import asking, suite
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.warehouses.oracle import OracleWarehouse
from cohort_dsl.warehouses.spark import SparkWarehouse
from tests.needed import needed

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


@pytest.fixture(scope="module")
def h2() -> Iterator[Any]:
    """H2 as Oracle, told constants in the statement."""
    from tests import h2_as_oracle
    from tests.h2_as_oracle.connection import Connection, Cursor

    class WrittenOut(Cursor):
        def execute(self, statement: str, values: Any = None, **named: Any) -> None:
            if values and statement.startswith("WITH"):
                told = {str(n): v for n, v in enumerate(values, start=1)}
                told = values if isinstance(values, dict) else told
                statement = re.sub(r":(\d+)", lambda n: written(told[n[1]]), statement)
                values = None
            super().execute(statement, values, **named)

    class Told(Connection):
        def cursor(self, scrollable: bool = False) -> Cursor:
            return WrittenOut(self._java, self)

    with contextlib.ExitStack() as session:
        with needed(h2_as_oracle.NoH2Error):
            connection = Told(h2_as_oracle.started(h2_as_oracle.JARS))
        session.callback(connection.close)
        yield connection


def written(value: Any) -> str:
    if isinstance(value, date):
        return f"TIMESTAMP '{value.isoformat()} 00:00:00'"
    return repr(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.rule))
def test_oracle_s_one_statement_is_answered_by_h2(h2: Any, case: suite.Case) -> None:
    dialect = ORACLE_19.in_one_statement()
    told = asking.ask(
        case, dialect, lambda c: OracleWarehouse(h2, c, dialect), 60, time.monotonic
    )
    assert (told.outcome, told.why) == (asking.Outcome.PASSED, "")


@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.rule))
def test_spark_answers_in_one_statement(spark: testing.Engine, case: suite.Case) -> None:
    [link] = spark.args  # type: ignore[attr-defined]  # a partial of the session
    dialect = SPARK.in_one_statement()
    told = asking.ask(
        case, dialect, lambda c: SparkWarehouse(link, c, dialect), 60, time.monotonic
    )
    assert (told.outcome, told.why) == (asking.Outcome.PASSED, "")
