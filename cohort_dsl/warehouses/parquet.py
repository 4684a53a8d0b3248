"""Parquet files as a warehouse: each contract table a file, or a folder of parts.

The engine is DuckDB, in memory and locked: of all the disk it can open these files alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.physical import Family, family
from cohort_dsl.model.types import INT, STR, Kind, TableSchema, ValueType
from cohort_dsl.sql import Catalog
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses import unchanged
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse, locked
from cohort_dsl.warehouses.unchanged import Steady

READ_AS: Mapping[Kind, tuple[str, frozenset[Family]]] = {
    Kind.BOOL: ("BOOLEAN", frozenset()),
    Kind.INT: ("BIGINT", frozenset({Family.WHOLE})),
    Kind.FLOAT: ("DOUBLE", frozenset({Family.WHOLE, Family.NUMBER})),
    Kind.STR: ("VARCHAR", frozenset({Family.TEXT})),
    Kind.DATE: ("DATE", frozenset()),
    Kind.CODE: ("VARCHAR", frozenset({Family.TEXT})),
    Kind.CODES: ("VARCHAR", frozenset({Family.TEXT})),
}
"""What a column is read as, and which families of types may be in the file."""


def from_parquet(
    tables: Mapping[str, Path],
    schemas: Mapping[str, TableSchema],
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Steady:
    """A warehouse of Parquet files, which mustn't change while it answers.

    ``tables``: for each schema's table its file, or a folder whose ``.parquet`` files are
    its parts; each with ``patient_id`` (whole numbers or text, all the same) and at least
    the schema's columns. ``threads`` and ``memory_limit`` ("4GB"): what DuckDB may use,
    where its own choice isn't good enough. WarehouseError where a file isn't there, can't
    be read or hasn't got the columns.
    """
    files = {name: _files(name, tables.get(name)) for name in schemas}
    before = unchanged.seen(Path(path) for paths in files.values() for path in paths)
    limits: dict[str, str | int] = {"threads": threads} if threads else {}
    limits |= {"memory_limit": memory_limit} if memory_limit else {}
    connection = duckdb.connect(":memory:", config=dict(limits))
    try:
        _allow(connection, [path for paths in files.values() for path in paths])
        served = _served(connection, files, schemas)
    except BaseException:
        connection.close()
        raise
    sources = {name: plain(schema) for name, schema in schemas.items()}
    return Steady(DuckDBWarehouse(connection, Catalog(sources, served)), before)


def _files(table: str, given: Path | None) -> Sequence[str]:
    paths = [given] if given is not None else []
    if given is not None and given.is_dir():
        paths = sorted(given.glob("*.parquet"))
    if not paths or not all(path.is_file() for path in paths):
        raise WarehouseError(
            f"there is no Parquet file of table {table}",
            where=str(given or "the Parquet files"),
            remedy="Give each table's file, or a folder with its .parquet files.",
        )
    return [str(path.absolute()) for path in paths]


def _allow(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> None:
    connection.execute(f"SET allowed_paths = {_list(paths)}")
    locked(connection)


def _list(texts: Sequence[str]) -> str:
    """A SET and a view take no parameters."""
    quoted = ("'" + text.replace("'", "''") + "'" for text in texts)
    return f"[{', '.join(quoted)}]"


def _served(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, Sequence[str]],
    schemas: Mapping[str, TableSchema],
) -> ValueType:
    """Each table as a view of its schema's columns; the type of patient_id."""
    held = {name: _columns(connection, name, files[name]) for name in schemas}
    families = {family(types["patient_id"]) for types in held.values()}
    patient_id = STR if families == {Family.TEXT} else INT
    for name, schema in schemas.items():
        wanted = {"patient_id": patient_id}
        wanted |= {column.name: column.type for column in schema.columns}
        rows = _as_wanted(name, held[name], wanted)
        view, source = _quoted(name), _list(files[name])
        made = f"CREATE VIEW {view} AS SELECT {rows} FROM read_parquet({source})"  # noqa: S608 - quoted
        connection.execute(made)
    return patient_id


def _columns(
    connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[str]
) -> dict[str, str]:
    """The columns that the files hold, and their types by DuckDB's names."""
    try:
        question = f"DESCRIBE SELECT * FROM read_parquet({_list(files)})"  # noqa: S608 - quoted
        found = connection.execute(question).fetchall()
    except duckdb.Error:
        raise WarehouseError(
            f"DuckDB can't read the file of table {table}",
            where=files[0],
            remedy="Check that it is a Parquet file; parts must have the same columns.",
        ) from None
    return {"patient_id": "none", **{row[0]: row[1] for row in found}}


def _as_wanted(table: str, held: Mapping[str, str], wanted: Mapping[str, ValueType]) -> str:
    wrong = [name for name, kind in wanted.items() if not _fits(held.get(name, ""), kind)]
    if wrong:
        raise WarehouseError(
            f"it has no {', no '.join(wrong)} of the schema's type",
            where=f"the Parquet file of table {table}",
            remedy="Write the file with the schema's columns, in its types.",
        )
    return ", ".join(
        f"CAST({_quoted(name)} AS {READ_AS[kind.kind][0]}) AS {_quoted(name)}"
        for name, kind in wanted.items()
    )


def _fits(type_name: str, kind: ValueType) -> bool:
    as_it_is, families = READ_AS[kind.kind]
    return type_name == as_it_is or family(type_name) in families


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
