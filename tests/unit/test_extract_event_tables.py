"""Event tables lie beside the cohort file, whole, sorted, and say what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.compose import checking
from cohort_dsl import create_dataset
from cohort_dsl.cohort_file import Columns, describe, write
from cohort_dsl.errors import DefinitionError, WarehouseError
from cohort_dsl.extract import cohorts, extract
from cohort_dsl.load import question_of
from cohort_dsl.model import wire
from cohort_dsl.model.types import INT
from cohort_dsl.tables.contract import lab_results, patients
from cohort_dsl.warehouses import duckdb
from cohort_dsl.warehouses.rows import Rows
from job_runner.project import Level
from job_runner.workspaces.manifest import ManifestFile

TABLES = {
    "patients": pa.table({"patient_id": [2, 1, 3], "sex": ["male", "female", None]}),
    "lab_results": pa.table(
        {"patient_id": [1, 2, 1, 3, 1], "numeric_value": [4.5, None, 2.5, 1.0, 2.5]}
    ),
}


def a_dataset():
    dataset = create_dataset()
    dataset.define_population(patients.sex.is_not_null())
    dataset.sex = patients.sex
    dataset.add_event_table("labs", value=lab_results.numeric_value, sex=patients.sex)
    return dataset


def extracted(dataset, target: Path):
    query = question_of(dataset)
    schemas = {schema.name: schema for schema in query.tables()}
    with duckdb.from_rows(TABLES, schemas) as warehouse:
        return query, cohorts(query, warehouse, target)


def test_an_event_table_is_a_file_in_a_folder_beside_the_cohorts(tmp_path):
    query, [made] = extracted(a_dataset(), tmp_path / "cohort.parquet")
    path = tmp_path / "cohort_events/labs.parquet"
    assert [file.path for file in made.event_tables] == [path]
    assert pq.read_table(path).to_pydict() == {
        "patient_id": [1, 1, 1, 2],
        "value": [2.5, 2.5, 4.5, None],
        "sex": ["female", "female", "female", "male"],
    }
    told = json.loads(pq.read_metadata(path).metadata[b"strongroom"])
    assert (told["format"], told["version"]) == ("event-table", 1)
    assert told["query_sha256"] == wire.query_hash(query)
    assert [one["name"] for one in told["columns"]] == ["patient_id", "value", "sex"]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    _, [one] = extracted(a_dataset(), tmp_path / "one.parquet")
    _, [two] = extracted(a_dataset(), tmp_path / "two.parquet")
    assert one.event_tables[0].sha256 == two.event_tables[0].sha256


def test_event_tables_are_written_as_the_cohort_is(tmp_path):
    extracted(a_dataset(), tmp_path / "cohort.csv.gz")
    assert (tmp_path / "cohort_events/labs.csv.gz").exists()


def test_each_period_has_its_own(tmp_path):
    dataset = a_dataset()
    dataset.define_periods([("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")])
    extracted(dataset, tmp_path / "cohort.parquet")
    assert sorted(path.name for path in tmp_path.glob("*_events")) == [
        "cohort_2023-01-01_events",
        "cohort_2024-01-01_events",
    ]


def test_an_event_table_is_no_cohort_file(tmp_path):
    extracted(a_dataset(), tmp_path / "cohort.parquet")
    assert describe(tmp_path / "cohort.parquet").rows == 2
    with pytest.raises(WarehouseError, match="no cohort file"):
        describe(tmp_path / "cohort_events/labs.parquet")


def test_claims_can_be_about_cohort_files_only():
    paths = ("output/c.parquet", "output/c_events/labs.parquet", "d_events/x.csv")
    level, sha256 = Level.HIGHLY_SENSITIVE, "0" * 64
    files = [ManifestFile(path, level, sha256, 1) for path in paths]
    kept = checking._cohorts(files)
    assert [file.path for file in kept] == ["output/c.parquet", "d_events/x.csv"]


def test_rows_out_of_order_are_refused(tmp_path):
    schema = pa.schema([("patient_id", pa.int64())])
    batch = pa.RecordBatch.from_pydict({"patient_id": [2, 2, 1]}, schema)
    columns = Columns({"patient_id": INT}, several_rows=True)
    with pytest.raises(WarehouseError, match="aren't sorted"):
        write(Rows(schema, [batch]), columns, tmp_path / "labs.parquet", "0" * 64)
    assert not (tmp_path / "labs.parquet").exists()


def test_names_that_a_format_cannot_hold_are_told_before_anything_is_asked(tmp_path):
    dataset = create_dataset()
    dataset.define_population(patients.sex.is_not_null())
    dataset.add_event_table("labs", **{"a" * 40: lab_results.numeric_value})
    query = question_of(dataset)
    schemas = {schema.name: schema for schema in query.tables()}
    with (
        duckdb.from_rows(TABLES, schemas) as warehouse,
        pytest.raises(DefinitionError),
    ):
        extract(query, warehouse, tmp_path / "cohort.dta")
    assert list(tmp_path.iterdir()) == []
