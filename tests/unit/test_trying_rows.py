"""Rows written by hand to try a question on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from cohort_dsl import testing
from cohort_dsl.errors import DefinitionError
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

QUERY = a_query(
    p.exists_for_patient() & (p.score > 0), n=e.count_for_patient(), born=p.born
)


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_what_is_not_given_is_missing(engine: Any) -> None:
    rows = {"patients": [{"patient_id": 2, "score": 1}, {"patient_id": 1, "score": 1}]}
    assert testing.evaluate(QUERY, rows, engine) == [
        {"patient_id": 1, "n": 0, "born": None},
        {"patient_id": 2, "n": 0, "born": None},
    ]


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_ids_may_be_text_in_tried_rows(engine: Any) -> None:
    rows = {"patients": [{"patient_id": "b", "score": 1}, {"patient_id": "a", "score": 1}]}
    assert [r["patient_id"] for r in testing.evaluate(QUERY, rows, engine)] == ["a", "b"]


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_without_any_row_nobody_is_in(engine: Any) -> None:
    assert testing.evaluate(QUERY, {}, engine) == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"patient_id": 1, "scor": 1}, "there is no column scor"),
        ({"score": 1}, "patient_id is an int or a str"),
        ({"patient_id": None, "score": 1}, "patient_id is an int or a str"),
        ({"patient_id": True}, "patient_id is an int or a str"),
        ({"patient_id": 1, "score": 1.5}, "score is a float, not a int"),
        ({"patient_id": 1, "score": True}, "score is a bool, not a int"),
        ({"patient_id": 1, "born": "1 May 2024"}, "born is a str, not a date"),
        ({"patient_id": 1, "born": datetime(2024, 1, 1)}, "born is a datetime, not a date"),  # noqa: DTZ001
        ({"patient_id": 1, "score": 2**63}, "beyond what a int can hold"),
        ({"patient_id": 1, "ratio": float("nan")}, "beyond what a float can hold"),
        ({"patient_id": 1, "name": "a\0b"}, "beyond what a str can hold"),
    ],
)
def test_a_row_that_no_table_could_hold_is_told_by_its_place(
    row: dict[str, Any], problem: str
) -> None:
    rows = {"patients": [{"patient_id": 5, "score": 1}, row]}
    with pytest.raises(DefinitionError) as refused:
        testing.evaluate(QUERY, rows)
    assert "table patients, row 2" in str(refused.value)
    assert problem in str(refused.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    rows = {"patients": [{"patient_id": 1, "x": 1}], "events": [{"patient_id": 1, "y": 1}]}
    with pytest.raises(DefinitionError) as refused:
        testing.evaluate(QUERY, rows)
    assert "no column x" in str(refused.value)
    assert "no column y" in str(refused.value)


def test_a_table_of_patients_holds_each_once() -> None:
    rows = {"patients": [{"patient_id": 1}, {"patient_id": 1}]}
    with pytest.raises(DefinitionError, match="one row a patient"):
        testing.evaluate(QUERY, rows)


def test_ids_are_of_one_kind() -> None:
    rows = {"patients": [{"patient_id": 1}], "events": [{"patient_id": "1"}]}
    with pytest.raises(DefinitionError, match="some are strs"):
        testing.evaluate(QUERY, rows)


def test_a_misspelt_table_is_told() -> None:
    with pytest.raises(DefinitionError, match="eventz"):
        testing.evaluate(QUERY, {"eventz": [{"patient_id": 1}]})


def test_a_table_of_the_contract_that_is_not_asked_does_no_harm() -> None:
    rows = {"diagnoses": [{"patient_id": 1, "date": date(2024, 1, 1)}]}
    assert testing.evaluate(QUERY, rows) == []


def test_the_sql_of_a_question_can_be_read() -> None:
    text = testing.sql(QUERY, "duckdb")
    assert "-- $1 = 0\n" in text
    assert text.count("CREATE TEMPORARY TABLE") == 3


def test_the_sql_of_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(DefinitionError, match="duckdb"):
        testing.sql(QUERY, "cobol")
