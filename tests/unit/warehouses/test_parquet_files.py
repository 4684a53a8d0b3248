"""Parquet files as a warehouse: these are read, in the schema's types, and no others."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import TableSchema
from cohort_dsl.sql import Statement
from cohort_dsl.tables import PatientFrame, Series, table
from cohort_dsl.warehouses.parquet import from_parquet
from tests.unit.plan.test_plan_scans import a_query


@table
class patients(PatientFrame):
    name = Series(str)
    score = Series(int)
    share = Series(float)
    ok = Series(bool)


PATIENTS: TableSchema = patients.node_.schema
ONE = {"patients": PATIENTS}


def people(path: Path, *ids: int | str, **other: object) -> Path:
    several = len(ids)
    columns = {
        "patient_id": pa.array(ids),
        "name": pa.array(["a"] * several).dictionary_encode(),
        "score": pa.array([3] * several, pa.int16()),
        "share": pa.array([0.5] * several, pa.float32()),
        "ok": pa.array([True] * several),
    }
    pq.write_table(pa.table({**columns, **other}), path)
    return path


def test_a_file_is_a_table_in_the_schemas_types(tmp_path: Path) -> None:
    path = people(tmp_path / "it's people.parquet", 2, 1)
    query = a_query(patients.ok, name=patients.name, score=patients.score)
    with (
        from_parquet({"patients": path}, ONE, threads=1, memory_limit="1GB") as warehouse,
        warehouse.ask(query) as rows,
    ):
        held = pa.Table.from_batches(rows.reveal())
    assert held.to_pylist() == [
        {"patient_id": 1, "name": "a", "score": 3},
        {"patient_id": 2, "name": "a", "score": 3},
    ]
    assert held.schema.field("score").type == pa.int64()


def test_a_folder_is_a_table_in_parts_and_ids_may_be_text(tmp_path: Path) -> None:
    people(tmp_path / "part1.parquet", "a")
    people(tmp_path / "part2.parquet", "b")
    (tmp_path / "_SUCCESS").touch()
    query = a_query(patients.ok)
    with (
        from_parquet({"patients": tmp_path}, ONE) as warehouse,
        warehouse.ask(query) as rows,
    ):
        held = pa.Table.from_batches(rows.reveal())
    assert held.column("patient_id").to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{other}.duckdb'",
        "INSTALL httpfs",
        "SET allowed_paths = ['{other}']",
        "SET enable_external_access = true",
        "SET temp_directory = '/tmp'",
    ],
)
def test_no_other_file_is_opened(tmp_path: Path, statement: str) -> None:
    other = people(tmp_path / "other.parquet", 7)
    path = people(tmp_path / "people.parquet", 1)
    with from_parquet({"patients": path}, ONE) as warehouse:
        with pytest.raises(WarehouseError, match="DuckDB refused"):
            warehouse.run(Statement(statement.format(other=other)))
        found = warehouse.run(Statement("SELECT patient_id FROM patients"))
    assert found == [(1,)]


def test_limits_are_kept_to(tmp_path: Path) -> None:
    path = people(tmp_path / "people.parquet", 1)
    asked = "SELECT current_setting('threads'), current_setting('memory_limit')"
    with from_parquet({"patients": path}, ONE, threads=1, memory_limit="1GiB") as warehouse:
        assert warehouse.run(Statement(asked)) == [(1, "1.0 GiB")]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for tables in ({}, {"patients": tmp_path / "none"}, {"patients": tmp_path}):
        with pytest.raises(WarehouseError, match="no Parquet file of table patients"):
            from_parquet(tables, ONE)


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "text.parquet"
    path.write_text("no columns " * 100)
    with pytest.raises(WarehouseError, match="can't read the file of table patients"):
        from_parquet({"patients": path}, ONE)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("score", pa.array([0.5])),
        ("name", pa.array([1])),
        ("ok", pa.array([1])),
        ("patient_id", pa.array([1.5])),
        ("patient_id", pa.array([None], pa.null())),
    ],
)
def test_columns_of_other_types_are_told(
    tmp_path: Path, column: str, values: pa.Array
) -> None:
    path = people(tmp_path / "people.parquet", 1, **{column: values})
    with pytest.raises(WarehouseError, match=f"no {column} of the schema's type"):
        from_parquet({"patients": path}, ONE)


def test_columns_that_are_not_there_are_told(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"name": ["a"]}), path)
    with pytest.raises(WarehouseError) as refused:
        from_parquet({"patients": path}, ONE)
    assert refused.value.problem.startswith("it has no patient_id, no score, no share")


def test_two_kinds_of_ids_do_not_go_together(tmp_path: Path) -> None:
    both = {name: people(tmp_path / name, one) for name, one in (("a", 1), ("b", "x"))}
    schemas = {n: TableSchema(n, PATIENTS.columns, one_row_per_patient=True) for n in both}
    with pytest.raises(WarehouseError, match="no patient_id"):
        from_parquet(both, schemas)


def test_a_quote_in_a_name_stays_in_it(tmp_path: Path) -> None:
    path = people(tmp_path / "x'; SELECT 1 --.parquet", 1)
    with from_parquet({"patients": path}, ONE) as warehouse:
        assert warehouse.run(Statement("SELECT count(*) FROM patients")) == [(1,)]
