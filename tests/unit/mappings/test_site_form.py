"""The form for a hospital's own tables: refused while it has blanks, and right without."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.extract import extract
from cohort_dsl.mappings import reading
from cohort_dsl.mappings.binding import State
from cohort_dsl.mappings.blanks import Blank, blanks
from cohort_dsl.tables.contract import diagnoses, lab_results, patients
from cohort_dsl.testing import query_of
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests import a_mapped_h2, a_site_warehouse
from tests.an_omop import rows_of

# Blanks --------------------------------------------------------------------------


def test_a_blank_is_found_wherever_it_stands_but_in_comments():
    text = (
        "# FILL_IN_NOTHING\n"
        "a: FILL_IN_A # FILL_IN_NOTHING\n"
        "FILL_IN_KEY: [x.FILL_IN_B, FILL_IN_B]\n"
        "b: >-\n"
        "  choose(FILL_IN_C,\n"
        "  {'FILL_IN_D': 1})\n"
        'c: "plain"\n'
    )
    assert blanks(text) == (
        Blank(2, "FILL_IN_A"), Blank(3, "FILL_IN_B"), Blank(3, "FILL_IN_KEY"),
        Blank(5, "FILL_IN_C"), Blank(6, "FILL_IN_D"),
    )  # fmt: skip


def test_the_form_is_read_and_its_blanks_are_what_the_stand_in_fills_in():
    form = reading.load("site")
    asked = {one.name.removeprefix("FILL_IN_") for one in form.blanks}
    assert asked == set(a_site_warehouse.NAMES)
    assert not reading.read(a_site_warehouse.filled(), "ours.yaml").blanks


def test_the_form_itself_is_refused_with_how_to_copy_it():
    with pytest.raises(WarehouseError, match="isn't filled in") as refused:
        warehouses.open({"engine": "duckdb", "database": "/none", "mapping": "site"})
    assert "strongroom warehouse template" in refused.value.remedy


def test_each_blank_is_named_with_its_line_before_anything_is_asked(tmp_path):
    file = tmp_path / "ours.yaml"
    left = a_site_warehouse.filled().replace("born_on", "FILL_IN_BIRTH_DATE")
    file.write_text(left)
    with pytest.raises(WarehouseError) as refused:
        warehouses.open({"engine": "duckdb", "database": "/none", "mapping": str(file)})
    lines = [n for n, text in enumerate(left.splitlines(), 1) if "FILL_IN_BIRTH" in text]
    both = ", ".join(map(str, lines))
    assert refused.value.problem == f"FILL_IN_BIRTH_DATE isn't filled in, in lines {both}"
    assert str(file) in refused.value.where
    assert "empty_tables" in refused.value.remedy


def test_no_mapping_can_be_like_the_form():
    with pytest.raises(WarehouseError, match="'like: site' must name a mapping"):
        reading.read("format: mapping\nversion: 1\nname: ours\nlike: site\n", "ours.yaml")


# Filled in -----------------------------------------------------------------------


@pytest.fixture(scope="module", params=["duckdb", "postgresql", "oracle"])
def hospital(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MappedWarehouse]:
    """Oracle is H2."""
    if request.param == "oracle":
        held = (a_site_warehouse.ROWS, a_site_warehouse.TABLES)
        text = a_site_warehouse.filled()
        with a_mapped_h2.opened(*held, text, a_site_warehouse.LACKS) as served:
            yield served
        return
    folder = tmp_path_factory.mktemp("hospital")
    server = request.param == "postgresql"
    place = request.getfixturevalue("postgres") if server else folder
    with a_site_warehouse.hospital(place, folder) as warehouse:
        yield warehouse


def day(month: int, day: int) -> date:
    return date(2024, month, day)


# Of those who didn't oppose: P4's rows are in the tables, and in no answer.
SERVED: dict[str, set[tuple[Any, ...]]] = {
    "patients": {
        ("P1", date(1950, 2, 3), "female", None),
        ("P2", date(1960, 7, 8), "male", day(3, 9)),
        ("P3", date(1970, 1, 1), "unknown", None),
        ("P5", date(1990, 1, 1), "male", None),
    },
    "visits": {
        ("P1", "10", day(1, 5), day(1, 9), "inpatient", "CARDIO"),
        ("P2", "20", day(3, 7), day(3, 9), "emergency", "URGENCES"),
        ("P3", "30", day(4, 1), None, "outpatient", "CONSULT"),
    },
    "diagnoses": {
        ("P1", day(1, 5), None, "I219", "CIM10", "I219", "principal", "10"),
        ("P1", day(1, 5), None, "E11", "CIM10", "E11", "associated", "10"),
    },
    "procedures": {("P1", day(1, 5), "DDAF007", "CCAM", "DDAF007", "10")},
    "medications": {
        ("P1", day(1, 9), None, "B01AC06", "ATC", "Aspirine", "prescribed", 75.0, None,
         "10"),
        ("P1", day(1, 9), None, "B01AC06", "ATC", "Aspirine", "administered", 75.0, None,
         "10"),
    },
    "lab_results": {
        ("P1", day(1, 6), "718-7", "LOINC", "Hb", 11.5, None, None, "g/dL", 12.0, 16.0,
         "10"),
        ("P1", day(1, 6), "10839-9", "LOINC", "Troponine", None, None, "hémolysé", "ng/L",
         None, None, "10"),
        ("P2", day(3, 8), "10839-9", "LOINC", "Troponine", 5.0, "<", None, "ng/L", None,
         34.0, "20"),
    },
    "documents": {
        ("P1", day(1, 5), "PMSI", "Codage", None, "10"),
        ("P1", day(1, 6), "LABO", "Biologie", None, "10"),
        ("P1", day(1, 9), "CR", "Compte rendu", "Suites simples.", "10"),
        ("P2", day(3, 8), "LABO", "Biologie", None, "20"),
    },
    "deaths": {("P2", day(3, 9), None, None)},
    "registrations": {
        ("P1", day(1, 5), day(1, 9), None), ("P2", day(3, 7), day(3, 9), None),
        ("P3", day(4, 1), day(4, 1), None),
    },
    "addresses": {
        ("P1", None, None, "35000", "Rennes", None),
        ("P3", None, None, "56000", "Vannes", None),
        ("P5", None, None, "29000", "Quimper", None),
    },
    "clinical_events": {
        ("P1", day(1, 5), "I219", "CIM10", None), ("P1", day(1, 5), "E11", "CIM10", None),
        ("P1", day(1, 5), "DDAF007", "CCAM", None),
        ("P1", day(1, 6), "718-7", "LOINC", 11.5),
        ("P1", day(1, 6), "10839-9", "LOINC", None),
        ("P2", day(3, 8), "10839-9", "LOINC", 5.0),
    },
    "core.patients": {
        ("P1", date(1950, 2, 1), "female", None),
        ("P2", date(1960, 7, 1), "male", day(3, 9)),
        ("P3", date(1970, 1, 1), "unknown", None), ("P5", date(1990, 1, 1), "male", None),
    },
    "core.ons_deaths": {("P2", day(3, 9), *[None] * 17)},
}  # fmt: skip


def test_the_stand_in_is_served_whole(hospital):
    tables = hospital.bound.tables
    served = {name for name, t in tables.items() if t.served.state is State.SERVED}
    assert served == set(SERVED)
    for name, wanted in SERVED.items():
        rows = [tuple(a_mapped_h2.days(row).values()) for row in rows_of(hospital, name)]
        assert {row for row in rows if row[0] != "P4"} == wanted, name
    report = hospital.check(datetime.date(2025, 1, 1))
    assert report.ok


def test_a_study_never_sees_who_opposed(hospital, tmp_path):
    """P1 and P4 had the diagnosis; P4 said no."""
    dataset = create_dataset()
    dataset.define_population(
        diagnoses.where(diagnoses.code == "I219").exists_for_patient()
    )
    dataset.age = patients.age_on("2024-01-01")
    haemoglobin = lab_results.where(lab_results.code == "718-7")
    dataset.low = haemoglobin.numeric_value.minimum_for_patient()
    extract(query_of(dataset), hospital, tmp_path / "hearts.parquet")
    found = duckdb.sql(f"FROM '{tmp_path / 'hearts.parquet'}'").fetchall()
    assert found == [("P1", 73, 11.5)]


def test_a_misspelt_name_is_told_before_anything_is_asked(tmp_path: Path):
    text = a_site_warehouse.filled().replace(
        "date_of_birth: born_on", "date_of_birth: born"
    )
    with a_site_warehouse.hospital(tmp_path, tmp_path, text) as warehouse:
        served = warehouse.bound.tables["patients"].columns["date_of_birth"]
    assert served.state is State.MISSING
    [line] = [n for n, said in enumerate(text.splitlines(), 1) if said[-6:] == ": born"]
    told = f"no column born (it has born_on) (ours.yaml, line {line})"
    assert served.problem == f"the table person_file has {told}"
