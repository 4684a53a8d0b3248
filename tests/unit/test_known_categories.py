"""Where a question names all values of a variable, they are known before it is asked."""

from __future__ import annotations

import pytest

from cohort_dsl import case, create_dataset, when
from cohort_dsl.load import question_of
from cohort_dsl.model.categories import MOST, categories
from cohort_dsl.tables.contract import SEXES, lab_results, patients

BORN = patients.date_of_birth
OLD, YOUNG = BORN.is_before("1950-01-01"), BORN.is_after("2000-01-01")
UNIT = lab_results.sort_by(lab_results.date).first_for_patient().unit


def known(**variables):
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    for name, series in variables.items():
        dataset.add_column(name, series)
    found = question_of(dataset).variables
    return [categories(found[name]) for name in variables]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (patients.sex, SEXES),
        (case(when(OLD).then("z"), when(YOUNG).then("a"), otherwise="m"), ("z", "a", "m")),
        (case(when(OLD).then("z"), when(YOUNG).then("z")), ("z",)),
        (patients.sex.map_values({"male": "m", "female": "f"}), ("m", "f")),
        (patients.sex.map_values({"male": "m", "female": None}, default="u"), ("m", "u")),
        (patients.sex.map_values({"male": "m"}, default=patients.sex), ("m", *SEXES)),
        (patients.sex.map_values({"male": "m"}, default=UNIT), ()),
        (patients.sex.map_values({"male": 1}), ()),
        (patients.sex.when_null_then("none"), ("none", *SEXES)),
        (when(OLD).then(patients.sex).otherwise("young"), (*SEXES, "young")),
        (UNIT, ()),
        (when(OLD).then("old").otherwise(lab_results.unit.minimum_for_patient()), ()),
        (BORN.year, ()),
        (case(when(OLD).then(1), otherwise=2), ()),
    ],
)
def test_values_are_known_in_the_order_in_which_they_are_named(series, expected):
    assert known(x=series) == [expected]


def test_no_list_is_endless():
    many = {str(n): f"c{n}" for n in range(MOST + 1)}
    assert known(x=UNIT.map_values(many)) == [()]
