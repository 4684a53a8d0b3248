"""Each mistake that only a database shows is told before anything runs: what, and where in
the site's own file it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.mappings import written
from cohort_dsl.mappings.conversions import misfit
from cohort_dsl.mappings.physical import Family, LackingError
from cohort_dsl.mappings.report import Status
from cohort_dsl.mappings.written import Written
from cohort_dsl.model.types import Kind
from cohort_dsl.tables.contract import deaths, patients
from tests.an_omop import built, settings

TABLES = {
    "person": "person_id BIGINT, born DATE, sex VARCHAR, died INTEGER",
    "death": "person_id BIGINT, died DATE, cause VARCHAR",
}
OURS = """\
format: mapping
version: 1
name: ours
people: {table: person, patient_id: person_id}
tables:
  # born is a date
  patients:
    from: person
    patient_id: person_id
    columns:
      date_of_birth: born
      sex: sex
      date_of_death:
  deaths:
    from: death
    patient_id: person_id
    columns:
      date: died
      cause_code: cause
      cause_vocabulary:
"""


def opened(folder: Path, text: str) -> Any:
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    rows = {"person": [{"person_id": 1, "born": "1950-01-01", "died": 20200101}]}
    path = built(folder / "w.duckdb", rows, TABLES)
    return warehouses.open(settings(path, mapping=str(folder / "ours.yaml")))


def everything() -> Any:
    dataset = create_dataset()
    dataset.define_population(patients.date_of_birth.is_not_null())
    dataset.died, dataset.cause = deaths.date, deaths.cause_code
    dataset.death = patients.date_of_death
    return question_of(dataset)


WRONG = [
    (
        "cause_code: cause",
        "cause_code: causes",
        "deaths.cause_code isn't served: the table death has no column causes (it has "
        "cause) (ours.yaml, line 19)",
    ),
    (
        "from: death",
        "from: deaths",
        "deaths isn't served: the database has no table deaths (it has death) "
        "(ours.yaml, line 15)",
    ),
    (
        "date: died",
        "date: dead",
        "deaths.date isn't served: the table death has no column dead (it has "
        "died) (ours.yaml, line 18)",
    ),
    (
        "date_of_death:\n",
        "date_of_death: died\n",
        "patients.date_of_death isn't served: its type doesn't fit: died holds numbers, "
        "and a date can't be read of them (ours.yaml, line 13)",
    ),
    (
        "patient_id: person_id}",
        "patient_id: person}",
        "nobody's rows are served: the table person has no column person (it has "
        "person_id) (ours.yaml, lines 4 and 8)",
    ),
    (
        "    from: death\n    patient_id: person_id",
        "    from: death\n    patient_id: who",
        "deaths isn't served: the table death has no column who (ours.yaml, line 16)",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_it_is_refused_with_its_line_before_anything_is_asked(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in OURS
    with opened(tmp_path, OURS.replace(right, wrong)) as warehouse:
        with pytest.raises(WarehouseError) as refused, warehouse.ask(everything()):
            pytest.fail("it was asked")
        assert told in refused.value.problem
        report = warehouse.check(date(2026, 1, 1))
    assert not report.ok
    where = told.partition(": ")[2].partition("(ours")[2]
    missing = [line for line in report.lines() if f"(ours{where}" in line]
    assert missing


OTHER = "  deaths:\n    like: core.ons_deaths\n  core.ons_deaths:\n    like: deaths\n"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("      sex: sex", "      sexe: sex", "line 12: patients has no column sexe (did"),
        ("    patient_id: person_id\n    columns:\n      date:",
         "    columns:\n      date:",
         "line 14: 'deaths' has no 'patient_id'"),
        (OURS[OURS.index("  deaths:"):], OTHER,
         "line 17: 'like: deaths' comes back to itself: deaths → core.ons_deaths → deaths"),
    ],
)  # fmt: skip
def test_what_the_file_alone_shows_is_told_without_a_database(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in OURS
    with pytest.raises(WarehouseError) as refused:
        opened(tmp_path, OURS.replace(right, wrong))
    assert refused.value.where.endswith("ours.yaml")
    assert told in refused.value.problem


def test_a_mapping_that_is_right_is_answered(tmp_path: Path) -> None:
    with opened(tmp_path, OURS) as warehouse:
        with warehouse.ask(everything()) as rows:
            assert [batch.num_rows for batch in rows.reveal()] == [1]
        found = [f for table in warehouse.check().tables for f in table.findings]
        assert Status.MISSING in {one.status for one in found}  # the contract's others


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("kind", Kind)
def test_only_what_can_never_be_read_does_not_fit(family: Family, kind: Kind) -> None:
    """Of a text, or of a type that nobody knows, some values may well be."""
    days = (Family.DATE, Family.TIME, Family.MOMENT)
    numbers = (Family.WHOLE, Family.NUMBER, Family.DECIMAL)
    never = (kind is Kind.DATE and family in numbers) or (
        kind in (Kind.INT, Kind.FLOAT) and family in days
    )
    assert bool(misfit(family, kind)) is never


@pytest.mark.parametrize(
    ("text", "table", "told"),
    [
        ("a: x\n", "", "line 1"),
        ("a: x\n\nb: X\n# x\n", "", "lines 1 and 3"),
        ("x\nx\nx\nx\n", "", "lines 1, 2, 3 …"),
        ("t:\n  a:\n    b: x\n  c:\n    d: x\n", "c", "line 5"),
        ("t:\n  a: {b: x}\n  c: {d: y}\n", "c", "line 2"),  # not within: anywhere
        ("a: xx\nb: t.x\n", "", ""),
    ],
)
def test_a_name_is_found_where_it_stands(text: str, table: str, told: str) -> None:
    where = f" (f.yaml, {told})" if told else ""
    error = LackingError("none", named="x")
    assert Written("f.yaml", text).told(error, table) == f"none{where}"
    assert written.NOWHERE.told(error, table) == "none"
    assert Written("f.yaml", text).told(LackingError("none")) == "none"
