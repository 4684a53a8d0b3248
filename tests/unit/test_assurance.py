"""What an author expects of made-up patients, held against what a definition says."""

from __future__ import annotations

import json

import pytest

from cohort_dsl import create_dataset
from cohort_dsl.assurance import Expected, Mismatch, assure, read
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language.dataset import query_of
from cohort_dsl.tables.contract import lab_results, patients

dataset = create_dataset()
dataset.define_population(patients.sex == "female")
dataset.born = patients.date_of_birth
dataset.age = patients.age_on("2024-01-01")
dataset.mean = lab_results.numeric_value.mean_for_patient()
dataset.tested = lab_results.exists_for_patient()
dataset.said = patients.sex
QUERY = query_of(dataset)


def somebody(number=1, sex="female", expected=True, **columns):
    tables = {
        "patients": [{"sex": sex, "date_of_birth": "1990-01-01"}],
        "lab_results": [{"numeric_value": value} for value in (0.1, 0.2, 0.3)],
        "unheard_of": [{"x": 1}],
    }
    return Expected(number, tables, expected, columns)


def wrong(*people):
    return assure(QUERY, people, "analysis/test_dataset.py")


@pytest.mark.parametrize(
    "columns",
    [
        {"born": "1990-01-01", "age": 34, "mean": 0.2, "tested": True},
        {"mean": 0.1 + 0.2 - 0.1},
        {},
    ],
)
def test_what_is_as_expected_is_passed_over(columns):
    assert wrong(somebody(**columns), somebody(2, "male", False)) == []


@pytest.mark.parametrize(
    ("columns", "expected", "found"),
    [
        ({"born": "1990-01-02"}, "1990-01-02", "1990-01-01"),
        ({"born": None}, None, "1990-01-01"),
        ({"age": 35}, 35, 34),
        ({"mean": 0}, 0, 0.2),
        ({"tested": False}, False, True),
    ],
)
def test_what_is_otherwise_is_told_with_patient_column_expected_and_found(
    columns, expected, found
):
    [told] = wrong(somebody(7, **columns))
    [name] = columns
    assert (told.patient, told.column, told.expected) == (7, name, expected)
    assert told.found == pytest.approx(found)


def test_who_is_in_the_population_against_expectation_is_told():
    assert wrong(somebody(1, "male", True, age=34), somebody(2, expected=False)) == [
        Mismatch(1, None, expected=True, found=False),
        Mismatch(2, None, expected=False, found=True),
    ]


def test_somebody_without_any_rows_is_outside():
    assert wrong(Expected("a", {}, False, {})) == []


def test_a_column_that_the_dataset_has_not_is_told_with_the_nearest():
    with pytest.raises(DefinitionError) as caught:
        wrong(somebody(agee=3))
    assert caught.value.where == "analysis/test_dataset.py, test_data, patient 1"
    assert caught.value.remedy == "Did you mean age?"
    with pytest.raises(DefinitionError, match="no column zzz"):
        wrong(somebody(zzz=3))


@pytest.mark.parametrize(
    ("columns", "problem", "remedy"),
    [
        (
            {"age": "34"},
            'age is expected to be "34", but holds whole numbers',
            "Write a whole number, as 34; None for a missing value.",
        ),
        (
            {"age": 34.5},
            "age is expected to be 34.5, but holds whole numbers",
            "Write a whole number, as 34; None for a missing value.",
        ),
        (
            {"tested": 1},
            "tested is expected to be 1, but holds yes/no",
            "Write True or False; None for a missing value.",
        ),
        (
            {"born": "01/01/1990"},
            'born is expected to be "01/01/1990", but holds dates',
            'Write a date, as "2024-01-31"; None for a missing value.',
        ),
        (
            {"mean": True},
            "mean is expected to be True, but holds numbers",
            "Write a number, as 7.5; None for a missing value.",
        ),
        (
            {"said": 1},
            "said is expected to be 1, but holds text",
            "Write text in quotes; None for a missing value.",
        ),
    ],
)
def test_a_value_of_another_kind_than_its_column_is_no_wrong_value_but_a_mistake(
    columns, problem, remedy
):
    with pytest.raises(DefinitionError) as caught:
        wrong(somebody(7, **columns))
    told = caught.value
    assert told.where == "analysis/test_dataset.py, test_data, patient 7"
    assert (told.problem, told.remedy) == (problem, remedy)


def rows_of(number=1, **tables):
    return Expected(number, tables, False, {})


@pytest.mark.parametrize(
    ("patient", "where", "problem", "remedy"),
    [
        (
            rows_of(lab_results=[{}, {"numeric_value": "x"}]),
            ", patient 1, lab_results row 2",
            "numeric_value is a str, not a float",
            "Rows hold the table's columns: True or False, int, float, str or date.",
        ),
        (
            rows_of(patients=[{"sex": "femme"}]),
            ", patient 1, patients row 1",
            'sex is never "femme"',
            'Did you mean "female"? It is one of: female, male, intersex, unknown.',
        ),
        (
            rows_of(patients=[{"sex": "2"}]),
            ", patient 1, patients row 1",
            'sex is never "2"',
            "It is one of: female, male, intersex, unknown.",
        ),
        (
            rows_of(patients=[{}, {}]),
            ", patient 1",
            "patients holds one row a patient, here are 2",
            "Write one row, or the patients that you mean one by one.",
        ),
        (
            rows_of("a"),
            "",
            "some patients are called by a number, some by text",
            "Write numbers for all of them: {1: {...}, 2: {...}}.",
        ),
    ],
)
def test_rows_that_no_table_could_hold_are_told_with_their_patient_and_row(
    patient, where, problem, remedy
):
    with pytest.raises(DefinitionError) as caught:
        wrong(patient, somebody(2))
    told = caught.value
    assert told.where == f"analysis/test_dataset.py, test_data{where}"
    assert (told.problem, told.remedy) == (problem, remedy)


ONE = {"patient": 1, "tables": {"t": [{"x": 1}]}, "in_population": True, "columns": {}}
GOOD = {"format": "strongroom-test-data", "version": 1, "patients": [ONE]}


def test_what_the_box_left_is_read():
    assert read(json.dumps(GOOD).encode(), "f") == (
        Expected(1, {"t": [{"x": 1}]}, True, {}),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        json.dumps(GOOD | {"version": 2}).encode(),
        json.dumps(GOOD | {"patients": 3}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"more": 1}]}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"patient": 1.5}]}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"columns": [1]}]}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"columns": {"x": [1]}}]}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"tables": {"t": [3]}}]}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"tables": {"t": [{"x": {}}]}}]}).encode(),
        json.dumps(GOOD | {"patients": [ONE | {"in_population": 1}]}).encode(),
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(DefinitionError, match="no test data that can be read"):
        read(data, "analysis/test_dataset.py")
