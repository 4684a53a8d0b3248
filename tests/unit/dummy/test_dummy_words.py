"""A condition that can't be met is named in words near those it was written in."""

import pytest

from cohort_dsl import days
from cohort_dsl.model.words import words
from cohort_dsl.tables.contract import diagnoses, patients

some = diagnoses.where(diagnoses.code.is_in(["a", "b", "c", "d"]))
pick = some.sort_by(diagnoses.date).first_for_patient()

TOLD = {
    "patients.sex == male": patients.sex == "male",
    "diagnoses.where(…) exists": some.exists_for_patient(),
    "count(diagnoses.where(…))": some.count_for_patient(),
    "first of diagnoses.where(…).date < patients.date_of_birth + days(7)": pick.date
    < patients.date_of_birth + days(7),
    "(first of diagnoses.where(…).date - patients.date_of_birth).years": (
        pick.date - patients.date_of_birth
    ).years,
    "first of diagnoses.where(…).code is in [a, b, c, …]": pick.code.is_in(
        ["a", "b", "c", "d"]
    ),
    "is_null(patients.date_of_death)": patients.date_of_death.is_null(),
    "patients.sex starts with fem": patients.sex.starts_with("fem"),
    "first 2 characters of patients.sex is in [fe, ma]": (
        patients.sex.starts_with_any_of(["fe", "ma"])
    ),
    "first but 2 of diagnoses.code == a": (
        diagnoses.sort_by(diagnoses.date).nth_for_patient(3).code == "a"
    ),
    "patients.sex contains any of [a, b, c, …]": patients.sex.contains_any_of(list("dcba")),
    "patients.sex mapped [male to 1, female to 0]": (
        patients.sex.map_values({"male": 1, "female": 0})
    ),
    "diagnoses.code mapped [a to A, b to B, c to C, …]": (
        diagnoses.code.map_values({letter: letter.upper() for letter in "abcd"})
    ),
    "patients.sex contains ale": patients.sex.contains("ale"),
}


@pytest.mark.parametrize("told", TOLD)
def test_a_condition_in_words(told):
    assert words(TOLD[told].node_) == told


def test_what_lies_deep_is_left_out():
    number = patients.date_of_birth.year
    for _ in range(30):
        number = number + 1
    assert words(number.node_).startswith("…")
