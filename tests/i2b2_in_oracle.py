"""i2b2's tables as its own DDL for Oracle makes them, and its demo's rows in them.

What that DDL says is told here as data: names, types, what must be there, keys, defaults,
and those indexes that rows are found by. It was read in i2b2/i2b2-data (release 1.7's
crc_create_datamart_oracle.sql, MPL-2.0); no line of it is copied. Left out is its index of
texts (CTXSYS.CONTEXT), which is a product of Oracle's own. Release 1.8, which the demo's
rows are of, has longer codes of places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cohort_dsl.mappings import binding, reading
from cohort_dsl.mappings.physical import of_columns
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.warehouses.mapped import MappedWarehouse
from cohort_dsl.warehouses.oracle import Habits
from cohort_dsl.warehouses.oracle_opening import Opened, kind_of, physical, warehouse

ID, VALUE = "NUMBER(38, 0)", "NUMBER(18, 5)"
LOADING = {  # how a row came there: the last columns of each table
    "UPDATE_DATE": "DATE",
    "DOWNLOAD_DATE": "DATE",
    "IMPORT_DATE": "DATE",
    "SOURCESYSTEM_CD": "VARCHAR2(50)",
    "UPLOAD_ID": ID,
}


@dataclass(frozen=True)
class Table:
    """``needed``: columns that are never NULL, beside those of the ``key``."""

    columns: dict[str, str]
    key: tuple[str, ...]
    needed: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    def made(self, name: str) -> str:
        """What makes it."""
        columns = self.columns | LOADING
        told = [f"{n} {kind}{self._more(n)}" for n, kind in columns.items()]
        told.append(f"CONSTRAINT {name}_PK PRIMARY KEY ({', '.join(self.key)})")
        return f"CREATE TABLE {name} ({', '.join(told)})"

    def indexed(self, name: str) -> Iterator[str]:
        """What makes its indexes."""
        for number, index in enumerate(self.indexes, start=1):
            yield f"CREATE INDEX {name}_{number} ON {name} ({', '.join(index)})"

    def _more(self, column: str) -> str:
        usual = dict(self.defaults).get(column)
        there = column in (*self.key, *self.needed)
        return (f" DEFAULT {usual}" if usual else "") + (" NOT NULL" if there else "")


def text(length: int) -> str:
    return f"VARCHAR2({length})"


TABLES = {
    "OBSERVATION_FACT": Table(
        {
            "ENCOUNTER_NUM": ID,
            "PATIENT_NUM": ID,
            "CONCEPT_CD": text(50),
            "PROVIDER_ID": text(50),
            "START_DATE": "DATE",
            "MODIFIER_CD": text(100),
            "INSTANCE_NUM": "NUMBER(18, 0)",
            "VALTYPE_CD": text(50),
            "TVAL_CHAR": text(255),
            "NVAL_NUM": VALUE,
            "VALUEFLAG_CD": text(50),
            "QUANTITY_NUM": VALUE,
            "UNITS_CD": text(50),
            "END_DATE": "DATE",
            "LOCATION_CD": text(50),
            "SAMPLE_CD": text(200),
            "OBSERVATION_BLOB": "CLOB",
            "CONFIDENCE_NUM": VALUE,
        },
        key=(
            *("PATIENT_NUM", "CONCEPT_CD", "MODIFIER_CD", "START_DATE"),
            *("ENCOUNTER_NUM", "INSTANCE_NUM", "PROVIDER_ID"),
        ),
        defaults=(("MODIFIER_CD", "'@'"), ("INSTANCE_NUM", "'1'")),
        indexes=(("CONCEPT_CD",),),
    ),
    "PATIENT_DIMENSION": Table(
        {
            "PATIENT_NUM": ID,
            "VITAL_STATUS_CD": text(50),
            "BIRTH_DATE": "DATE",
            "DEATH_DATE": "DATE",
            "SEX_CD": text(50),
            "AGE_IN_YEARS_NUM": ID,
            "LANGUAGE_CD": text(50),
            "RACE_CD": text(50),
            "MARITAL_STATUS_CD": text(50),
            "RELIGION_CD": text(50),
            "ZIP_CD": text(10),
            "STATECITYZIP_PATH": text(700),
            "INCOME_CD": text(50),
            "PATIENT_BLOB": "CLOB",
        },
        key=("PATIENT_NUM",),
        indexes=(
            ("PATIENT_NUM", "VITAL_STATUS_CD", "BIRTH_DATE", "DEATH_DATE"),
            ("STATECITYZIP_PATH", "PATIENT_NUM"),
        ),
    ),
    "VISIT_DIMENSION": Table(
        {
            "ENCOUNTER_NUM": ID,
            "PATIENT_NUM": ID,
            "ACTIVE_STATUS_CD": text(50),
            "START_DATE": "DATE",
            "END_DATE": "DATE",
            "INOUT_CD": text(50),
            "LOCATION_CD": text(100),
            "LOCATION_PATH": text(900),
            "LENGTH_OF_STAY": ID,
            "VISIT_BLOB": "CLOB",
        },
        key=("ENCOUNTER_NUM", "PATIENT_NUM"),
        indexes=(("START_DATE", "END_DATE"),),
    ),
    "CONCEPT_DIMENSION": Table(
        {
            "CONCEPT_PATH": text(700),
            "CONCEPT_CD": text(50),
            "NAME_CHAR": text(2000),
            "CONCEPT_BLOB": "CLOB",
        },
        key=("CONCEPT_PATH",),
    ),
    "MODIFIER_DIMENSION": Table(
        {
            "MODIFIER_PATH": text(700),
            "MODIFIER_CD": text(50),
            "NAME_CHAR": text(2000),
            "MODIFIER_BLOB": "CLOB",
        },
        key=("MODIFIER_PATH",),
    ),
    "PROVIDER_DIMENSION": Table(
        {
            "PROVIDER_ID": text(50),
            "PROVIDER_PATH": text(700),
            "NAME_CHAR": text(850),
            "PROVIDER_BLOB": "CLOB",
        },
        key=("PROVIDER_PATH", "PROVIDER_ID"),
        indexes=(("PROVIDER_ID", "NAME_CHAR"),),
    ),
    "CODE_LOOKUP": Table(
        {
            "TABLE_CD": text(100),
            "COLUMN_CD": text(100),
            "CODE_CD": text(50),
            "NAME_CHAR": text(650),
            "LOOKUP_BLOB": "CLOB",
        },
        key=("TABLE_CD", "COLUMN_CD", "CODE_CD"),
        indexes=(("NAME_CHAR",),),
    ),
}


def _kind(told: str) -> str:
    """A type as the warehouse knows it."""
    kind, _, rest = told.partition("(")
    numbers = [int(one) for one in rest.strip(")").split(",") if one]
    return kind_of(kind, *(numbers if kind == "NUMBER" else (None, None)))


THERE = of_columns(
    (("EDS", name), column, _kind(told))
    for name, table in TABLES.items()
    for column, told in (table.columns | LOADING).items()
)
"""As its dictionary tells it, where nothing need be asked of it."""


def filled(connection: Any, file: Path, folder: Path) -> None:
    """The tables in H2, which is spoken to as if it were Oracle, with the file's rows.

    ``''`` is NULL there. ``folder``: to put files into.
    """
    with duckdb.connect(file, read_only=True) as source, connection.cursor() as cursor:
        for name, table in TABLES.items():
            cursor.execute(table.made(name))
            if columns := _columns(source, name):
                _fill(cursor, source, name, columns, folder / f"{name}.csv")
            for statement in table.indexed(name):
                cursor.execute(statement)
        # Beside i2b2's own: H2 joins row by row
        cursor.execute("CREATE INDEX CONCEPT_CODES ON CONCEPT_DIMENSION (CONCEPT_CD)")
    connection.commit()


def _columns(source: duckdb.DuckDBPyConnection, name: str) -> str:
    """Those that the file has; none where it hasn't the table."""
    found = source.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [name.lower()]
    )
    return ", ".join(column for (column,) in found.fetchall())


def _fill(
    cursor: Any, source: duckdb.DuckDBPyConnection, name: str, columns: str, csv: Path
) -> None:
    day = "timestampformat '%Y-%m-%d %H:%M:%S'"
    told = f"(header, nullstr 'NULL', {day})"
    source.execute(f"COPY (SELECT {columns} FROM {name}) TO '{csv}' {told}")
    read = f"CSVREAD('{csv}', NULL, 'charset=UTF-8 null=NULL')"
    cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {read}")


def into_h2(connection: Any, file: Path, folder: Path) -> MappedWarehouse:
    """The same, read by its own dictionary and explained by the mapping."""
    filled(connection, file, folder)
    made = Opened(connection, "H2 as Oracle", "private", Habits())
    bound = binding.bind(reading.load("i2b2"), physical(made), ORACLE_19, frozenset())
    return MappedWarehouse(warehouse(made, bound.catalog, ORACLE_19), bound, "i2b2")


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    """A site's, of a server that nobody has."""
    passfile = folder / "password"
    passfile.write_text("tiger\n")
    passfile.chmod(0o600)
    where = {"host": "db.example", "database": "eds", "user": "strongroom"}
    given = {"engine": "oracle", **where, "passfile": str(passfile), "tables": "private"}
    return {**given, "mapping": "i2b2", **more}
