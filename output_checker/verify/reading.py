# ruff: noqa: S608 (columns are quoted and from the file's own list; values are bound)
"""A dataset's rows as DuckDB's table ``cohort``, in any format that extractions write.

By descriptor, so these are the bytes that were hashed and no name is a pattern. Columns
get the plain types that claims are about: categories are words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import duckdb
import pyarrow as pa

Columns: TypeAlias = frozenset[str] | None
Names: TypeAlias = Mapping[str, str]
"""Of each column of a file, by its name there, what DuckDB's table calls it."""
Load: TypeAlias = Callable[[duckdb.DuckDBPyConnection, str], Names]

PATIENT = "patient_id"
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
) -> Names:
    """Make ``cohort`` from the file at ``path``, whose format ``name`` ends with.

    ``only``: the columns that anybody asks for, where reading the others costs more.
    Returns the columns' names there: two may differ by case only, to DuckDB they may not.

    NotRows if it isn't such a file, without what the reader said: that may quote a value.
    """
    found = (one for end, one in LOADS.items() if name.endswith(end))
    try:
        return next(found, partial(_parquet, only=only))(connection, path)
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


def told_apart(names: Sequence[str]) -> list[str]:
    """A name in DuckDB for each of a file's columns: its own, or one with its place.

    DuckDB takes W and w for one name. Patients' numbers are always called as they are.
    """
    folded = Counter(name.lower() for name in names)
    alone = {name for name in names if folded[name.lower()] == 1}
    alone |= {PATIENT} if names.count(PATIENT) == 1 else set()
    taken, found = {name.lower() for name in alone}, []
    for place, name in enumerate(names, 1):
        own = name
        while name not in alone and own.lower() in folded.keys() | taken:
            own += f" ({place})"
        found.append(own)
        taken.add(own.lower())
    return found


def _by_name(names: Sequence[str], here: Sequence[str]) -> Names:
    """Two columns of the very same name are known by what they are called here."""
    pairs = zip(names, here, strict=True)
    return {name if names.count(name) == 1 else own: own for name, own in pairs}


def _parquet(connection: duckdb.DuckDBPyConnection, path: str, only: Columns) -> Names:
    there = "DESCRIBE SELECT * FROM read_parquet(?)"
    given = [row[0] for row in connection.execute(there, [path]).fetchall()]
    names = _in_parquet(connection, path)
    wanted = {
        name: own
        for name, own in _by_name(names, told_apart(names)).items()
        if only is None or name in only
    }
    own_of = dict(zip(told_apart(names), given, strict=True))
    kept = ", ".join(f"{_quoted(own_of[n])} AS {_quoted(n)}" for n in wanted.values())
    made = f"CREATE TABLE cohort AS SELECT {kept or '*'} FROM read_parquet(?)"
    connection.execute(made, [path])
    return wanted


def _in_parquet(connection: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    """The columns' names as the file has them; what is inside of one isn't a column."""
    sql = "SELECT name, coalesce(num_children, 0) FROM parquet_schema(?)"
    _, *parts = connection.execute(sql, [path]).fetchall()
    names, inside = [], 0
    for name, children in parts:
        if not inside:
            names.append(name)
        inside = max(inside - 1, 0) + children
    return names


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _arrow(connection: duckdb.DuckDBPyConnection, path: str) -> Names:
    with Path(path).open("rb") as file, pa.ipc.open_file(file) as rows:
        return _made_of(connection, rows.read_all())


def _stata(connection: duckdb.DuckDBPyConnection, path: str) -> Names:
    import pandas as pd

    with Path(path).open("rb") as file:
        frame = pd.read_stata(file)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    whole = pa.table(list(map(_whole, table)), names=table.schema.names)
    return _made_of(connection, whole)


def _whole(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """pandas reads Stata's ints as fractions where some are missing."""
    if pa.types.is_floating(values.type):
        try:
            return values.cast(pa.int64())  # refuses fractions, and what is too large
        except pa.ArrowInvalid:
            return values
    return values


def _made_of(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> Names:
    names = told_apart(table.schema.names)
    plain = [
        field.with_type(field.type.value_type)
        if pa.types.is_dictionary(field.type)
        else field
        for field in table.schema
    ]
    connection.register("given", table.cast(pa.schema(plain)).rename_columns(names))
    connection.execute("CREATE TABLE cohort AS SELECT * FROM given")
    connection.unregister("given")
    return _by_name(table.schema.names, names)


def _csv(connection: duckdb.DuckDBPyConnection, path: str) -> Names:
    return _text(connection, path, "none")


def _packed_csv(connection: duckdb.DuckDBPyConnection, path: str) -> Names:
    return _text(connection, path, "gzip")


def _text(connection: duckdb.DuckDBPyConnection, path: str, packed: str) -> Names:
    options = f"""all_varchar = true, delim = ',',
        quote = '"', escape = '"', compression = '{packed}'"""
    read = f"SELECT * FROM read_csv(?, {options}, header = "
    connection.execute(f"CREATE TEMPORARY TABLE given AS {read}true)", [path])
    given = [row[0] for row in connection.execute("DESCRIBE given").fetchall()]
    head = connection.execute(f"{read}false) LIMIT 1", [path]).fetchone() or ()
    names = _as_written(given, head)
    here = told_apart(names)
    pairs = zip(given, here, strict=True)
    columns = ", ".join(_typed(connection, name, own) for name, own in pairs)
    connection.execute(f"CREATE TABLE cohort AS SELECT {columns} FROM given")
    connection.execute("DROP TABLE given")
    return _by_name(names, here)


def _as_written(given: Sequence[str], head: Sequence[str | None]) -> list[str]:
    """The names in a CSV file's first line; DuckDB makes them different from each other."""
    if len(given) != len(head):
        return list(given)
    pairs = zip(given, head, strict=True)
    return [name if name and own.startswith(name) else own for own, name in pairs]


def _typed(connection: duckdb.DuckDBPyConnection, name: str, own: str) -> str:
    column = _quoted(name)
    forms = [form for form, _ in TYPES_OF_TEXT]
    tests = ", ".join(f"bool_and(regexp_full_match({column}, ?))" for _ in forms)
    found = connection.execute(f"SELECT {tests} FROM given", forms).fetchone() or ()
    kinds = (
        kind for matches, (_, kind) in zip(found, TYPES_OF_TEXT, strict=True) if matches
    )
    return f"CAST({column} AS {next(kinds, 'VARCHAR')}) AS {_quoted(own)}"


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
