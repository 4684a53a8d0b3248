"""The public warehouse answers on PostgreSQL as it does on DuckDB, to the last byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import psycopg

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.extract import extract
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.tables.contract import diagnoses, medications, patients
from cohort_dsl.testing import query_of
from tests.a_postgres import Server
from tests.an_omop import (
    GIBLEED,
    LACKS,
    TABLES,
    gibleed,
    in_its_words,
    on_server,
    rows_of,
    what_a_check_finds,
)


def copied(source: Path, target: psycopg.Connection[Any]) -> None:
    """The tables that a mapping reads."""
    with duckdb.connect(str(source), read_only=True) as held:
        for table in TABLES:
            columns = held.execute(f"DESCRIBE {table}").fetchall()
            typed = ", ".join(f"{column[0]} {column[1]}" for column in columns)
            target.execute(f"CREATE TABLE {table} ({in_its_words(typed)})")
            rows = held.execute(f"SELECT * FROM {table}").fetchall()
            with target.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def a_question() -> Any:
    dataset = create_dataset()
    dataset.define_population(patients.date_of_birth.is_not_null())
    dataset.seen = diagnoses.sort_by(diagnoses.date).last_for_patient().code
    dataset.drugs = medications.code.count_distinct_for_patient()
    dataset.age = patients.age_on("2020-01-01")
    return query_of(dataset)


def test_the_public_warehouse_is_served_alike(postgres: Server, tmp_path: Path) -> None:
    with on_server(postgres, {}, {}) as given, gibleed() as small:
        with postgres.connect(given["database"]) as connection:
            copied(GIBLEED, connection)
        site = {**given, "mapping": "omop", "empty_tables": LACKS}
        with warehouses.open(site) as large:
            for table in OFFERED:
                one, other = ((rows_of(w, table)) for w in (small, large))
                assert sorted(map(repr, other)) == sorted(map(repr, one)), table
            assert what_a_check_finds(large) == what_a_check_finds(small)
            one = extract(a_question(), small, tmp_path / "small.parquet")
            other = extract(a_question(), large, tmp_path / "large.parquet")
    assert one.rows > 2000
    assert other.sha256 == one.sha256
