"""Tables on offer that are parts of one physical table: it is read once for all of them."""

from __future__ import annotations

from typing import Any

import pytest

from cohort_dsl import create_dataset, days, plan
from cohort_dsl.load import question_of
from cohort_dsl.plan import told
from cohort_dsl.plan.steps import Gather, Plan
from cohort_dsl.tables.contract import (
    clinical_events,
    diagnoses,
    lab_results,
    patients,
    visits,
)

FACTS = {"facts": {"diagnoses": 1, "lab_results": 1, "clinical_events": 3}}
ASTHMA = diagnoses.where(diagnoses.code.is_in(["J45", "J46"]))
HIGH = lab_results.where(lab_results.code == "718-7").where(lab_results.numeric_value > 9)
BORN = patients.date_of_birth.is_not_null()


def planned(population: Any = BORN, **variables: Any) -> Plan:
    dataset = create_dataset()
    dataset.define_population(population)
    events = variables.pop("events", {})
    for name, series in variables.items():
        dataset.add_column(name, series)
    for name, columns in events.items():
        dataset.add_event_table(name, **columns)
    return plan.build(question_of(dataset), ["patients"], shared=FACTS)


def gathered(built: Plan) -> list[Gather]:
    return [step for step in built.steps if isinstance(step, Gather)]


def test_what_is_asked_of_two_tables_is_one_reading_of_the_facts() -> None:
    built = planned(n=ASTHMA.count_for_patient(), m=HIGH.count_for_patient())
    assert built.scans() == {"patients": 1, "facts": 1}


def test_before_and_after_the_population_they_are_read_once_each() -> None:
    first = ASTHMA.sort_by(ASTHMA.date).first_for_patient()
    built = planned(
        ASTHMA.exists_for_patient() & HIGH.exists_for_patient() & BORN,
        day=first.date,
        n=HIGH.where(HIGH.date > first.date).count_for_patient(),
        all=clinical_events.count_for_patient(),
        visits=visits.count_for_patient(),
        events={"results": {"date": HIGH.date, "value": HIGH.numeric_value}},
    )
    assert built.scans() == {"patients": 1, "visits": 1, "facts": 2}
    assert [step.within_population for step in gathered(built)] == [False, True]


def test_a_table_that_reads_the_facts_several_times_reads_them_once() -> None:
    assert planned(n=clinical_events.count_for_patient()).scans()["facts"] == 1


def test_one_reading_alone_is_left_as_it_is() -> None:
    built = planned(n=ASTHMA.count_for_patient())
    assert built.scans() == {"patients": 1, "diagnoses": 1}
    assert not gathered(built)


def test_two_readings_of_all_rows_are_left_as_they_are() -> None:
    """A copy of all rows is as long as what it is a copy of."""
    every = diagnoses.count_for_patient()
    assert not gathered(planned(n=every, m=lab_results.count_for_patient()))
    assert gathered(planned(n=every, m=HIGH.count_for_patient()))


def test_only_rows_that_somebody_looks_for_are_gathered() -> None:
    coughs = diagnoses.where(diagnoses.code == "R05")
    built = planned(
        n=ASTHMA.count_for_patient(),
        cough=coughs.sort_by(coughs.date).first_for_patient().date,
        m=HIGH.count_for_patient(),
    )
    [step] = gathered(built)
    found = {one.table.name: one for one in step.asked}
    [listed] = found["diagnoses"].among or ()
    assert listed.values == {"J45", "J46", "R05"}  # type: ignore[attr-defined]
    assert found["lab_results"].columns == ("code", "numeric_value")


def test_where_anybody_looks_at_all_rows_all_are_gathered() -> None:
    built = planned(
        n=ASTHMA.count_for_patient(),
        any=diagnoses.exists_for_patient(),
        m=HIGH.count_for_patient(),
    )
    [step] = gathered(built)
    assert {one.table.name: one.among is None for one in step.asked} == {
        "diagnoses": True,
        "lab_results": False,
    }


def test_who_is_mentioned_is_gathered_with_the_rest() -> None:
    """The population is among the patients of the tables that it mentions."""
    built = planned(lab_results.exists_for_patient() & ~ASTHMA.exists_for_patient())
    assert built.scans() == {"facts": 1}


@pytest.mark.parametrize(
    "asked",
    [
        ASTHMA.where(ASTHMA.date.is_in(HIGH.date)).exists_for_patient(),
        ASTHMA.date.episodes_for_patient(days(7)).start_date.maximum_for_patient(),
        ASTHMA.union(HIGH).count_for_patient(),
        HIGH.sort_by(HIGH.date).first_for_patient().numeric_value,
        diagnoses.where(
            lab_results.as_of(diagnoses.date, start=lab_results.date).numeric_value > 3
        ).count_for_patient(),
    ],
)
def test_frames_made_of_the_facts_read_what_was_gathered(asked: Any) -> None:
    built = planned(a=asked, m=HIGH.count_for_patient(), n=ASTHMA.count_for_patient())
    assert built.scans() == {"patients": 1, "facts": 1}


def test_it_is_told_in_words() -> None:
    built = planned(
        n=ASTHMA.count_for_patient(),
        m=HIGH.count_for_patient(),
        events={"results": {"date": HIGH.date}},
    )
    says = told.told(built)
    step = next(one for one in says if one.kind == "Gather")
    assert step.sentence == "Reads facts once for all tables whose rows are there:"
    assert step.serves == ("n", "m", "event table results")
    assert [one.split(" where ")[0] for one in step.details] == ["diagnoses", "lab_results"]
    assert any(f"as gathered in step {step.number}" in one.sentence for one in says)
