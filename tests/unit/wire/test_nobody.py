"""What a question says of somebody about whom nothing is known."""

from __future__ import annotations

import datetime

import pytest

from cohort_dsl import case, days, maximum_of, when
from cohort_dsl.model import nobody
from cohort_dsl.tables.contract import diagnoses, lab_results, patients

first = diagnoses.sort_by(diagnoses.date).first_for_patient()


@pytest.mark.parametrize(
    ("series", "answer"),
    [
        (patients.sex, None),
        (patients.sex.is_null(), True),
        (patients.sex == "male", None),
        (patients.sex.is_in([]), False),
        (patients.sex.when_null_then("unknown"), "unknown"),
        (patients.sex.map_values({"male": 1}, default=0), 0),
        (patients.sex.map_values({"male": 1}), None),
        (patients.age_on("2024-01-01") > 18, None),
        (diagnoses.exists_for_patient(), False),
        (first.exists_for_patient(), False),
        (diagnoses.count_for_patient(), 0),
        (diagnoses.count_for_patient() + 1, 1),
        (diagnoses.code.count_distinct_for_patient() // 0, None),
        (diagnoses.date.maximum_for_patient() + days(1), None),
        (lab_results.numeric_value.sum_for_patient() > 0, None),
        (patients.sex.is_in(diagnoses.code), False),
        (patients.sex.is_not_in(diagnoses.code), True),
        ((patients.sex == "male") | ~diagnoses.exists_for_patient(), True),
        ((patients.sex == "male") & diagnoses.exists_for_patient(), False),
        (maximum_of(first.date, "2024-01-31"), datetime.date(2024, 1, 31)),
        (case(when(patients.sex == "male").then(1), otherwise=2), 2),
    ],
)
def test_the_answer_for_nobody(series, answer):
    assert nobody.answer(series.node_) == answer
