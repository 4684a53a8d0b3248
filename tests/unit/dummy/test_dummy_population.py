"""Dummy patients are in the population because their rows were made so, not by luck."""

from datetime import date

import pytest

from cohort_dsl import (
    case,
    create_dataset,
    days,
    load,
    maximum_of,
    minimum_of,
    weeks,
    when,
    years,
)
from cohort_dsl.codes import ICD10MultiCodeString
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.query import Query
from cohort_dsl.reference import answer
from cohort_dsl.tables import EventFrame, Series, table
from cohort_dsl.tables.contract import diagnoses, medications, patients
from dummy_data import generate

TODAY = date(2026, 1, 1)


def first(codes):
    return (
        diagnoses.where(diagnoses.code.is_in(codes))
        .sort_by(diagnoses.date)
        .first_for_patient()
    )


def a_query(population, **variables) -> Query:
    dataset = create_dataset()
    dataset.define_population(population)
    for name, series in variables.items():
        dataset.add_column(name, series)
    return load.question_of(dataset)


def members(query, tables):
    return answer(query, {name: table.to_pylist() for name, table in tables.items()})


@table
class stays(EventFrame):
    diagnoses = Series(ICD10MultiCodeString)


@table
class answers(EventFrame):
    yes = Series(bool)


ASKED = {
    "an order of events within days, among 65-year-olds": (
        (patients.age_on("2024-01-01") == 65)
        & (first(["a"]).date < first(["b"]).date)
        & (first(["b"]).date < first(["a"]).date + days(7))
    ),
    "a count of events": diagnoses.where(diagnoses.code == "a").count_for_patient() >= 5,
    "nothing of a kind": patients.exists_for_patient()
    & ~diagnoses.where(diagnoses.code == "a").exists_for_patient(),
    "one or the other": (patients.sex == "male") | (patients.date_of_birth > "2020-01-01"),
    "a number in a range": (medications.quantity.sum_for_patient() > 12.5)
    & (medications.quantity.sum_for_patient() < 13.5),
    "a window around another event": medications.where(
        medications.date.is_on_or_between(
            first(["a"]).date - days(3), first(["a"]).date + days(3)
        )
    ).exists_for_patient(),
    "a year and a month of birth": (patients.date_of_birth.year == 1950)
    & (patients.date_of_birth.month == 4),
    "an anniversary": first(["a"]).date == patients.date_of_birth + years(50),
    "a sum of numbers": medications.quantity.maximum_for_patient() + 2.0 > 400.0,
    "a difference of numbers": 500.0 - medications.quantity.maximum_for_patient() < 20.0,
    "a multiple": medications.days_supply.maximum_for_patient() * 3 >= 900,
    "a share": medications.quantity.maximum_for_patient() / 4.0 > 200.0,
    "a whole share": medications.days_supply.maximum_for_patient() // 30 == 12,
    "a second event": diagnoses.where(diagnoses.code == "a")
    .sort_by(diagnoses.date)
    .nth_for_patient(2)
    .date
    < "2020-01-01",
    "the last event but two": (
        diagnoses.sort_by(diagnoses.date).nth_for_patient(-3).code == "a"
    ),
    "a median": (medications.quantity.median_for_patient() > 300.0)
    & (medications.count_for_patient() >= 4),
    "a percentile": medications.days_supply.percentile_for_patient(90) == 77.0,
    "yes in any row": answers.yes.any_for_patient() & (answers.count_for_patient() > 2),
    "yes in all rows": answers.yes.all_for_patient() & (answers.count_for_patient() > 2),
    "not yes in all rows": ~answers.yes.all_for_patient(),
    "yes in no row": ~answers.yes.any_for_patient() & (answers.count_for_patient() > 2),
    "a square": medications.quantity.maximum_for_patient() ** 2.0 > 90_000.0,
    "a root": medications.quantity.maximum_for_patient() ** 0.5 > 18.0,
    "an inverse": medications.quantity.minimum_for_patient() ** -1.0 < 0.003,
    "a power of 2": 2 ** medications.days_supply.maximum_for_patient() == 2.0**40,
    "a number turned around": -medications.quantity.minimum_for_patient() < -300.0,
    "a number without its sign": medications.quantity.maximum_for_patient().absolute()
    > 300.0,
    "a number as a whole one": medications.quantity.maximum_for_patient().as_int() >= 300,
    "a whole number as a float": medications.days_supply.maximum_for_patient().as_float()
    >= 300.0,
    "the earlier of two dates": minimum_of(first(["a"]).date, first(["b"]).date)
    < "2016-01-01",
    "the later of two dates": maximum_of(first(["a"]).date, first(["b"]).date)
    > "2025-06-01",
    "a text that holds another": first(["a"]).source_code.contains("x-17"),
    "a code that begins so": first(["a"]).source_code.starts_with("I21"),
    "one that begins otherwise": (first(["a"]).code == "a")
    & ~first(["a"]).source_code.starts_with("source"),
    "a code that begins as one of several": first(["a"]).source_code.starts_with_any_of(
        ["I21", "K4", "K5"]
    ),
    "one that begins as none of several": (first(["a"]).code == "a")
    & ~first(["a"]).source_code.starts_with_any_of(["source", "I21"]),
    "a beginning and something within": first(["a"]).source_code.starts_with("I21")
    & first(["a"]).source_code.contains("x7"),
    "a text without another": (first(["a"]).code == "a")
    & ~first(["a"]).source_code.contains("code"),
    "a text that holds one of several": first(["a"]).source_code.contains_any_of(
        ["x-17", "x-18"]
    ),
    "a text that holds none of several": (first(["a"]).code == "a")
    & ~first(["a"]).source_code.contains_any_of(["code", "source"]),
    "codes of several in one text": stays.where(
        stays.diagnoses.contains_any_of(["I21", "J45"])
    ).exists_for_patient(),
    "different codes": diagnoses.code.count_distinct_for_patient() >= 4,
    "one value among others": first(["a"]).date.is_in(medications.date),
    "a choice": case(
        when(patients.sex == "male").then(1),
        when(patients.sex == "female").then(2),
        otherwise=0,
    )
    == 2,
    "what a value is mapped to": patients.sex.map_values({"male": 1, "female": 2}) == 2,
    "what no value is mapped to": (first(["a"]).code == "a")
    & (first(["a"]).source_code.map_values({"x": 1, "y": 2}, default=0) == 0),
    "a code of some category": first(["a"]).source_code.to_category(
        {f"{letter}{n}": f"category {n}" for letter in "ABC" for n in range(20)}
    )
    == "category 7",
    "a code of no category": diagnoses.where(diagnoses.code == "a")
    .where(diagnoses.source_code.to_category({"x": "y"}).is_null())
    .exists_for_patient(),
    "a code whose category is unknown": diagnoses.where(
        diagnoses.source_code.map_values({"x7": None}, default="y").is_null()
    ).exists_for_patient(),
    "a default that counts": first(["a"]).code.map_values(
        {"b": date(2000, 1, 1)}, default=first(["b"]).date
    )
    == date(2021, 4, 5),
    "the first of a month": first(["a"]).date.to_first_of_month() == "2024-03-01",
    "a day of the month": first(["a"]).date.day == 13,
    "months between": (first(["b"]).date - first(["a"]).date).months == 7,
    "weeks after": first(["b"]).date == first(["a"]).date + weeks(3),
    "no date at all": diagnoses.where(diagnoses.code == "a")
    .where(diagnoses.date.is_null())
    .exists_for_patient(),
    "not any of these codes": diagnoses.where(
        diagnoses.code.is_not_in(["a", "b"])
    ).exists_for_patient(),
    "exactly none": (diagnoses.where(diagnoses.code == "a").count_for_patient() == 0)
    & patients.exists_for_patient(),
    "not known to have died": patients.exists_for_patient()
    & patients.date_of_death.is_null(),
}


@pytest.mark.parametrize("population", ASKED.values(), ids=ASKED)
def test_exactly_as_many_patients_as_asked_for_are_in_the_population(population):
    query = a_query(population, sex=patients.sex)
    tables = generate(query, size=15, seed=7, reference_date=TODAY)
    assert len(members(query, tables)) == 15


def test_some_patients_are_outside_the_population():
    query = a_query(patients.sex == "female", sex=patients.sex)
    tables = generate(query, size=20, seed=7, reference_date=TODAY)
    assert tables["patients"].num_rows == 24


def test_variables_vary():
    query = a_query(
        patients.age_on("2024-01-01") >= 18,
        ill=first(["a"]).exists_for_patient(),
        sex=patients.sex,
    )
    found = members(query, generate(query, size=40, seed=1, reference_date=TODAY))
    assert {row["ill"] for row in found} == {True, False}
    assert {"female", "male"} <= {row["sex"] for row in found}


def test_what_cannot_be_names_the_condition():
    query = a_query(
        (patients.sex == "male")
        & (patients.date_of_birth > patients.date_of_birth + days(1)),
        sex=patients.sex,
    )
    with pytest.raises(DefinitionError) as refusal:
        generate(query, size=1, seed=1, reference_date=TODAY)
    assert "date_of_birth + days(1) < patients.date_of_birth" in refusal.value.problem
    assert refusal.value.where == "the population"


def test_no_dummy_record_is_from_the_future():
    query = a_query(first(["a"]).exists_for_patient(), day=first(["a"]).date)
    tables = generate(query, size=30, seed=3, reference_date=TODAY)
    days_recorded = [day for day in tables["diagnoses"]["date"].to_pylist() if day]
    assert max(days_recorded) <= TODAY
