"""What records of hospitals have, and the public ones above don't: right answers on every
engine, and what a check says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.extract import extract
from cohort_dsl.mappings import reading
from cohort_dsl.tables.contract import diagnoses, patients, visits
from cohort_dsl.testing import query_of
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests import a_mapped_h2
from tests.an_omop import TABLES, built, opened

IDS = (-(2**63) + 1, -7, 3, 2**53 + 1, 2**63 - 1)  # as MIMIC's in OMOP are, and beyond
NOBODY = 999  # in no table of people


def ill(one: int | None, concept: int | None, source: str | None) -> dict[str, Any]:
    return {
        "person_id": one,
        "condition_concept_id": concept,
        "condition_source_value": source,
        "condition_start_date": "2024-01-02",
    }


ROWS: dict[str, list[dict[str, Any]]] = {
    "person": [{"person_id": one, "year_of_birth": 1950} for one in IDS],
    "concept": [{"concept_id": 5, "vocabulary_id": "SNOMED", "concept_code": "74474003"}],
    "condition_occurrence": [
        ill(-7, 5, "abc"),
        ill(3, 0, "78791  "),  # mapped to nothing, with blanks behind it
        ill(3, None, ""),
        ill(2**53 + 1, 6, "  own"),  # the vocabulary lacks its concept
        ill(2**53 + 1, 0, None),
        ill(2**63 - 1, 0, "78791"),
        ill(2**63 - 1, 5, "78791"),
        ill(2**63 - 1, 5, None),
        ill(NOBODY, 5, "abc"),
        ill(None, 5, "abc"),
    ],
    "visit_occurrence": [
        {"person_id": 3, "visit_occurrence_id": 2**62, "visit_start_date": "2024-01-02"},
        {
            "person_id": -7,
            "visit_occurrence_id": -1,
            "visit_start_date": "2024-01-02",
            "visit_end_date": "2024-01-05",
            "care_site_id": 8,
        },
        {"person_id": NOBODY, "visit_occurrence_id": 4, "visit_start_date": "2024-01-02"},
    ],
    "care_site": [
        {"care_site_id": 8, "care_site_name": "", "care_site_source_value": "Ward A "}
    ],
}


@contextmanager
def warehouse(engine: str, request: Any, folder: Path) -> Iterator[MappedWarehouse]:
    """Oracle is H2; Spark reads Parquet."""
    if engine == "oracle":
        with a_mapped_h2.opened(ROWS, TABLES, reading.text_of("omop")) as held:
            yield held
    elif engine == "spark":
        request.getfixturevalue("spark")
        with warehouses.open(in_parquet(folder)) as held:
            yield held
    else:
        place = folder if engine == "duckdb" else request.getfixturevalue("postgres")
        with opened(place, ROWS) as held:
            yield held


def in_parquet(folder: Path) -> dict[str, Any]:
    """Spark's settings for files of the tables that are asked for."""
    (folder / "parquet").mkdir()
    with duckdb.connect(str(built(folder / "rows.duckdb", ROWS))) as connection:
        for table in TABLES:
            target = folder / "parquet" / f"{table}.parquet"
            connection.execute(f"COPY {table} TO '{target}'")
    return {"engine": "spark", "mapping": "omop", "parquet": str(folder / "parquet")}


def asked() -> Any:
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    dataset.many = diagnoses.count_for_patient()
    dataset.code = diagnoses.sort_by(diagnoses.code).last_for_patient().code
    unknown = diagnoses.where(diagnoses.vocabulary.is_null())
    dataset.unmapped = unknown.count_for_patient()
    dataset.own = diagnoses.where(diagnoses.code == "78791").count_for_patient()
    last = visits.sort_by(visits.start_date).last_for_patient()
    dataset.visit, dataset.ward = last.visit_id, last.care_site
    dataset.days = (last.end_date - last.start_date).days
    dataset.open = visits.where(visits.end_date.is_null()).exists_for_patient()
    return query_of(dataset)


def row(one: int, many: int = 0, code: str | None = None, **other: Any) -> dict[str, Any]:
    usual = {"unmapped": 0, "own": 0, "visit": None, "ward": None, "days": None}
    return {"patient_id": one, "many": many, "code": code, **usual, "open": False, **other}


ANSWER = [
    row(IDS[0]),
    row(-7, 1, "74474003", visit="-1", ward="Ward A", days=3),
    row(3, 2, "78791", unmapped=2, own=1, visit=str(2**62), open=True),
    row(2**53 + 1, 2, "own", unmapped=2),
    row(2**63 - 1, 3, "78791", unmapped=1, own=1),
]

SAID = {
    "diagnoses": [
        "About 10 rows have no patient; they are left out.",
        "About 10 rows are of people who aren't among the patients; they are left out.",
    ],
    "visits": [
        "About 10 rows are of people who aren't among the patients; they are left out."
    ],
}


@pytest.mark.parametrize(
    "engine",
    [
        *("duckdb", "postgresql", "oracle"),
        pytest.param("spark", marks=pytest.mark.xdist_group("spark")),
    ],
)
def test_every_engine_answers_rightly_and_a_check_names_what_is_odd(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    with warehouse(engine, request, tmp_path) as held:
        extract(asked(), held, tmp_path / "cohort.parquet")
        found = pq.read_table(tmp_path / "cohort.parquet")
        assert found.schema.field("patient_id").type == pa.int64()
        assert found.to_pylist() == ANSWER
        if engine == "spark":  # its check counts every table: test_spark_reads has it
            return
        report = {table.table: table for table in held.check(date(2026, 1, 1)).tables}
    for name, sentences in SAID.items():
        assert [one.sentence for one in report[name].findings] == sentences
    columns = {column.column: column for column in report["diagnoses"].columns}
    said = [one.sentence for one in columns["vocabulary"].findings]
    assert said == ["50 % of rows have no concept: their code is the source's own."]
    ends = {column.column: column.filled for column in report["visits"].columns}
    assert ends["end_date"] == 33
