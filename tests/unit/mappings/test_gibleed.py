"""A real OMOP file, awkward as it comes: upper-case names, numbers as text, placeholders.

Every count is compared with plain SQL over the file's own tables, written here.
"""

from collections.abc import Iterator
from contextlib import chdir
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort_dsl import create_dataset, extract, load, reference
from cohort_dsl.load import question_of
from cohort_dsl.tables import core
from cohort_dsl.tables.contract import clinical_events, patients, registrations
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.an_omop import GIBLEED, gibleed, rows_of

STUDY = Path(__file__).parents[3] / "project_template"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[MappedWarehouse]:
    with gibleed() as opened:
        yield opened


@pytest.fixture(scope="module")
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{GIBLEED}' AS g (READ_ONLY)")
        connection.execute("USE g")
        yield connection


@pytest.fixture(scope="module")
def study():
    """The study that `strongroom init` copies."""
    with chdir(STUDY):
        return load.definition(Path("analysis/dataset_definition.py"))


def answer(warehouse: MappedWarehouse, query: Any) -> list[dict[str, Any]]:
    with warehouse.ask(query) as rows:
        return [row for batch in rows.reveal() for row in batch.to_pylist()]


def one(plain: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return plain.execute(sql).fetchall()[0]


@pytest.mark.parametrize(
    ("table", "own"),
    [
        ("patients", "person"),
        ("visits", "visit_occurrence"),
        ("diagnoses", "condition_occurrence"),
        ("procedures", "procedure_occurrence"),
        ("medications", "drug_exposure"),
        ("lab_results", "measurement"),
        ("registrations", "observation_period"),
        ("core.patients", "person"),
        ("core.practice_registrations", "observation_period"),
    ],
)
def test_no_row_is_lost_or_doubled(warehouse, plain, table, own):
    assert len(rows_of(warehouse, table)) == one(plain, f"SELECT count(*) FROM {own}")[0]


@pytest.mark.parametrize(
    ("table", "own", "word"),
    [
        ("diagnoses", "condition_occurrence", "condition"),
        ("medications", "drug_exposure", "drug"),
        ("procedures", "procedure_occurrence", "procedure"),
        ("lab_results", "measurement", "measurement"),
    ],
)
def test_codes_are_those_of_the_concepts(warehouse, plain, table, own, word):
    found = {(r["code"], r["vocabulary"]) for r in rows_of(warehouse, table)}
    direct = plain.execute(
        f"SELECT DISTINCT concept_code, vocabulary_id FROM {own} "
        f"JOIN concept ON concept_id = {word}_concept_id"
    ).fetchall()
    assert found == set(direct)


def test_people_are_born_on_their_day_and_of_their_sex(warehouse, plain):
    found = {
        (r["patient_id"], r["date_of_birth"], r["sex"])
        for r in rows_of(warehouse, "patients")
    }
    direct = plain.execute(
        "SELECT person_id, birth_datetime, CASE gender_source_value "
        "WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' END FROM person"
    ).fetchall()
    assert found == set(direct)


def test_clinical_events_are_conditions_procedures_measurements_and_observations(
    warehouse, plain
):
    tables = ("condition_occurrence", "procedure_occurrence", "measurement", "observation")
    total = sum(one(plain, f"SELECT count(*) FROM {t}")[0] for t in tables)
    assert len(rows_of(warehouse, "clinical_events")) == total


def test_people_without_a_person_row_are_no_patients(warehouse, plain):
    """2,649 observation periods are of people that the person table lacks."""
    dataset = create_dataset()
    dataset.define_population(registrations.exists_for_patient())
    dataset.events = clinical_events.count_for_patient()
    found = answer(warehouse, question_of(dataset))
    direct = "SELECT person_id FROM person SEMI JOIN observation_period USING (person_id)"
    known = {patient for (patient,) in plain.execute(direct).fetchall()}
    assert {row["patient_id"] for row in found} == known
    assert len(found) == 2694


def test_a_definition_for_ehrqls_core_tables_is_answered(warehouse, plain):
    day = date(2010, 1, 1)
    dataset = create_dataset()
    registered = core.practice_registrations.exists_for_patient_on(day)
    dataset.define_population(registered & core.patients.is_alive_on(day))
    bleeds = core.clinical_events.where(core.clinical_events.snomedct_code == "74474003")
    dataset.bled = bleeds.exists_for_patient()
    found = answer(warehouse, question_of(dataset))
    people, bled = one(
        plain,
        "SELECT count(*), count(*) FILTER (person_id IN (SELECT person_id FROM "
        "condition_occurrence JOIN concept ON concept_id = condition_concept_id "
        "WHERE concept_code = '74474003')) FROM person WHERE person_id IN (SELECT "
        "person_id FROM observation_period WHERE observation_period_start_date <= "
        "DATE '2010-01-01' AND observation_period_end_date >= DATE '2010-01-01')",
    )
    assert (len(found), sum(row["bled"] for row in found)) == (people, bled)
    assert bled > 0


# The study -----------------------------------------------------------------------

BLEEDS = """
    WITH taken AS (
        SELECT person_id, drug_exposure_start_date AS day, concept_code AS drug,
            row_number() OVER (
                PARTITION BY person_id ORDER BY drug_exposure_start_date, concept_code
            ) AS place
        FROM drug_exposure JOIN concept ON concept_id = drug_concept_id
        WHERE concept_code IN ('140587', '3355')
    ), started AS (
        SELECT *, date_part('year', age(day, birth_datetime)) AS years
        FROM taken JOIN person USING (person_id) WHERE place = 1
    ), bled AS (
        SELECT * FROM started WHERE EXISTS (
            FROM condition_occurrence AS c JOIN concept ON concept_id = condition_concept_id
            WHERE c.person_id = started.person_id AND concept_code = '74474003'
            AND condition_start_date BETWEEN day AND day + 365
        )
    )
    SELECT CASE WHEN years < 35 THEN 0 WHEN years < 40 THEN 35 WHEN years < 45 THEN 40
        ELSE 45 END AS band, drug, count(*)
    FROM bled GROUP BY ALL
"""
DRUGS = {"140587": "celecoxib", "3355": "diclofenac"}


def band(age: int) -> int:
    return max(start for start in (0, 35, 40, 45) if start <= age)


def test_the_template_study_counts_as_plain_sql_does(warehouse, plain, study):
    found = answer(warehouse, study)
    assert len(found) == 2694
    cells: dict[tuple[int, str], int] = {}
    for row in found:
        if row["bleed"]:
            cell = (band(row["age"]), row["nsaid"])
            cells[cell] = cells.get(cell, 0) + 1
    direct = {(b, DRUGS[drug]): n for b, drug, n in plain.execute(BLEEDS).fetchall()}
    assert cells == direct
    assert cells == {
        (0, "diclofenac"): 17, (0, "celecoxib"): 43,
        (35, "diclofenac"): 61, (35, "celecoxib"): 182,
        (40, "diclofenac"): 41, (40, "celecoxib"): 124,
        (45, "diclofenac"): 5, (45, "celecoxib"): 6,
    }  # fmt: skip


def test_the_referee_agrees_about_everybody(warehouse, study):
    """180,000 real rows, read one by one in plain Python."""
    known = {row["patient_id"] for row in rows_of(warehouse, "patients")}
    tables = {
        schema.name: [
            r for r in rows_of(warehouse, schema.name) if r["patient_id"] in known
        ]
        for schema in study.tables()
    }
    assert answer(warehouse, study) == reference.answer(study, tables)


def test_the_same_answer_gives_the_same_file(warehouse, study, tmp_path):
    first = extract.extract(study, warehouse, tmp_path / "a.parquet")
    second = extract.extract(study, warehouse, tmp_path / "b.parquet")
    assert first.rows == 2694
    assert first.sha256 == second.sha256


def test_it_is_ready_once_its_placeholders_are_declared(warehouse):
    report = warehouse.check(date(2025, 1, 1))
    assert report.ok
    rows = {table.table: table.rows for table in report.tables}
    assert rows["patients"] == 2690
    assert rows["diagnoses"] == 65330
    assert rows["deaths"] is None


def test_nothing_is_written_beside_it(warehouse):
    assert [path.name for path in GIBLEED.parent.iterdir()] == ["eunomia.duckdb"]


def test_patients_of_an_unknown_sex_would_be_found(warehouse):
    dataset = create_dataset()
    dataset.define_population(~patients.sex.is_in(["female", "male"]))
    assert answer(warehouse, question_of(dataset)) == []
