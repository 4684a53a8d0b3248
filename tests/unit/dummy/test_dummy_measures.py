"""Dummy patients for measures and periods: somebody to count in each of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import dummy_data
from cohort_dsl import INTERVAL, create_dataset, create_measures, load, months, years
from cohort_dsl.errors import DefinitionError
from cohort_dsl.tables.contract import diagnoses, patients
from cohort_dsl.warehouses.duckdb import from_rows
from dummy_data.parts import MOST_INTERVALS, MOST_PARTS, parts, whole

SEEN = diagnoses.where(diagnoses.date.is_during(INTERVAL))
ADULT = patients.age_on(INTERVAL.start_date) >= 18


def made(question: Any, size: int = 60) -> Any:
    day = date(2026, 1, 1)
    return dummy_data.generate(question, size=size, seed=7, reference_date=day)


def measures_of(**measure: Any) -> Any:
    measures = create_measures()
    measures.define_measure("m", **measure)
    return load.question_of(measures)


def counted(question: Any, size: int = 60) -> list[dict[str, Any]]:
    schemas = {schema.name: schema for schema in question.tables()}
    with from_rows(made(question, size), schemas) as warehouse:
        answer = warehouse.measure(question)
        return [row for batch in answer.reveal() for row in batch.to_pylist()]


def test_every_interval_has_somebody_of_both_numbers():
    question = measures_of(
        numerator=SEEN.exists_for_patient(),
        denominator=ADULT,
        group_by={"sex": patients.sex},
        intervals=months(4).starting_on("2022-01-01"),
    )
    rows = counted(question)
    by_start: dict[date, list[int]] = {}
    for row in rows:
        totals = by_start.setdefault(row["interval_start"], [0, 0])
        totals[0] += row["numerator"]
        totals[1] += row["denominator"]
    assert len(by_start) == 4
    assert all(some > 0 and some < all_ for some, all_ in by_start.values())


def test_a_count_of_rows_may_be_the_denominator():
    question = measures_of(
        numerator=patients.sex == "female",
        denominator=SEEN.count_for_patient(),
        intervals=years(1).starting_on("2022-01-01"),
    )
    [row] = counted(question, 20)
    assert row["denominator_patients"] >= 20


def test_the_same_question_gives_the_same_patients():
    question = measures_of(
        numerator=SEEN.exists_for_patient(),
        denominator=ADULT,
        intervals=years(2).starting_on("2021-01-01"),
    )
    assert made(question) == made(question)


def test_what_cannot_be_is_left_out_as_long_as_something_can():
    nobody = (patients.sex == "female") & (patients.sex == "male")
    question = measures_of(
        numerator=nobody,
        denominator=patients.sex.is_not_null(),
        intervals=years(1).starting_on("2022-01-01"),
    )
    [row] = counted(question, 10)
    assert (row["numerator"], row["denominator"] >= 10) == (0, True)
    with pytest.raises(DefinitionError, match="no dummy patient could be made"):
        made(
            measures_of(
                numerator=patients.sex == "female",
                denominator=nobody,
                intervals=years(1).starting_on("2022-01-01"),
            )
        )


def test_a_dataset_of_periods_has_patients_in_early_and_late_ones():
    dataset = create_dataset()
    dataset.define_periods(years(3).starting_on("2020-01-01"))
    dataset.define_population(SEEN.exists_for_patient())
    question = load.question_of(dataset)
    starts = made(question, 9)["diagnoses"].column("date").to_pylist()
    assert {2020, 2021, 2022} <= {day.year for day in starts if day}


def test_many_intervals_and_measures_are_looked_at_here_and_there():
    measures = create_measures()
    measures.define_defaults(
        denominator=ADULT, intervals=months(60).ending_on("2024-12-31")
    )
    for number in range(9):
        measures.define_measure(f"m{number}", SEEN.count_for_patient() > number)
    found = parts(load.question_of(measures))
    assert len(found) == MOST_PARTS
    populations = {one.population for one in found}
    assert len(populations) > MOST_INTERVALS
    assert len(whole(found).variables) <= 9 * MOST_INTERVALS
