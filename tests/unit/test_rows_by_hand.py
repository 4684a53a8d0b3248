"""Rows written by hand may be written as people write them."""

from datetime import date

import pytest

from cohort_dsl import create_dataset
from cohort_dsl.errors import DefinitionError
from cohort_dsl.tables import contract, core
from cohort_dsl.testing import evaluate


def a_dataset(tables):
    dataset = create_dataset()
    dataset.define_population(tables.patients.date_of_birth.is_not_null())
    dataset.born = tables.patients.date_of_birth
    return dataset


@pytest.mark.parametrize("engine", ["duckdb", "reference"])
@pytest.mark.parametrize("name", ["patients", "core.patients"])
def test_a_core_table_may_be_called_by_its_short_name(engine, name):
    rows = {name: [{"patient_id": 1, "date_of_birth": "1990-05-01"}]}
    found = evaluate(a_dataset(core), rows, engine=engine)
    assert found == [{"patient_id": 1, "born": date(1990, 5, 1)}]


def test_a_contract_table_has_one_name():
    rows = {"patients": [{"patient_id": 1, "date_of_birth": date(1990, 5, 1)}]}
    assert evaluate(a_dataset(contract), rows)[0]["born"] == date(1990, 5, 1)


def test_where_both_are_asked_each_keeps_its_own_name():
    dataset = a_dataset(core)
    dataset.sex = contract.patients.sex
    rows = {
        "core.patients": [{"patient_id": 1, "date_of_birth": "1990-05-01"}],
        "patients": [{"patient_id": 1, "sex": "male"}],
    }
    assert evaluate(dataset, rows) == [
        {"patient_id": 1, "born": date(1990, 5, 1), "sex": "male"}
    ]


def test_an_int_will_do_for_a_float():
    dataset = create_dataset()
    values = core.clinical_events.numeric_value
    dataset.define_population(core.clinical_events.exists_for_patient())
    dataset.total = values.sum_for_patient()
    rows = {"clinical_events": [{"patient_id": 1, "numeric_value": 2}]}
    assert evaluate(dataset, rows) == [{"patient_id": 1, "total": 2.0}]


def test_what_is_no_date_is_told_so():
    rows = {"patients": [{"patient_id": 1, "date_of_birth": "yesterday"}]}
    with pytest.raises(DefinitionError, match="date_of_birth"):
        evaluate(a_dataset(contract), rows)
