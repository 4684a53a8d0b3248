"""The page about mappings: its example is served as it says, and every key is told."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from cohort_dsl.mappings import reading_left_out, whole_file
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.mappings.reading_tables import (
    BESIDE_KEYS,
    JOIN_KEYS,
    LIKE_KEYS,
    PART_KEYS,
)
from cohort_dsl.mappings.words import WORDS
from tests.an_omop import opened, rows_of

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")

STAR = {
    "patient_dimension": "patient_num INTEGER, birth_date TIMESTAMP, "
    "death_date TIMESTAMP, sex_cd VARCHAR",
    "visit_dimension": "encounter_num INTEGER, patient_num INTEGER, start_date TIMESTAMP, "
    "end_date TIMESTAMP, inout_cd VARCHAR, location_cd VARCHAR",
    "observation_fact": "encounter_num INTEGER, patient_num INTEGER, concept_cd VARCHAR, "
    "modifier_cd VARCHAR, start_date TIMESTAMP, end_date TIMESTAMP, "
    "nval_num DECIMAL(18,5), tval_char VARCHAR, units_cd VARCHAR, sourcesystem_cd VARCHAR",
    "concept_dimension": "concept_path VARCHAR, concept_cd VARCHAR, name_char VARCHAR",
}
AT = "2024-05-06 07:08:09"
DAY = datetime.date(2024, 5, 6)
ROWS = {
    "patient_dimension": [{"patient_num": 1, "birth_date": "1950-02-03", "sex_cd": "F"}],
    "visit_dimension": [
        {"encounter_num": 7, "patient_num": 1, "start_date": AT, "inout_cd": "I"}
    ],
    "observation_fact": [
        {"encounter_num": 7, "patient_num": 1, "concept_cd": "CIM10:I21", "start_date": AT,
         "modifier_cd": "DP", "sourcesystem_cd": "PMSI"},
        {"encounter_num": 7, "patient_num": 1, "concept_cd": "LOINC:718-7",
         "nval_num": 13.5, "start_date": AT, "tval_char": "E", "units_cd": "g/dL",
         "sourcesystem_cd": "LAB"},
    ],
    "concept_dimension": [
        {"concept_path": path, "concept_cd": "LOINC:718-7", "name_char": "Hemoglobin"}
        for path in ("a", "b")
    ],
}  # fmt: skip


def test_the_example_serves_what_it_says(tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_text(PAGE.split("```yaml\n")[1].split("```")[0])
    lacks = OFFERED.keys() - {"patients", "visits", "diagnoses", "lab_results"}
    with opened(tmp_path, ROWS, STAR, sorted(lacks), mapping=str(file)) as warehouse:
        assert warehouse.check(datetime.date(2025, 1, 1)).ok
        [patient] = rows_of(warehouse, "patients")
        [visit] = rows_of(warehouse, "visits")
        [diagnosis] = rows_of(warehouse, "diagnoses")
        [result] = rows_of(warehouse, "lab_results")
    born = datetime.date(1950, 2, 3)
    assert (patient["sex"], patient["date_of_birth"]) == ("female", born)
    assert (visit["kind"], visit["start_date"]) == ("inpatient", DAY)
    told = [diagnosis[name] for name in ("code", "vocabulary", "kind", "visit_id")]
    assert told == ["I21", "CIM10", "principal", visit["visit_id"]]
    words = [result[name] for name in ("code", "numeric_value", "operator", "text_value")]
    assert words == ["718-7", 13.5, "=", None]


def first_cells(heading: str) -> list[str]:
    rows = PAGE.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [row.split("|")[1] for row in rows]


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("key of a table", {*PART_KEYS, *LIKE_KEYS, "union"}),
        ("key of a join", {"on", *JOIN_KEYS}),
        ("key for people", {*reading_left_out.KEYS}),
        (
            "key of who is left out",
            {*reading_left_out.REQUIRED, *reading_left_out.OPTIONAL},
        ),
        ("key of what is beside", {*BESIDE_KEYS}),
        ("key of the file", {"like", *whole_file.KEYS}),
    ],
)
def test_every_key_is_told(heading, keys):
    assert {cell.strip(" `") for cell in first_cells(heading)} == keys


def test_every_word_is_told():
    cells = "".join(first_cells("word of an expression"))
    assert set(re.findall(r"`(\w+)\(", cells)) == set(WORDS)
