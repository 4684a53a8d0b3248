# ruff: noqa: S608 (columns are quoted and from the file's own list; values are bound)
"""A dataset's rows as DuckDB's table ``cohort``, in any format that extractions write.

By descriptor, so these are the bytes that were hashed and no name is a pattern. Columns
get the plain types that claims are about: categories are words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import duckdb
import pyarrow as pa

Columns: TypeAlias = frozenset[str] | None
Load: TypeAlias = Callable[[duckdb.DuckDBPyConnection, str], None]

MADE = "CREATE TABLE cohort AS SELECT * FROM "
A_NUMBER = r"-?(0|[1-9]\d{0,17})"
A_FRACTION = r"-?\d+(\.\d+)?([eE][+-]?\d+)?"
A_DATE = r"\d{4}-\d\d-\d\d"
TYPES_OF_TEXT = (
    ("(?i)true|false", "BOOLEAN"),
    (A_NUMBER, "BIGINT"),
    (A_FRACTION, "DOUBLE"),
    (A_DATE, "DATE"),
)
"""A column of a CSV file has the first type in whose form all its values are written."""


class NotRows(Exception):
    """The file can't be read as what its name says."""


def load(
    connection: duckdb.DuckDBPyConnection, name: str, path: str, only: Columns = None
) -> None:
    """Make ``cohort`` from the file at ``path``, whose format ``name`` ends with.

    ``only``: the columns that anybody asks for, where reading the others costs more.

    NotRows if it isn't such a file, without what the reader said: that may quote a value.
    """
    found = (one for end, one in LOADS.items() if name.endswith(end))
    try:
        next(found, partial(_parquet, only=only))(connection, path)
    except (duckdb.Error, pa.ArrowException, ValueError, OSError, KeyError):
        raise NotRows from None


def at_most(connection: duckdb.DuckDBPyConnection, name: str, path: str, most: int) -> None:
    """NotRows if a file that an action made would unpack to more rows than ``most``.

    So only what says its size before it is unpacked: Parquet, and plain CSV.
    """
    if name.endswith(".csv"):
        return
    try:
        sql = "SELECT num_rows FROM parquet_file_metadata(?)"
        found = connection.execute(sql, [path]).fetchone()
    except duckdb.Error:
        raise NotRows from None
    if found is None or found[0] > most:
        raise NotRows


def _parquet(connection: duckdb.DuckDBPyConnection, path: str, only: Columns) -> None:
    there = "DESCRIBE SELECT * FROM read_parquet(?)"
    names = [row[0] for row in connection.execute(there, [path]).fetchall()]
    kept = ", ".join(_quoted(name) for name in names if only is None or name in only)
    made = f"CREATE TABLE cohort AS SELECT {kept or '*'} FROM read_parquet(?)"
    connection.execute(made, [path])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _arrow(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    with Path(path).open("rb") as file, pa.ipc.open_file(file) as rows:
        _made_of(connection, rows.read_all())


def _stata(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    import pandas as pd

    with Path(path).open("rb") as file:
        frame = pd.read_stata(file)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    _made_of(connection, pa.table(list(map(_whole, table)), names=table.schema.names))


def _whole(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """pandas reads Stata's ints as fractions where some are missing."""
    if pa.types.is_floating(values.type):
        try:
            return values.cast(pa.int64())  # refuses fractions, and what is too large
        except pa.ArrowInvalid:
            return values
    return values


def _made_of(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    plain = [
        field.with_type(field.type.value_type)
        if pa.types.is_dictionary(field.type)
        else field
        for field in table.schema
    ]
    connection.register("given", table.cast(pa.schema(plain)))
    connection.execute(f"{MADE} given")
    connection.unregister("given")


def _csv(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    _text(connection, path, "none")


def _packed_csv(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    _text(connection, path, "gzip")


def _text(connection: duckdb.DuckDBPyConnection, path: str, packed: str) -> None:
    options = f"""all_varchar = true, header = true, delim = ',',
        quote = '"', escape = '"', compression = '{packed}'"""
    connection.execute(
        f"CREATE TEMPORARY TABLE given AS SELECT * FROM read_csv(?, {options})", [path]
    )
    names = [row[0] for row in connection.execute("DESCRIBE given").fetchall()]
    columns = ", ".join(_typed(connection, name) for name in names)
    connection.execute(f"CREATE TABLE cohort AS SELECT {columns} FROM given")
    connection.execute("DROP TABLE given")


def _typed(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    column = _quoted(name)
    forms = [form for form, _ in TYPES_OF_TEXT]
    tests = ", ".join(f"bool_and(regexp_full_match({column}, ?))" for _ in forms)
    found = connection.execute(f"SELECT {tests} FROM given", forms).fetchone() or ()
    kinds = (
        kind for matches, (_, kind) in zip(found, TYPES_OF_TEXT, strict=True) if matches
    )
    return f"CAST({column} AS {next(kinds, 'VARCHAR')}) AS {column}"


LOADS: Mapping[str, Load] = MappingProxyType(
    {
        ".arrow": _arrow,
        ".feather": _arrow,
        ".csv.gz": _packed_csv,
        ".csv": _csv,
        ".dta": _stata,
    }
)
"""By how a name ends; anything else is read as Parquet."""
