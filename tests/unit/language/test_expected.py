"""Test data: an author's made-up patients, read from the file that makes them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cohort_dsl import evaluate, load
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model import wire
from tests.a_definition import write

DEFINITION = """\
from ehrql import create_dataset
from ehrql.tables.core import clinical_events, patients
dataset = create_dataset()
dataset.define_population(patients.date_of_birth.is_not_null())
dataset.age = patients.age_on("2024-01-01")
dataset.events = clinical_events.count_for_patient()
"""
TESTS = """\
from datetime import date
from ehrql.codes import SNOMEDCTCode
from dataset_definition import clinical_events, dataset, patients
test_data = {
    1: {
        patients: {"date_of_birth": date(1990, 1, 1), "sex": "female"},
        clinical_events: [
            {"date": "2020-01-01", "snomedct_code": SNOMEDCTCode("195967001")},
            {"numeric_value": 1.5},
        ],
        "expected_in_population": True,
        "expected_columns": {"age": 34, "events": 2},
    },
    2: {"expected_in_population": False},
}
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, DEFINITION, "analysis/dataset_definition.py")
    return tmp_path


def data_in(study: Path, code: str) -> dict[str, object]:
    return load.with_tests(write(study, code, "analysis/test_dataset.py"))[1]


def test_patients_are_read_with_their_tables_under_whole_names(study):
    assert data_in(study, TESTS)["patients"] == [
        {
            "patient": 1,
            "tables": {
                "core.patients": [{"date_of_birth": "1990-01-01", "sex": "female"}],
                "core.clinical_events": [
                    {"date": "2020-01-01", "snomedct_code": "195967001"},
                    {"numeric_value": 1.5},
                ],
            },
            "in_population": True,
            "columns": {"age": 34, "events": 2},
        },
        {"patient": 2, "tables": {}, "in_population": False, "columns": {}},
    ]


def test_the_evaluate_command_writes_the_question_and_the_test_data(study):
    path = write(study, TESTS, "analysis/test_dataset.py")
    arguments = [str(path), "--output", "q.json", "--test-data", "t.json"]
    assert evaluate.main(arguments, io.StringIO()) == 0
    assert list(wire.loads((study / "q.json").read_bytes()).variables) == ["age", "events"]
    assert json.loads((study / "t.json").read_text())["format"] == "strongroom-test-data"


@pytest.mark.parametrize(
    ("old", "new", "problem", "remedy"),
    [
        ("test_data =", "data =", "the file has no test_data", "Write test_data = {1:"),
        ("test_data =", "test_data = 3; x =", "test_data is no dict", "Write test_data"),
        ("    2: {", "    2.5: {", "a patient is an int or a str", "{1: {...}}"),
        ('2: {"expected_in_population": False}', "2: 3", "no dict of tables", "patients:"),
        ("expected_in_pop", "expect_in_pop", 'is no word of test data', "Did you mean"),
        ('"expected_in_population": True', '"zzz": 1', '"zzz" is no word', "without"),
        ('population": True', 'population": 1', "expected_in_population is 1", "True or"),
        ('"expected_in_population": False', "", "is None", "Write True or False"),
        ('{"age": 34, "events": 2}', "[34]", "expected_columns is no dict", '{"age": 33}'),
        ('population": True', 'population": False', "outside the population", "Leave out"),
        ("patients: {", "3: {", "3 is no table", "Write the table itself"),
        ("clinical_events: [", "clinical_events: 3 if True else [", "many rows", "a list"),
        ('{"numeric_value": 1.5}', "1.5", "a row of core.clinical_events is 1.5", "a dict"),
        ('"sex": "f', '"sexe": "f', "patients has no column sexe", "Did you mean sex?"),
        ('"sex": "f', '"qqqq": "f', "core.patients has no column qqqq", "It has: date_of"),
        ('"numeric_value": 1.5', '"numeric_value": [1]', "numeric_value is a list", "None"),
    ],
)  # fmt: skip
def test_a_mistake_in_test_data_is_told_with_its_patient(study, old, new, problem, remedy):
    assert old in TESTS
    with pytest.raises(DefinitionError) as caught:
        data_in(study, TESTS.replace(old, new, 1))
    assert caught.value.where.startswith("analysis/test_dataset.py")
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_a_series_as_a_key_is_told_by_python_itself(study):
    with pytest.raises(DefinitionError, match="dictionary's key"):
        data_in(study, TESTS.replace("patients: {", "patients.sex: {", 1))
