"""Tables: how they are declared, and those on offer."""

from __future__ import annotations

import copy
import datetime

import pytest

from cohort_dsl import create_dataset
from cohort_dsl.codes import ICD10MultiCodeString, SNOMEDCTCode
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model import types
from cohort_dsl.model.types import Column
from cohort_dsl.tables import (
    Constraint,
    EventFrame,
    PatientFrame,
    Series,
    contract,
    core,
    table,
)
from cohort_dsl.testing import evaluate

NotNull, NonNegative = Constraint.NotNull, Constraint.NonNegative


def test_a_declared_table_has_its_classes_columns_and_its_parents():
    class Dated(EventFrame):
        date = Series(datetime.date, "When  it\n was.", constraints=[Constraint.NotNull])

    @table
    class visits(Dated):
        kind = Series(str, constraints=[Constraint.Categorical(["in", "out"])])
        codes = Series(ICD10MultiCodeString)

    schema = visits.node_.schema
    assert schema.name == "visits"
    assert not schema.one_row_per_patient
    assert schema.columns == (
        Column("date", types.DATE, not_null=True),
        Column("kind", types.STR, categories=("in", "out")),
        Column("codes", types.codes("icd10")),
    )
    assert schema.column("date").description == "When it was."


def test_frames_take_attributes_and_can_be_keys():
    @table
    class e(EventFrame):
        date = Series(datetime.date)

    e.start = e.date
    assert {e: e.start}[e].node_ == e.date.node_
    assert copy.copy(e).date.node_ == e.date.node_


def test_what_a_column_promises_is_told_in_words():
    @table
    class t(EventFrame):
        begun = Series(datetime.date)
        ended = Series(
            datetime.date,
            constraints=[Constraint.DateAfter(["begun"]), Constraint.FirstOfMonth],
        )
        kind = Series(
            str, constraints=[Constraint.Categorical("ab"), Constraint.Unique, NotNull]
        )
        text = Series(str, constraints=[Constraint.Regex("[a-z]+")])
        rank = Series(int, constraints=[Constraint.ClosedRange(0, 90, 10), NonNegative])
        share = Series(float, constraints=[NonNegative])

    columns = {c.name: "; ".join(c.promised()) for c in t.node_.schema.columns}
    assert columns == {
        "begun": "",
        "ended": "first of a month; no earlier than begun",
        "kind": "never missing; one of a, b; each value once",
        "text": "matches [a-z]+",
        "rank": "at least 0; at most 90; in steps of 10",
        "share": "at least 0",
    }


def test_frames_are_the_same_only_if_they_are_one():
    assert core.patients == core.patients
    assert core.patients != contract.patients
    assert core.patients in [core.patients]


@pytest.mark.parametrize(
    ("declare", "problem"),
    [
        (lambda: Series(list), "list is no type for a column"),
        (lambda: Series("int"), "int is no type for a column"),
        (lambda: Series(Series(int)), "a column's type is a column"),
        (lambda: Series(int, constraints=[NotNull, NotNull]), "constraint NotNull twice"),
        (lambda: Series(int, constraints=["unique"]), '"unique" is no constraint'),
        (lambda: table(type("t", (), {})), "@table needs a class of PatientFrame"),
        (
            lambda: table(type("t", (EventFrame,), {"where": Series(int)})),
            "where is a method",
        ),
        (lambda: _one_column("patient_id"), "patient_id can't name a column of t"),
        (lambda: _one_column("été"), "été can't name a column of t"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(declare, problem):
    with pytest.raises(DefinitionError, match=problem):
        declare()


def _one_column(name: str) -> object:
    column = Series(int)
    column.__set_name__(EventFrame, name)
    return table(type("t", (EventFrame,), {name: column}))


@pytest.mark.parametrize("tables", [contract, core])
def test_the_schemas_on_offer_are_those_of_the_modules_tables(tables):
    declared = {
        value.node_.schema.name: value.node_.schema
        for value in vars(tables).values()
        if isinstance(value, PatientFrame | EventFrame)
    }
    assert dict(tables.SCHEMAS) == declared


def test_core_tables_keep_their_short_names_apart_from_the_contracts():
    assert not set(core.SCHEMAS) & set(contract.SCHEMAS)
    assert {name.removeprefix("core.") for name in core.SCHEMAS} == {
        "patients",
        "practice_registrations",
        "ons_deaths",
        "clinical_events",
        "medications",
    }


def test_codes_stand_beside_their_vocabulary_in_the_contract_tables():
    for schema in contract.SCHEMAS.values():
        names = [column.name for column in schema.columns]
        assert ("code" in names) == ("vocabulary" in names)
        if "code" in names:
            assert schema.column("code").type == types.STR
    assert core.SCHEMAS["core.clinical_events"].column("snomedct_code").type == (
        SNOMEDCTCode.value_type()
    )


DAY = datetime.date(2024, 6, 15)
PERSON = {"patient_id": 1, "sex": "female", "date_of_birth": datetime.date(2000, 6, 16)}


@pytest.mark.parametrize("tables", [contract, core])
@pytest.mark.parametrize(
    ("died", "alive"),
    [(None, True), (DAY, False), (DAY + datetime.timedelta(days=1), True)],
)
def test_helpers_of_patients_know_age_and_life(tables, died, alive):
    dataset = create_dataset()
    dataset.define_population(tables.patients.exists_for_patient())
    dataset.age = tables.patients.age_on(DAY)
    dataset.alive = tables.patients.is_alive_on("2024-06-15")
    name = tables.patients.node_.schema.name
    rows = {name: [PERSON | {"date_of_death": died}]}
    assert evaluate(dataset, rows, engine="reference") == [
        {"patient_id": 1, "age": 23, "alive": alive}
    ]


def test_the_registration_on_a_day_is_the_latest_begun_then_the_longest():
    regs = core.practice_registrations
    dataset = create_dataset()
    dataset.define_population(regs.exists_for_patient())
    dataset.practice = regs.for_patient_on("2024-06-15").practice_pseudo_id
    dataset.registered = regs.exists_for_patient_on("2024-06-15")
    begun, ended = datetime.date(2020, 1, 1), datetime.date(2024, 6, 15)

    def row(patient, start, end, practice):
        return {
            "patient_id": patient,
            "start_date": start,
            "end_date": end,
            "practice_pseudo_id": practice,
        }

    rows = [
        row(1, begun, None, 1),
        row(1, begun, ended, 2),
        row(2, begun, ended, 3),
        row(3, begun, ended - datetime.timedelta(days=1), 4),
        row(4, ended, None, 5),
        row(4, begun, None, 6),
    ]
    found = evaluate(dataset, {"core.practice_registrations": rows}, engine="reference")
    assert [(one["practice"], one["registered"]) for one in found] == [
        (1, True),
        (3, True),
        (None, False),
        (5, True),
    ]


def test_any_cause_of_death_counts():
    deaths = core.ons_deaths
    dataset = create_dataset()
    dataset.define_population(deaths.exists_for_patient())
    dataset.heart = deaths.cause_of_death_is_in(["I21", "I219"])
    dataset.dead = core.patients.is_dead_on("2024-06-15")
    rows = {
        "core.ons_deaths": [
            {"patient_id": 1, "underlying_cause_of_death": "I219"},
            {"patient_id": 2, "cause_of_death_15": "I21"},
        ],
        "core.patients": [PERSON | {"date_of_death": DAY}],
    }
    assert evaluate(dataset, rows, engine="reference") == [
        {"patient_id": 1, "heart": True, "dead": True},
        {"patient_id": 2, "heart": True, "dead": False},
    ]


@pytest.mark.parametrize(
    ("died", "alive", "dead"),
    [
        (None, True, False),
        ("2024-06-16", True, False),
        ("2024-06-15", False, True),
        ("2024-06-14", False, True),
    ],
)
def test_everybody_is_either_alive_or_dead_on_a_day(died, alive, dead):
    """The day of death itself included: they died by the end of it."""
    dataset = create_dataset()
    dataset.define_population(core.patients.exists_for_patient())
    dataset.alive = core.patients.is_alive_on("2024-06-15")
    dataset.dead = core.patients.is_dead_on("2024-06-15")
    rows = {"core.patients": [PERSON | {"date_of_death": died}]}
    [found] = evaluate(dataset, rows, engine="reference")
    assert (found["alive"], found["dead"]) == (alive, dead)
