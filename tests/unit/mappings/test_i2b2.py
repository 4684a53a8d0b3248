"""i2b2's own demo warehouse, served by the mapping that comes along: real numbers."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from cohort_dsl import (
    INTERVAL,
    create_dataset,
    create_measures,
    months,
    sql,
    warehouses,
)
from cohort_dsl.extract import extract
from cohort_dsl.load import question_of
from cohort_dsl.mappings import binding, reading
from cohort_dsl.plan.steps import Plan
from cohort_dsl.sql import ranges
from cohort_dsl.sql.catalog import Wanted
from cohort_dsl.sql.statements import render
from cohort_dsl.tables.contract import (
    clinical_events,
    diagnoses,
    documents,
    lab_results,
    medications,
    patients,
    procedures,
)
from cohort_dsl.testing import measures_of
from cohort_dsl.warehouses.explaining import planned
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.a_postgres import Server
from tests.an_i2b2 import (
    few,
    loaded,
    on_postgresql,
    scans_of_duckdb,
    scans_of_h2,
    scans_of_postgresql,
)
from tests.an_omop import rows_of
from tests.i2b2_in_oracle import THERE, into_h2

TODAY = datetime.date(2026, 1, 1)
FACTS = "observation_fact"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded(tmp_path_factory.mktemp("i2b2") / "demo.duckdb")


def settings(file: Path, mapping: str = "i2b2") -> dict[str, Any]:
    return {"engine": "duckdb", "database": str(file), "mapping": mapping}


@pytest.fixture(scope="module")
def warehouse(file: Path) -> Iterator[MappedWarehouse]:
    with warehouses.open(settings(file)) as opened:
        yield opened


@pytest.fixture(scope="module")
def counted(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same database, asked directly."""
    with duckdb.connect(file, read_only=True) as connection:
        yield connection


# What is served ------------------------------------------------------------------

BELOW = "EXISTS (FROM concept_dimension c WHERE c.concept_cd = f.concept_cd AND {})"
NO_DETAIL = "NOT regexp_matches(modifier_cd, '^(MED|SNO|TNM):')"


def below(*folders: str) -> str:
    found = " OR ".join(rf"c.concept_path LIKE '\i2b2\{one}\%'" for one in folders)
    return BELOW.format(f"({found})")


@pytest.mark.parametrize(
    ("table", "rows", "direct"),
    [
        ("patients", 134, "patient_dimension"),
        ("visits", 12_387, "visit_dimension"),
        ("diagnoses", 13_422, f"{FACTS} f WHERE {below('Diagnoses')} AND {NO_DETAIL}"),
        ("procedures", 462, f"{FACTS} f WHERE {below('Procedures')} AND {NO_DETAIL}"),
        ("medications", 1_233,
         f"{FACTS} f WHERE {below('Medications')} AND modifier_cd = '@'"),
        ("lab_results", 61_509, f"{FACTS} WHERE concept_cd LIKE 'LOINC:%'"),
        ("deaths", 2, "patient_dimension WHERE death_date IS NOT NULL"),
        ("registrations", 133, "(SELECT DISTINCT patient_num FROM visit_dimension)"),
        ("addresses", 134, "patient_dimension"),
        ("documents", 200, f"{FACTS} f WHERE valtype_cd = 'B' AND {NO_DETAIL}"),
        ("core.clinical_events", 0, f"{FACTS} WHERE concept_cd LIKE 'SNOMED:%'"),
    ],
)  # fmt: skip
def test_each_domain_has_as_many_rows_as_a_direct_count(
    warehouse: MappedWarehouse,
    counted: duckdb.DuckDBPyConnection,
    table: str,
    rows: int,
    direct: str,
) -> None:
    [(found,)] = counted.execute(f"SELECT count(*) FROM {direct}").fetchall()
    assert len(rows_of(warehouse, table)) == rows == found


def test_a_check_finds_nothing_wrong(warehouse: MappedWarehouse) -> None:
    """But for local codes among LOINC's, care sites that nobody wrote down, and SNOMED."""
    report = warehouse.check(TODAY)
    assert report.ok
    told = {one.table: one.status.word for one in report.tables}
    assert {t for t, word in told.items() if word == "warning"} == {
        "visits",
        "lab_results",
        "clinical_events",
        "core.clinical_events",
        "core.medications",
    }


def test_results_have_values_texts_and_operators(warehouse: MappedWarehouse) -> None:
    rows = rows_of(warehouse, "lab_results")
    assert Counter(row["operator"] for row in rows) == {
        "=": 56_261, "<": 120, ">": 9, None: 5_119
    }  # fmt: skip
    # 44 results that should be numbers have none.
    assert sum(row["numeric_value"] is None for row in rows) == 5_075 + 44
    assert sum(row["text_value"] is not None for row in rows) == 4_624
    assert "@" not in {row["unit"] for row in rows}


def test_doses_stand_beside_medications(
    warehouse: MappedWarehouse, counted: duckdb.DuckDBPyConnection
) -> None:
    rows = rows_of(warehouse, "medications")
    beside = "concept_cd LIKE 'NDC:%' AND modifier_cd = 'MED:DOSE'"
    direct = f"SELECT count(nval_num), sum(nval_num) FROM {FACTS} WHERE {beside}"
    [(count, total)] = counted.execute(direct).fetchall()
    doses = [row["quantity"] for row in rows if row["quantity"] is not None]
    assert (len(doses), round(sum(doses), 5)) == (count, float(total))
    assert {row["vocabulary"] for row in rows} == {"NDC"}


def test_what_is_odd_is_told_rightly(warehouse: MappedWarehouse) -> None:
    visits = rows_of(warehouse, "visits")
    assert sum(row["end_date"] is None for row in visits) == 48
    seen = {row["patient_id"] for row in rows_of(warehouse, "registrations")}
    assert {row["patient_id"] for row in rows_of(warehouse, "patients")} - seen == {
        1_000_000_134
    }
    found = rows_of(warehouse, "diagnoses")
    assert {row["kind"] for row in found} == {"principal", "associated", "other", None}
    assert all(row["visit_id"] != "-1" for row in found)
    assert not any(":" in row["code"] for row in found)


# One reading ---------------------------------------------------------------------

CODES = ["493.90", "786.2", "465.9", "477.9", "786.09", "462", "780.6", "493.92"]
TESTS = ["789-8", "787-2", "718-7", "6690-2", "2160-0", "2951-2", "2823-3", "8480-6"]


def forty(*, documents_too: bool = True) -> Any:
    """40 variables of six contract tables, all of them facts."""
    dataset = create_dataset()
    asthma = diagnoses.where(diagnoses.code.is_in(["493.90", "493.92"]))
    dataset.define_population(
        asthma.exists_for_patient() & patients.date_of_birth.is_not_null()
    )
    first = asthma.sort_by(asthma.date).first_for_patient()
    for number, code in enumerate(CODES):
        its = diagnoses.where(diagnoses.code == code)
        dataset.add_column(f"n{number}", its.count_for_patient())
        dataset.add_column(f"d{number}", its.sort_by(its.date).last_for_patient().date)
    for number, code in enumerate(TESTS):
        its = lab_results.where(lab_results.code == code)
        later = its.where(its.date > first.date)
        dataset.add_column(f"m{number}", its.numeric_value.mean_for_patient())
        dataset.add_column(f"l{number}", later.numeric_value.maximum_for_patient())
    drugs = medications.where(medications.vocabulary == "NDC")
    dataset.drugs = drugs.code.count_distinct_for_patient()
    dataset.dose = drugs.quantity.maximum_for_patient()
    dataset.drug = drugs.sort_by(drugs.date).first_for_patient().code
    dataset.acts = procedures.count_for_patient()
    dataset.act = procedures.sort_by(procedures.date).first_for_patient().code
    dataset.events = clinical_events.count_for_patient()
    dataset.values = clinical_events.numeric_value.sum_for_patient()
    last = documents if documents_too else procedures
    dataset.last = last.date.maximum_for_patient()
    tall = lab_results.where(lab_results.code == "8302-2")
    dataset.add_event_table("heights", date=tall.date, inches=tall.numeric_value)
    return question_of(dataset)


def reads(plan: Plan) -> Counter[str]:
    """What is read of the facts, and of the contract's tables that are facts."""
    facts = {FACTS, "diagnoses", "lab_results", "medications", "procedures"}
    facts |= {"clinical_events", "documents"}
    return Counter({name: n for name, n in plan.scans().items() if name in facts})


def script(opened: MappedWarehouse, question: Any) -> sql.Script:
    plan = planned(question, opened.dialect, opened.catalog)
    return sql.script(plan, opened.dialect, opened.catalog)


def test_forty_variables_read_the_facts_twice(warehouse: MappedWarehouse) -> None:
    question = forty()
    assert len(question.variables) == 40
    plan = planned(question, warehouse.dialect, warehouse.catalog)
    # Once for the population, and once for what is asked of its patients.
    assert reads(plan) == {"diagnoses": 1, FACTS: 1}
    assert str(script(warehouse, question)).lower().count(f'"{FACTS}"') == 2


@pytest.mark.parametrize("name", sql.DIALECTS)
def test_so_they_are_in_the_words_of_every_engine(name: str) -> None:
    """Whose scripts name the table of facts twice. What Spark's own plans scan is counted
    where Spark is asked, with other tests of it."""
    dialect = sql.DIALECTS[name]
    catalog = binding.bind(reading.load("i2b2"), THERE, dialect, frozenset()).catalog
    asked = sql.script(planned(forty(), dialect, catalog), dialect, catalog)
    assert str(asked).count(FACTS.upper()) == 2


def test_measures_of_many_months_read_the_facts_once(warehouse: MappedWarehouse) -> None:
    measures = create_measures()
    asthma = diagnoses.where(diagnoses.code == "493.90")
    measures.define_measure(
        "asthma",
        numerator=asthma.where(asthma.date.is_during(INTERVAL)).exists_for_patient(),
        denominator=clinical_events.where(
            clinical_events.date < INTERVAL.start_date
        ).exists_for_patient(),
        intervals=months(12).starting_on("2008-01-01"),
    )
    question = measures_of(measures)
    plan = planned(question, warehouse.dialect, warehouse.catalog)
    assert sum(reads(plan).values()) <= 2
    assert str(sql.script(plan, warehouse.dialect, warehouse.catalog)).count(
        f'"{FACTS}"'
    ) == sum(reads(plan).values())
    counts = warehouse.measure(question)
    assert counts is not None


def test_duckdb_itself_scans_the_facts_twice(warehouse: MappedWarehouse) -> None:
    """By its own plans of all statements."""
    asked = script(warehouse, forty())
    assert scans_of_duckdb(warehouse._engine._database, asked, FACTS) == 2


def cohort(warehouse: MappedWarehouse, folder: Path, question: Any = None) -> list[Any]:
    """The answers as rows, floats to nine digits: engines add in any order."""
    folder.mkdir()
    extract(question or forty(), warehouse, folder / "cohort.parquet")
    files = [folder / "cohort.parquet", folder / "cohort_events" / "heights.parquet"]
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    return [
        {n: float(f"{v:.9g}") if isinstance(v, float) else v for n, v in row.items()}
        for row in rows
    ]


def test_answers_are_those_of_readings_one_by_one(
    warehouse: MappedWarehouse, file: Path, tmp_path: Path
) -> None:
    apart = tmp_path / "apart.yaml"
    apart.write_text("format: mapping\nversion: 1\nname: apart\nlike: i2b2\none_pass: []\n")
    with warehouses.open(settings(file, str(apart))) as other:
        plan = planned(forty(), other.dialect, other.catalog)
        assert sum(reads(plan).values()) == 8
        one_by_one = cohort(other, tmp_path / "apart")
    together = cohort(warehouse, tmp_path / "together")
    assert together == one_by_one
    assert len(together) == 133 + 3_852


def test_ranges_of_patients_keep_only_their_own_rows_of_the_facts(
    warehouse: MappedWarehouse,
) -> None:
    """As a long extraction asks, piece by piece."""
    catalog, dialect = warehouse.catalog, warehouse.dialect
    [facts] = ranges.within(catalog, ranges.Range(None, 1_000_000_003), dialect).shared
    copy = facts.copied({"procedures": Wanted(["code"])}, lambda rows, patient: rows)
    read = copy.read(copy.rows.subquery("kept"), "procedures", ["code"])
    whose = sa.select(read.c.patient_id).distinct().order_by(read.c.patient_id)
    found = warehouse._engine.run(render(whose, dialect))
    assert found == [(1_000_000_001,), (1_000_000_002,)]


def test_postgresql_scans_them_twice_and_answers_alike(
    warehouse: MappedWarehouse, postgres: Server, tmp_path: Path
) -> None:
    """Though all names are in capitals there."""
    with (
        on_postgresql(postgres, tmp_path) as given,
        warehouses.open({**given, "mapping": "i2b2"}) as large,
    ):
        asked = script(large, forty())
        assert scans_of_postgresql(large._engine, asked, FACTS) == 2
        found = cohort(large, tmp_path / "large")
        assert found == cohort(warehouse, tmp_path / "small")
        for table in ("diagnoses", "medications", "documents", "registrations"):
            both = (sorted(map(repr, rows_of(one, table))) for one in (warehouse, large))
            ours, theirs = both
            assert ours == theirs, table


def test_oracles_words_on_h2_scan_them_twice_and_answer_alike(
    h2: Any, file: Path, tmp_path: Path
) -> None:
    """Five patients: H2 joins row by row. Not with what documents are called: it would find
    the first name of each concept anew for every fact."""
    small = few(file, tmp_path, "patient_num % 26 = 0")
    large = into_h2(h2, small, tmp_path)
    question = forty(documents_too=False)
    assert len(question.variables) == 40
    assert scans_of_h2(large._engine, script(large, question), FACTS.upper()) == 2
    with warehouses.open(settings(small)) as ours:
        found = cohort(ours, tmp_path / "ours", question)
        assert len(found) > 100
        assert cohort(large, tmp_path / "theirs", question) == found
        for table in ("patients", "visits", "medications", "registrations", "deaths"):
            both = (days_of(rows_of(one, table)) for one in (ours, large))
            one, other = both
            assert one == other, table


def days_of(rows: list[dict[str, Any]]) -> list[str]:
    """The rows in order, dates without the midnight that Oracle's have."""
    found = [
        {n: v.date() if isinstance(v, datetime.datetime) else v for n, v in row.items()}
        for row in rows
    ]
    return sorted(map(repr, found))
