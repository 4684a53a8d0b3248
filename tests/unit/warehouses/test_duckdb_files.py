"""DuckDB over Parquet, CSV and several databases: locked, and nothing changes unnoticed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from cohort_dsl import cohort_file, create_measures, months, testing
from cohort_dsl.cohort_file import Columns
from cohort_dsl.errors import WarehouseError
from cohort_dsl.language.intervals import INTERVAL
from cohort_dsl.mappings.physical import Family
from cohort_dsl.model.types import INT, STR
from cohort_dsl.sql import Catalog, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses import duckdb_files
from cohort_dsl.warehouses.duckdb_files import Opened, opened, physical
from cohort_dsl.warehouses.engines import ENGINES
from cohort_dsl.warehouses.rows import Answer, Rows
from cohort_dsl.warehouses.settings import read
from cohort_dsl.warehouses.unchanged import Steady
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

SCHEMAS = {"patients": p.node_.schema, "events": e.node_.schema}
CATALOG = Catalog({name: plain(schema) for name, schema in SCHEMAS.items()})
NAMES = a_query(p.name.is_not_null(), name=p.name)


def written(path: Path, rows: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    kind = "csv" if ".csv" in path.name else "parquet"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT {kind})")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Patients in two parts of Parquet, codes in CSV, and a file of somebody else's."""
    parts = tmp_path / "data" / "patients"
    parts.mkdir(parents=True)
    for number in (1, 2):
        rows = f"SELECT {number}::BIGINT AS patient_id, 'n{number}' AS name"
        written(parts / f"part-{number}.parquet", rows)
    written(tmp_path / "data" / "codes.csv", "SELECT '007' AS code, '' AS label")
    (tmp_path / "data" / "README").write_text("no table")
    written(tmp_path / "other.parquet", "SELECT 1 AS secret")
    return tmp_path / "data"


@pytest.fixture
def site(folder: Path) -> Iterator[Opened]:
    with closing(opened({"folder": str(folder)})) as found:
        yield found


def with_views(site: Opened) -> Steady:
    """Tables as the spec's are called, over the files."""
    columns = ", ".join(
        f"NULL::{'DATE' if c.type.kind.value == 'date' else 'VARCHAR'} AS {c.name}"
        for c in SCHEMAS["patients"].columns
        if c.name != "name"
    )
    site.connection.execute(
        f"CREATE VIEW patients AS SELECT patient_id, name, {columns} FROM files.patients"
    )
    return duckdb_files.warehouse(site, CATALOG)


def test_a_folder_is_a_table_for_each_file_and_each_folder_of_parts(site: Opened) -> None:
    found = physical(site)
    assert {table.path for table in found.tables} == {
        ("files", "main", "patients"),
        ("files", "main", "codes"),
    }
    assert found.table("patients").column("patient_id").family is Family.WHOLE
    code = site.connection.execute("SELECT code, label FROM files.codes").fetchall()
    assert code == [("007", None)]
    assert found.table("codes").column("code").family is Family.TEXT


def test_no_row_of_a_csv_file_is_taken_for_a_remark(tmp_path: Path) -> None:
    """Nor for something that stands before the names: these are in the first line."""
    (tmp_path / "opposed.csv").write_text("patient,note\n#1,a\n2,b\n")
    (tmp_path / "titled.csv").write_text("Export\n\npatient,note\n1,a\n2,b\n")
    with closing(opened({"folder": str(tmp_path)})) as site:
        rows = site.connection.execute("SELECT patient FROM files.opposed").fetchall()
        assert set(physical(site).table("titled").columns) == {"export"}
    assert sorted(rows) == [("#1",), ("2",)]


def test_tables_may_be_named_with_patterns_and_databases_beside_them(
    folder: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as made:
            made.execute(f"CREATE TABLE {name}_table AS SELECT 1 AS id")
    given = {
        "database": str(tmp_path / "one.duckdb"),
        "databases": {"registry": str(tmp_path / "two.duckdb")},
        "tables": {"people": str(folder / "patients" / "part-*.parquet")},
    }
    with closing(opened(given)) as site:
        found = physical(site)
        rows = site.connection.execute("SELECT count(*) FROM files.people").fetchone()
    assert {table.path for table in found.tables} == {
        ("warehouse", "main", "one_table"),
        ("registry", "main", "two_table"),
        ("files", "main", "people"),
    }
    assert found.table("registry.main.two_table").name == "two_table"
    assert rows == (2,)


OTHER = "{other}"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd')",
        f"SELECT * FROM read_parquet('{OTHER}')",
        f"SELECT * FROM '{OTHER}'",
        f"SELECT * FROM read_parquet(['{OTHER}'])",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "COPY files.patients TO '{folder}/out.parquet'",
        "COPY (SELECT 1) TO '{folder}/patients/part-3.parquet'",
        "SELECT * FROM read_text('{folder}/README')",
        "ATTACH '/tmp/other.duckdb'",
        "ATTACH '{folder}/new.duckdb' AS new",
        "INSTALL httpfs",
        "SET allowed_paths = ['/etc/passwd']",
        "SET allowed_directories = ['/']",
        "SET enable_external_access = true",
        "RESET lock_configuration",
    ],
)
def test_nothing_but_what_is_named_can_be_opened(
    site: Opened, folder: Path, statement: str
) -> None:
    text = statement.format(other=folder.parent / "other.parquet", folder=folder)
    with pytest.raises(duckdb.Error):
        site.connection.execute(text).fetchall()
    assert site.connection.execute("SELECT count(*) FROM files.patients").fetchone() == (2,)


def test_a_link_is_no_file(folder: Path) -> None:
    (folder / "patients" / "part-9.parquet").symlink_to(folder.parent / "other.parquet")
    with pytest.raises(WarehouseError, match="is a link"):
        opened({"folder": str(folder)})


def test_a_link_to_a_folder_is_no_table(folder: Path) -> None:
    """Else files of other folders could be read."""
    (folder / "ages").symlink_to(folder / "patients")
    with pytest.raises(WarehouseError, match=r"ages: .* is no file"):
        opened({"folder": str(folder)})
    with pytest.raises(WarehouseError, match=r"ages: .* is no file"):
        opened({"tables": {"ages": str(folder / "ages")}})


def test_a_link_in_place_of_a_file_is_noticed(site: Opened, folder: Path) -> None:
    part = folder / "patients" / "part-2.parquet"
    part.unlink()
    part.symlink_to(folder / "patients" / "part-1.parquet")
    with pytest.raises(WarehouseError, match=r"part-2\.parquet changed"):
        site.files.demand_unchanged()


def test_an_answer_of_files_that_stay_is_given(site: Opened) -> None:
    with with_views(site) as warehouse, warehouse.ask(NAMES) as rows:
        held = [row for batch in rows.reveal() for row in batch.to_pylist()]
    assert held == [{"patient_id": 1, "name": "n1"}, {"patient_id": 2, "name": "n2"}]


def change(folder: Path, how: str) -> None:
    part = folder / "patients" / "part-2.parquet"
    before = part.stat()
    if how == "gone":
        part.unlink()
    elif how == "replaced":
        other = written(
            folder / "new.parquet", "SELECT 3::BIGINT AS patient_id, 'n3' AS name"
        )
        other.replace(part)
    else:
        held = part.read_bytes()
        part.write_bytes(held[:-1] + bytes([held[-1]]))
    if how != "gone":
        os.utime(part, ns=(before.st_atime_ns, before.st_mtime_ns))


def written_while(warehouse: Steady, target: Path, happens: Callable[[], None]) -> None:
    columns = Columns({"patient_id": INT, "name": STR})
    with warehouse.ask(NAMES) as rows:
        happens()
        cohort_file.write(rows, columns, target, "")


@pytest.mark.parametrize("how", ["gone", "replaced", "rewritten with its old time"])
def test_a_file_that_changes_while_it_is_read_leaves_no_half_of_an_answer(
    site: Opened, folder: Path, tmp_path: Path, how: str
) -> None:
    target = tmp_path / "cohort.parquet"
    with with_views(site) as warehouse:
        with pytest.raises(WarehouseError, match=r"part-2\.parquet changed while"):
            written_while(warehouse, target, lambda: change(folder, how))
        assert not target.exists()
        with pytest.raises(WarehouseError, match="changed"), warehouse.ask(NAMES):
            pytest.fail("it was answered")
        with pytest.raises(WarehouseError, match="changed"):
            warehouse.explain(NAMES, lambda: 0.0)


def test_what_is_explained_and_measured_is_of_files_that_stay(
    site: Opened, folder: Path
) -> None:
    measures = create_measures()
    everybody, times = p.exists_for_patient(), months(1).starting_on("2024-01-01")
    born = p.born.is_before(INTERVAL.start_date)
    measures.define_measure("all", born, everybody, intervals=times)
    asked = testing.measures_of(measures)
    with with_views(site) as warehouse:
        assert warehouse.explain(NAMES, lambda: 0.0).took[-1].rows == 2
        [row] = [
            r for batch in warehouse.measure(asked).reveal() for r in batch.to_pylist()
        ]
        assert row["denominator"] == 2
        change(folder, "gone")
        with pytest.raises(WarehouseError, match="changed"):
            warehouse.measure(asked)
        with pytest.raises(WarehouseError, match="changed"):
            warehouse.run(Statement("SELECT 1"))


def test_event_tables_too_are_of_files_that_stay(folder: Path) -> None:
    rows = pa.RecordBatch.from_pydict({"patient_id": [1]})
    told = Rows(rows.schema, [rows])
    checked: list[str] = []
    answer = Answer(rows.schema, [rows], {"visits": lambda: told})
    visits = answer.followed(lambda: checked.append("again")).event_table("visits")
    assert [batch.num_rows for batch in visits.reveal()] == [1]
    assert checked == ["again"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"tables": {"a": "{folder}/none.parquet"}}, "is no file"),
        ({"tables": {"a": "{folder}/patients/x*.parquet"}}, "has no file"),
        ({"tables": {"a": "{folder}/README"}}, "none that is known"),
        (
            {"tables": {"codes": "{folder}/codes.csv"}, "folder": "{folder}"},
            "two tables codes",
        ),
        ({"folder": "{folder}/../nothing"}, "no Parquet or CSV file"),
        ({"databases": {"files": "{folder}/x.duckdb"}}, "called files"),
        ({"databases": {"a": "{folder}/x.duckdb"}}, "no such file"),
        ({"database": "{folder}/README"}, "can't read this file"),
    ],
)
def test_each_mistake_is_told(folder: Path, given: Mapping[str, Any], problem: str) -> None:
    def within(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: within(one) for name, one in value.items()}
        return value.format(folder=folder)

    with pytest.raises(WarehouseError, match=problem):
        opened(within(dict(given)))


def test_a_file_that_is_not_what_its_name_says_is_told(folder: Path) -> None:
    (folder / "broken.parquet").write_text("measles " * 100)
    with pytest.raises(
        WarehouseError, match="can't read the files of table broken"
    ) as told:
        opened({"folder": str(folder)})
    assert "measles" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "database isn't set, and neither are databases, tables or folder"),
        ({"tables": ["a"]}, "tables aren't names, each with an absolute path"),
        ({"tables": {"a": "b.csv"}}, "tables aren't names"),
        ({"databases": {"a-b": "/c"}}, "databases aren't names"),
        ({"folder": "data"}, "folder isn't an absolute path"),
    ],
)
def test_settings_are_read_strictly(given: Mapping[str, Any], words: str) -> None:
    with pytest.raises(WarehouseError, match=words):
        read({"engine": "duckdb", "mapping": "omop", **given})


def test_the_engine_opens_what_its_settings_name(folder: Path) -> None:
    engine = ENGINES["duckdb"]
    with closing(engine.connect({"folder": str(folder)})) as connection:
        assert len(engine.physical(connection).tables) == 2
