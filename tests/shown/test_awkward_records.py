"""What records of hospitals have, and the public ones above don't."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl import create_dataset
from cohort_dsl.extract import extract
from cohort_dsl.tables.contract import diagnoses, patients
from cohort_dsl.testing import query_of
from tests.an_omop import opened

IDS = (-(2**63) + 1, -7, 3, 2**53 + 1, 2**63 - 1)  # as MIMIC's in OMOP are, and beyond


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_ids_of_64_bits_stay_what_they_are(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    place = tmp_path if engine == "duckdb" else request.getfixturevalue("postgres")
    rows = {
        "person": [{"person_id": one, "year_of_birth": 1950} for one in IDS],
        "condition_occurrence": [
            {"person_id": one, "condition_source_value": f"c{n}"}
            for n, one in enumerate(IDS)
            for _ in range(n)
        ],
    }
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    dataset.many = diagnoses.count_for_patient()
    dataset.code = diagnoses.sort_by(diagnoses.code).last_for_patient().code
    with opened(place, rows) as warehouse:
        extract(query_of(dataset), warehouse, tmp_path / "cohort.parquet")
    found = pq.read_table(tmp_path / "cohort.parquet")
    assert found.schema.field("patient_id").type == pa.int64()
    assert found.to_pylist() == [
        {"patient_id": one, "many": n, "code": f"c{n}" if n else None}
        for n, one in enumerate(IDS)
    ]
