"""Wide results lie in their patients' order where the engine can be told so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cohort_dsl import create_dataset, plan, sql, testing
from cohort_dsl.model.types import INT, STR, ValueType
from cohort_dsl.plan.steps import Plan
from cohort_dsl.sql import Catalog, Dialect, Script, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.in_order import lying_in_order
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.temporary import InOrder, Temporary, indexed
from tests.spec.tables import e, p

TWO = replace(POSTGRESQL, temporary=Temporary(in_order=InOrder(indexed, columns=2)))


def a_dataset() -> Any:
    """Two columns of a table of one row a patient, and one answer of events."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.score, dataset.born = p.score, p.born
    dataset.number = e.number.sum_for_patient()
    return dataset


def planned(dataset: Any) -> Plan:
    return plan.build(testing.query_of(dataset))


def script(dialect: Dialect, dataset: Any) -> Script:
    made = planned(dataset)
    catalog = Catalog({table.name: plain(table) for table in made.query.tables()})
    return sql.script(made, dialect, catalog)


def lying(dialect: Dialect, patient_id: ValueType = INT) -> set[str]:
    return set(lying_in_order(planned(a_dataset()), dialect, patient_id))


def test_what_is_wide_lies_in_order_and_the_population_that_it_is_joined_to() -> None:
    assert lying(TWO) == {"step_1_columns", "step_2_population"}


def test_where_nothing_is_wide_nothing_does() -> None:
    """An index of narrow rows would cost more than it spares."""
    assert lying(POSTGRESQL) == set()


def test_nor_where_ids_are_texts_which_sort_otherwise_than_they_are_compared() -> None:
    assert lying(TWO, STR) == set()


def test_nor_where_the_engine_cannot_be_told() -> None:
    assert lying(DUCKDB) == set()


def test_rows_that_lie_in_order_come_so_and_have_an_index() -> None:
    told = script(TWO, a_dataset())
    made, filled, *_ = (one for one in told.preparations if isinstance(one, Statement))
    assert made.text.endswith(";\nCREATE INDEX ON step_1_columns (patient_id)")
    assert filled.text.endswith("ORDER BY patient_id")
    assert told.question.text.endswith("ORDER BY patient_id")


def test_nor_where_no_table_is_made() -> None:
    assert lying(TWO.in_one_statement()) == set()


def test_what_is_worked_out_of_them_is_told_to_stay_in_order() -> None:
    """PostgreSQL plans rows that it may not take apart by themselves, and hashes them."""
    dataset = a_dataset()
    both = p.score + e.number.sum_for_patient()
    dataset.twice, dataset.more = both + both, both * 3
    told = script(TWO, dataset).question.text
    assert "ORDER BY patient_id\n LIMIT ALL OFFSET 0" in told
