"""What a site's policy says about its warehouse, and the warehouse that this gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import binding, reading
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.warehouses import duckdb
from cohort_dsl.warehouses.mapped import MappedWarehouse

WHERE = "the site's warehouse settings"
KEYS = ("engine", "database", "mapping", "empty_tables")
ENGINES = ("duckdb",)


@dataclass(frozen=True)
class Settings:
    """``empty_tables``: contract tables, or ``table.column``, that the site can't serve."""

    database: Path
    mapping: str
    empty_tables: frozenset[str]


def read(settings: Mapping[str, object]) -> Settings:
    """The settings; WarehouseError with all that is wrong with them."""
    empty = settings.get("empty_tables", ())
    wrong = [*_wrong_keys(settings), *_wrong_values(settings), *_wrong_tables(empty)]
    if wrong:
        raise WarehouseError(
            "; ".join(wrong), where=WHERE, remedy="Correct the site's policy file."
        )
    names = frozenset(map(str, empty)) if isinstance(empty, Sequence) else frozenset()
    return Settings(Path(str(settings["database"])), str(settings["mapping"]), names)


def _wrong_keys(settings: Mapping[str, object]) -> list[str]:
    unknown = [f"there is no setting {key}" for key in sorted(settings.keys() - set(KEYS))]
    required = set(KEYS) - {"empty_tables"}
    lacking = [f"{key} isn't set" for key in sorted(required - settings.keys())]
    return [*unknown, *lacking]


def _wrong_values(settings: Mapping[str, object]) -> list[str]:
    engine, database = settings.get("engine", "duckdb"), settings.get("database", "/")
    wrong = []
    if engine not in ENGINES:
        wrong.append(f"there is no engine {engine}, only {', '.join(ENGINES)}")
    if not isinstance(database, str) or not Path(database).is_absolute():
        wrong.append("database isn't an absolute path")
    if not isinstance(settings.get("mapping", ""), str):
        wrong.append("mapping isn't a name")
    return wrong


def _wrong_tables(empty: object) -> list[str]:
    if isinstance(empty, str) or not isinstance(empty, Sequence):
        return ["empty_tables isn't a list of tables"]
    return [
        f"no contract has a table {name}{_near(str(name))}"
        for name in empty
        if name not in OFFERED and name not in _columns()
    ]


def _columns() -> frozenset[str]:
    return frozenset(f"{t.name}.{c.name}" for t in OFFERED.values() for c in t.columns)


def _near(name: str) -> str:
    near = get_close_matches(name, [*OFFERED, *_columns()], n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def open_warehouse(settings: Mapping[str, object]) -> MappedWarehouse:
    """The warehouse that the settings describe, open and locked against everything else.

    WarehouseError for settings that aren't understood, a mapping that isn't there or is
    wrong, and a database that isn't there or can't be read.
    """
    site = read(settings)
    mapping = reading.load(site.mapping)
    connection = duckdb.connect(site.database)
    try:
        physical = duckdb.physical(connection)
        bound = binding.bind(mapping, physical, DUCKDB, site.empty_tables)
    except BaseException:
        connection.close()
        raise
    engine = duckdb.DuckDBWarehouse(connection, bound.catalog)
    return MappedWarehouse(engine, bound, mapping.name)
