"""Dummy patients for questions about frames that are made of others."""

from __future__ import annotations

import datetime
from datetime import date
from typing import Any

import pytest

from cohort_dsl import create_dataset, days, load
from cohort_dsl.errors import DefinitionError
from cohort_dsl.reference import answer
from cohort_dsl.tables import EventFrame, PatientFrame, Series, table, table_from_rows
from cohort_dsl.tables.contract import diagnoses, lab_results, medications, patients
from dummy_data import generate, id_type

TODAY = date(2026, 1, 1)


@table
class addresses(EventFrame):
    start_date = Series(datetime.date)
    end_date = Series(datetime.date)
    area = Series(str)


def made(population: Any, size: int = 5, **columns: Any) -> tuple[Any, dict[str, Any]]:
    dataset = create_dataset()
    dataset.define_population(population)
    for name, series in columns.items():
        dataset.add_column(name, series)
    query = load.question_of(dataset)
    tables = generate(query, size=size, seed=3, reference_date=TODAY)
    return query, {name: held.to_pylist() for name, held in tables.items()}


both = diagnoses.union(medications)
a_code = both.where(both.code == "x1")
first = diagnoses.sort_by(diagnoses.date).first_for_patient()
episodes = diagnoses.date.episodes_for_patient(days(30))
home = addresses.as_of(diagnoses.date, start=addresses.start_date, end=addresses.end_date)
POPULATIONS = [
    a_code.exists_for_patient() & patients.exists_for_patient(),
    a_code.count_for_patient() >= 3,
    both.sort_by(both.date).last_for_patient().code == "x2",
    ~both.where(both.date > "2025-01-01").exists_for_patient()
    & patients.exists_for_patient(),
    first.union(diagnoses).count_for_patient() >= 4,
    episodes.count_for_patient() >= 2,
    episodes.where(episodes.event_count >= 3).exists_for_patient(),
    episodes.start_date.minimum_for_patient() < "2018-01-01",
    diagnoses.where(home.is_found()).exists_for_patient(),
    diagnoses.where(home.area == "north").exists_for_patient(),
    diagnoses.where(diagnoses.code == "x3")
    .where(diagnoses.code.is_in(medications.code))
    .exists_for_patient(),
    diagnoses.exists_for_patient() & ~diagnoses.where(home.is_found()).exists_for_patient(),
]


@pytest.mark.parametrize("population", POPULATIONS)
def test_dummy_patients_are_made_for_any_frame(population):
    query, rows = made(population)
    assert len(answer(query, rows)) == 5


def test_rows_that_come_with_the_question_keep_their_patients():
    @table_from_rows([(7, True), (9, True), (11, False)])
    class chosen(PatientFrame):
        yes = Series(bool)

    query, rows = made(
        chosen.yes & patients.exists_for_patient(),
        size=2,
        labs=lab_results.count_for_patient(),
    )
    assert [row["patient_id"] for row in answer(query, rows)] == [7, 9]


def test_no_more_patients_are_made_than_a_list_holds():
    @table_from_rows([(7, 1)])
    class chosen(PatientFrame):
        n = Series(int)

    with pytest.raises(DefinitionError, match="chosen exists"):
        made(chosen.exists_for_patient() & patients.exists_for_patient(), size=2)


def test_patients_are_text_where_the_questions_own_rows_say_so():
    @table_from_rows([("a", 1), ("b", 2)])
    class chosen(PatientFrame):
        n = Series(int)

    query, rows = made(
        chosen.exists_for_patient() | patients.exists_for_patient(), size=4, n=chosen.n
    )
    assert id_type(query) == "string"
    assert all(isinstance(row["patient_id"], str) for row in rows["patients"])
    assert len(answer(query, rows)) >= 4


def test_the_rows_of_event_tables_are_there():
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    dataset.add_event_table("x1", date=a_code.date)
    query = load.question_of(dataset)
    tables = generate(query, size=10, seed=3, reference_date=TODAY)
    held = [*tables["diagnoses"].to_pylist(), *tables["medications"].to_pylist()]
    assert sum(row["code"] == "x1" for row in held) > 3
