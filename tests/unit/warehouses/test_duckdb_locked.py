"""DuckDB as a warehouse: locked, read-only, and silent about people."""

from __future__ import annotations

import gc
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import STR, Column, TableSchema
from cohort_dsl.sql import Statement
from cohort_dsl.warehouses.duckdb import connect, from_rows
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

CANARY = "canary-7f3a"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a 'quoted' name.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE person AS SELECT 1 AS id")
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET temp_directory = '/tmp'",
        "RESET lock_configuration",
        "INSERT INTO warehouse.main.person VALUES (2)",
        "CREATE TABLE warehouse.main.other (x INTEGER)",
        "DROP TABLE warehouse.main.person",
    ],
)
def test_a_connection_reads_its_own_file_and_nothing_else(
    database: Path, statement: str
) -> None:
    with connect(database) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
        assert connection.execute("SELECT id FROM warehouse.main.person").fetchall() == [
            (1,)
        ]


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such file"):
        connect(tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.duckdb"
    path.write_text("no database " * 2000)
    with pytest.raises(WarehouseError, match="can't read this file"):
        connect(path)


def some_people() -> dict[str, pa.Table]:
    ids = pa.array([3, 1, 2], pa.int64())
    return {"patients": pa.table({"patient_id": ids, "name": [CANARY, "b", "c"]})}


PATIENTS = {"patients": p.node_.schema}


def test_an_answer_is_sorted_by_patient_and_shows_its_shape_only() -> None:
    query = a_query(p.name.is_not_null(), name=p.name)
    with from_rows(some_people(), PATIENTS) as warehouse, warehouse.ask(query) as rows:
        assert repr(rows) == "<rows of 2 columns>"
        assert CANARY not in repr(warehouse)
        held = pa.Table.from_batches(rows.reveal())
    assert held.column("patient_id").to_pylist() == [1, 2, 3]


def test_nothing_is_left_behind_by_a_question() -> None:
    query = a_query(p.name.is_not_null(), name=p.name)
    with from_rows(some_people(), PATIENTS) as warehouse:
        for _ in range(2):
            with warehouse.ask(query) as rows:
                assert sum(batch.num_rows for batch in rows.reveal()) == 3
        gc.collect()
        tables = warehouse.run(Statement("SELECT table_name FROM duckdb_tables()"))
    assert tables == [("patients",)]


def test_what_the_engine_says_of_a_value_is_not_told() -> None:
    with from_rows(some_people(), PATIENTS) as warehouse:
        bad = Statement("SELECT CAST(name AS INTEGER) FROM patients")
        with pytest.raises(WarehouseError) as refused:
            warehouse.run(bad)
    assert CANARY not in str(refused.value)
    assert "ConversionException" in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_error_while_rows_stream_is_told_without_values() -> None:
    query = a_query(p.name.is_not_null(), name=p.name)
    with (
        from_rows(some_people(), PATIENTS) as warehouse,
        pytest.raises(WarehouseError) as refused,
        warehouse.ask(query),
    ):
        raise pa.ArrowInvalid(f"could not convert {CANARY}")
    assert CANARY not in str(refused.value)


def test_ids_may_be_text() -> None:
    table = pa.table({"patient_id": ["b", "a"], "name": ["x", "y"]})
    query = a_query(p.name.is_not_null(), name=p.name)
    with (
        from_rows({"patients": table}, PATIENTS) as warehouse,
        warehouse.ask(query) as rows,
    ):
        held = pa.Table.from_batches(rows.reveal()).to_pylist()
    assert held == [{"patient_id": "a", "name": "y"}, {"patient_id": "b", "name": "x"}]


def test_a_question_about_tables_that_are_not_there_names_them() -> None:
    query = a_query(e.exists_for_patient(), name=p.name)
    with (
        from_rows(some_people(), PATIENTS) as warehouse,
        pytest.raises(WarehouseError, match="no table events"),
        warehouse.ask(query),
    ):
        pytest.fail("it was answered")


def test_a_question_about_columns_of_other_types_names_them() -> None:
    other = TableSchema("patients", (Column("born", STR),), one_row_per_patient=True)
    query = a_query(p.born.is_not_null(), name=p.name)
    with (
        from_rows({}, {"patients": other}) as warehouse,
        pytest.raises(WarehouseError) as refused,
        warehouse.ask(query),
    ):
        pytest.fail("it was answered")
    assert "patients.born is str here, not date" in str(refused.value)
    assert "no column patients.name" in str(refused.value)


def test_a_question_about_rows_of_another_number_is_refused() -> None:
    other = TableSchema("patients", p.node_.schema.columns, one_row_per_patient=False)
    with (
        from_rows({}, {"patients": other}) as warehouse,
        pytest.raises(WarehouseError, match="many rows a patient here"),
        warehouse.ask(a_query(p.name.is_not_null())),
    ):
        pytest.fail("it was answered")


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ({"strangers": pa.table({"patient_id": pa.array([1])})}, "no schema"),
        ({"patients": pa.table({"patient_id": pa.array([1.5])})}, "patient_id comes as"),
        ({"patients": pa.table({"patient_id": pa.array([1]), "x": ["a"]})}, "holds x"),
        (
            {"patients": pa.table({"patient_id": pa.array([1]), "born": ["a"]})},
            "another type",
        ),
    ],
)
def test_tables_in_memory_fit_their_schemas(
    tables: dict[str, pa.Table], problem: str
) -> None:
    with pytest.raises(WarehouseError, match=problem):
        from_rows(tables, PATIENTS)
