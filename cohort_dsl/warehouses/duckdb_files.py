"""DuckDB over files as they lie: Parquet, CSV, and several DuckDB databases at once.

The engine may open what its site's settings name, and nothing else: not another file of the
same folder, no link, no network. No file may change while it answers: ``unchanged``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.warehouses import unchanged
from cohort_dsl.warehouses.duckdb import (
    ATTACHED,
    DuckDBWarehouse,
    attach,
    locked,
    quoted,
)
from cohort_dsl.warehouses.faults import WHERE
from cohort_dsl.warehouses.unchanged import Files, Steady

SETTINGS = ("database", "databases", "tables", "folder")

FILES = "files"
"""The database of views by which Parquet and CSV files are tables."""

# Types are the mapping's affair: whichever rows DuckDB looked at, it might guess wrong. It
# might also guess that rows are remarks (#12), or stand before the names of columns.
_CSV = "read_csv({}, header = true, all_varchar = true, comment = '', skip = 0)"

READERS: Mapping[str, str] = {
    ".parquet": "read_parquet({})",
    ".csv": _CSV,
    ".csv.gz": _CSV,
}


@dataclass(frozen=True)
class Opened:
    """``files``: as they were when the warehouse was opened."""

    connection: duckdb.DuckDBPyConnection
    files: Files

    def close(self) -> None:
        self.connection.close()


def warehouse(opened: Opened, catalog: Catalog, dialect: Dialect | None = None) -> Steady:
    """A DuckDB warehouse whose files mustn't change while it answers."""
    return Steady(DuckDBWarehouse(opened.connection, catalog, dialect), opened.files)


# Opening -----------------------------------------------------------------------


def problems(given: Mapping[str, object]) -> list[str]:
    """What is wrong with the settings together."""
    if not any(name in given for name in SETTINGS):
        return ["database isn't set, and neither are databases, tables or folder"]
    return []


def are_paths(value: object) -> bool:
    """Names, each with an absolute path."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(name, str) and name.isidentifier() for name in value)
        and all(
            isinstance(path, str) and Path(path).is_absolute() for path in value.values()
        )
    )


def opened(given: Mapping[str, object]) -> Opened:
    """A locked connection in which all that the settings name can be read.

    WarehouseError for a file that isn't there, is a link or is of no kind that we know.
    """
    tables, databases = _tables(given), _databases(given)
    paths = [path for files in tables.values() for path in files]
    files = unchanged.seen([*databases.values(), *paths])
    connection = duckdb.connect(":memory:")
    try:
        for name, path in databases.items():
            attach(connection, name, path)
        connection.execute(f"ATTACH ':memory:' AS {FILES}")
        connection.execute(f"SET allowed_paths = {_list(paths)}")
        locked(connection)
        for table, parts in tables.items():
            _view(connection, table, parts)
    except BaseException:
        connection.close()
        raise
    return Opened(connection, files)


def _databases(given: Mapping[str, object]) -> dict[str, Path]:
    named = given.get("databases", {})
    assert isinstance(named, Mapping), "the settings are sound"
    every = {str(name): Path(str(path)) for name, path in named.items()}
    if "database" in given:
        every = {ATTACHED: Path(str(given["database"])), **every}
    if FILES in every or len({name.casefold() for name in every}) < len(every):
        raise _refused(f"databases are called {FILES}, or alike", "Give it another name.")
    return every


def _tables(given: Mapping[str, object]) -> dict[str, list[Path]]:
    """Each table's files."""
    named = given.get("tables", {})
    assert isinstance(named, Mapping), "the settings are sound"
    found = {str(name): _matching(Path(str(path))) for name, path in named.items()}
    for path in _below(given.get("folder")):
        name = path.name.partition(".")[0]
        if name in found:
            raise _refused(f"there are two tables {name}", "Name one of them otherwise.")
        found[name] = _matching(path)
    for name, files in found.items():
        _demand_sound(name, files)
    return found


def _below(folder: object) -> Sequence[Path]:
    """The files and folders that are tables."""
    if folder is None:
        return ()
    there = sorted(Path(str(folder)).glob("[!.]*"))
    tables = [path for path in there if path.is_dir() or _kind(path)]
    if not tables:
        raise _refused(
            f"{folder} has no Parquet or CSV file", "Name the folder of the data."
        )
    return tables


def _matching(path: Path) -> list[Path]:
    """The files of a path, of a pattern, or in a folder; of a link, the link alone."""
    if path.is_symlink():
        return [path]
    if path.is_dir():
        return [one for one in sorted(path.iterdir()) if _kind(one)]
    if any(sign in path.name for sign in "*?["):
        return sorted(path.parent.glob(path.name))
    return [path]


def _kind(path: Path) -> str:
    return next((end for end in READERS if path.name.casefold().endswith(end)), "")


def _demand_sound(table: str, files: Sequence[Path]) -> None:
    if not files:
        raise _refused(f"table {table} has no file", "Name Parquet or CSV files.")
    for path in files:
        if path.is_symlink() or not path.is_file():
            problem = f"table {table}: {path} is no file (or is a link)"
            raise _refused(problem, "Name the file itself.")
    kinds = {_kind(path) for path in files}
    if len(kinds) > 1 or "" in kinds:
        problem = f"table {table} has files of several kinds, or of none that is known"
        raise _refused(problem, f"Let them end with one of {', '.join(READERS)}.")


def _view(connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path]) -> None:
    rows = READERS[_kind(files[0])].format(_list(files))
    try:
        connection.execute(
            f"CREATE VIEW {FILES}.main.{quoted(table, chr(34))} AS SELECT * FROM {rows}"  # noqa: S608 - quoted
        )
    except duckdb.Error:
        raise WarehouseError(
            f"DuckDB can't read the files of table {table}",
            where=str(files[0]),
            remedy="Check that they are what their names say; parts have the same columns.",
        ) from None


def _list(paths: Sequence[Path]) -> str:
    return f"[{', '.join(quoted(str(path), chr(39)) for path in paths)}]"


def _refused(problem: str, remedy: str) -> WarehouseError:
    return WarehouseError(problem, where=WHERE, remedy=remedy)


def physical(opened: Opened) -> Physical:
    """The tables and views of all that is attached, and of the files."""
    found = opened.connection.execute(
        "SELECT database_name, schema_name, table_name, column_name, data_type, "
        "is_nullable FROM duckdb_columns() WHERE NOT internal "
        "AND database_name NOT IN ('memory', 'system', 'temp')"
    ).fetchall()
    return of_columns(
        ((d, s, t), column, kind, null) for d, s, t, column, kind, null in found
    )
