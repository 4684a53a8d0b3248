"""Spark in this process: Parquet in place, what its plans read, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort_dsl import create_dataset, load, testing, warehouses
from cohort_dsl.errors import WarehouseAway, WarehouseError
from cohort_dsl.extract import extract
from cohort_dsl.load import question_of
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.sql import Catalog, Statement
from cohort_dsl.tables.contract import patients
from cohort_dsl.warehouses.settings import read
from cohort_dsl.warehouses.spark import SparkWarehouse
from tests.an_i2b2 import I2B2, loaded
from tests.an_omop import TABLES, built
from tests.bench import data, on_duckdb, on_spark, studies
from tests.bench.compare import demand_equal
from tests.unit.mappings.test_i2b2 import cohort, forty

TINY = 0.0002  # 200 patients, 6,000 events


@pytest.mark.xdist_group("spark")
def test_forty_variables_read_each_file_once(spark: testing.Engine, tmp_path: Path) -> None:
    """As Spark's own plans have it; and the answer is DuckDB's."""
    files = {n: str(p) for n, p in data.made(tmp_path / "cache", data.Size(TINY)).items()}
    folder = studies.many(40, 20).written(tmp_path / "study")
    before = Path.cwd()
    os.chdir(folder)  # where its codelists are
    query = load.definition(Path("definition.py"))
    os.chdir(before)
    with on_spark.warehouse(files, query) as warehouse:
        assert on_spark.scans(warehouse, query) == {"events": 1, "patients": 1}
        extract(query, warehouse, tmp_path / "spark.parquet")
    with on_duckdb.warehouse(files, query) as other:
        extract(query, other, tmp_path / "duckdb.parquet")
    demand_equal(tmp_path / "spark.parquet", tmp_path / "duckdb.parquet")


def omop(folder: Path) -> Path:
    """A folder with a Parquet file for each table of OMOP's, of one person."""
    database = built(folder / "omop.duckdb", {"person": [{"person_id": 1}]})
    parquet = folder / "parquet"
    parquet.mkdir()
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in TABLES:
            connection.execute(f"COPY {table} TO '{parquet / table}.parquet'")
    return parquet


ALIKE = [
    "procedures",
    "medications",
    "registrations",
    "addresses",
    "documents",
    *(name for name in OFFERED if name.startswith("core.")),
]
"""Tables whose check asks Spark nothing that isn't asked of others."""


@pytest.mark.xdist_group("spark")
def test_a_folder_of_parquet_is_a_mapped_warehouse(
    spark: testing.Engine, tmp_path: Path
) -> None:
    folder = omop(tmp_path)
    settings = {
        "engine": "spark",
        "mapping": "omop",
        "parquet": str(folder),
        "empty_tables": ALIKE,
    }
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    question = question_of(dataset)
    with warehouses.open(settings) as warehouse:
        assert repr(warehouse) == "<warehouse mapped as omop>"
        with warehouse.ask(question) as answer:
            assert sum(batch.num_rows for batch in answer.reveal()) == 1
        # Each scan opens the files anew: what lies there now isn't what was checked.
        (folder / "person.parquet").write_bytes((folder / "note.parquet").read_bytes())
        with (
            pytest.raises(WarehouseAway, match=r"person\.parquet changed while"),
            warehouse.ask(question),
        ):
            pytest.fail("it was asked")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "its tables are either parquet or a schema"),
        ({"parquet": "relative"}, "isn't the absolute path of a folder"),
        ({"parquet": {"person": "relative"}}, "nor a list of table: path"),
        ({"parquet": "/data", "schema": "x"}, "either parquet or a schema"),
        ({"schema": "a.b.c"}, "schema isn't a schema or catalog.schema"),
        ({"schema": "x", "master": "here"}, "master isn't a master, such as local[8]"),
        ({"schema": "x", "memory": "much"}, "memory isn't a size, such as 16g"),
        ({"schema": "x", "remote": "host:1"}, "remote isn't sc://host:port"),
        ({"schema": "x", "thrift": "host:1"}, "thrift isn't hive://user@host:port/schema"),
        (
            {"schema": "x", "remote": "sc://h", "thrift": "hive://h"},
            "remote and thrift are different ways to Spark",
        ),
        ({"schema": "x", "remote": "sc://h", "memory": "4g"}, "memory is for master alone"),
        ({"parquet": "/data", "remote": "sc://h"}, "a server's folder can't be listed"),
    ],
)
def test_each_mistake_of_the_settings_is_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        read({"engine": "spark", "mapping": "omop", **given})
    assert words in refused.value.problem


def test_a_folder_that_is_not_there_or_is_empty_is_told(tmp_path: Path) -> None:
    for folder, words in (
        (tmp_path / "no", "there is no folder"),
        (tmp_path, "no Parquet"),
    ):
        with pytest.raises(WarehouseError) as refused:
            warehouses.open({"engine": "spark", "mapping": "omop", "parquet": str(folder)})
        assert words in refused.value.problem


@pytest.mark.xdist_group("spark")
def test_what_spark_says_of_a_value_is_printed_nowhere(
    spark: testing.Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    """Pyspark logs errors by itself, with the value that couldn't be converted."""
    [link] = spark.args  # type: ignore[attr-defined]
    warehouse = SparkWarehouse(link, Catalog({}))
    with pytest.raises(WarehouseError) as refused:
        warehouse.run(Statement("SELECT CAST(concat('canary', id) AS INT) FROM range(2)"))
    assert "canary" not in str(refused.value) + "".join(capfd.readouterr())


@pytest.mark.xdist_group("spark")
def test_forty_variables_read_i2b2s_facts_twice(
    spark: testing.Engine, tmp_path: Path
) -> None:
    """Once for the population and once for all else; equal to DuckDB's answer."""
    asked = {"engine": "spark", "mapping": "i2b2", "parquet": str(I2B2)}
    with warehouses.open(asked) as opened:
        engine: Any = opened._engine._database
        assert on_spark.scans(engine, forty())["observation_fact"] == 2
        found = cohort(opened, tmp_path / "spark")
    file = loaded(tmp_path / "demo.duckdb")
    given = {"engine": "duckdb", "database": str(file), "mapping": "i2b2"}
    with warehouses.open(given) as opened:
        assert cohort(opened, tmp_path / "duckdb") == found
