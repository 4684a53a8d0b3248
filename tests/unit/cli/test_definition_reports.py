"""What `strongroom check` says of a definition that it found right."""

from __future__ import annotations

from cli.commands.study import _asked, _counted
from cohort_dsl import create_dataset, create_measures, months
from cohort_dsl.load import question_of
from cohort_dsl.tables.contract import patients

KNOWN = patients.sex.is_not_null()


def test_a_dataset_is_told_by_its_variables():
    dataset = create_dataset()
    dataset.define_population(KNOWN)
    dataset.sex = patients.sex
    assert _counted(question_of(dataset)) == "1 variables"
    assert _asked(question_of(dataset)) == {"variables": ["sex"]}
    dataset.define_periods(months(2).starting_on("2024-01-01"))
    assert _counted(question_of(dataset)) == "1 variables in 2 periods"


def test_measures_are_told_by_their_names():
    measures = create_measures()
    in_2024 = months(12).starting_on("2024-01-01")
    measures.define_defaults(denominator=KNOWN, intervals=in_2024)
    measures.define_measure("women", patients.sex == "female")
    measures.define_measure("men", patients.sex == "male")
    assert _counted(question_of(measures)) == "2 measures in 12 intervals"
    assert _asked(question_of(measures)) == {"measures": ["women", "men"]}
