"""Dummy records keep what a table promises of its columns, whatever a query asks."""

from __future__ import annotations

import datetime
import re
from datetime import date

import pytest

from cohort_dsl import create_dataset
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language.dataset import query_of
from cohort_dsl.tables import Constraint, EventFrame, PatientFrame, Series, table
from cohort_dsl.tables.contract import diagnoses, patients
from dummy_data import generate

TODAY = date(2026, 1, 1)


@table
class people(PatientFrame):
    born = Series(datetime.date, constraints=[Constraint.FirstOfMonth, Constraint.NotNull])
    nhs_like = Series(str, constraints=[Constraint.Regex(r"[A-Z]{2}[0-9]{3}")])
    rank = Series(int, constraints=[Constraint.ClosedRange(0, 90, 10)])
    share = Series(float, constraints=[Constraint.NonNegative()])
    group = Series(str, constraints=[Constraint.Categorical(["a", "b"])])


@table
class stays(EventFrame):
    number = Series(int, constraints=[Constraint.Unique(), Constraint.NotNull()])
    name = Series(str, constraints=[Constraint.Unique()])
    token = Series(str, constraints=[Constraint.Unique(), Constraint.Regex("[a-z]{6}")])
    begun = Series(datetime.date)
    ended = Series(datetime.date, constraints=[Constraint.DateAfter(["begun"])])
    billed = Series(
        datetime.date,
        constraints=[Constraint.DateAfter("ended"), Constraint.FirstOfMonth()],
    )


def made(population, constraint=None, size=60):
    dataset = create_dataset()
    dataset.define_population(population)
    dataset.n = stays.count_for_patient()
    dataset.configure_dummy_data(
        population_size=size, additional_population_constraint=constraint
    )
    query = query_of(dataset)
    tables = generate(query, size=size, seed=1, reference_date=TODAY)
    return {name: found.to_pylist() for name, found in tables.items()}


POPULATIONS = {
    "anybody": people.exists_for_patient(),
    "born after a day": people.born.is_after("2001-05-17"),
    "born before a day": people.born.is_before("1980-02-10"),
    "of a rank": people.rank > 33,
    "of a text": people.nhs_like != "AA000",
    "of a share": people.share < 1,
    "not of a group": people.group != "a",
    "a stay begun late": people.exists_for_patient()
    & stays.where(stays.begun > "2025-06-01").exists_for_patient(),
    "a stay ended early": people.exists_for_patient()
    & stays.where(stays.ended < "2016-03-01").exists_for_patient(),
    "a stay billed late": people.exists_for_patient()
    & stays.where(stays.billed > "2025-09-15").exists_for_patient(),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_every_value_keeps_the_promises_of_its_column(name):
    tables = made(POPULATIONS[name])
    for row in tables["people"]:
        assert row["born"].day == 1
        assert row["rank"] is None or row["rank"] in range(0, 91, 10)
        assert row["share"] is None or row["share"] >= 0
        assert row["group"] in (None, "a", "b")
        assert row["nhs_like"] is None or re.fullmatch("[A-Z]{2}[0-9]{3}", row["nhs_like"])
    for row in tables["stays"]:
        dates = [row[n] for n in ("begun", "ended", "billed") if row[n] is not None]
        assert row["ended"] is None or dates == sorted(dates)
        assert row["billed"] is None or row["billed"].day == 1
    for column in ("number", "name", "token"):
        values = [r[column] for r in tables["stays"] if r[column] is not None]
        assert len(values) == len(set(values)) > 10


@pytest.mark.parametrize(
    "population",
    [people.born.is_null(), people.rank > 95, people.group.contains("c"), people.share < 0],
)
def test_a_population_against_the_promises_is_told_as_impossible(population):
    with pytest.raises(DefinitionError, match="no dummy patient could be made"):
        made(population & people.exists_for_patient())


def test_a_pattern_of_too_few_texts_can_not_be_unique():
    @table
    class narrow(EventFrame):
        code = Series(str, constraints=[Constraint.Unique(), Constraint.Regex("[ab]")])

    with pytest.raises(DefinitionError, match=r"narrow\.code has too few different"):
        made(narrow.exists_for_patient())


def test_what_is_wished_of_dummy_patients_holds_for_all_in_the_population():
    tables = made(patients.sex == "female", diagnoses.where(True).count_for_patient() == 3)
    women = {r["patient_id"] for r in tables["patients"] if r["sex"] == "female"}
    counts = [r["patient_id"] for r in tables["diagnoses"]]
    assert sum(counts.count(one) == 3 for one in women) >= 60
