"""The engines that a site may name, and what each wants to know to be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from cohort_dsl.mappings.physical import Physical
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.warehouses import duckdb, postgresql
from cohort_dsl.warehouses.contract import Database

Test: TypeAlias = Callable[[object], bool]
Given: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Setting:
    """``problem``: what is wrong with a value that isn't ``sound``."""

    sound: Test
    problem: str
    required: bool = False


@dataclass(frozen=True)
class Engine:
    """``connect``: from sound settings to a connection, which has ``close``.

    ``warehouse``: of a connection and its catalog, asked in this dialect: the engine's own,
    or the same in one statement.
    """

    dialect: Dialect
    settings: Mapping[str, Setting]
    connect: Callable[[Given], Any]
    physical: Callable[[Any], Physical]
    warehouse: Callable[[Any, Catalog, Dialect], Database]

    def problems(self, given: Given) -> list[str]:
        """What is wrong with the settings that only this engine has."""
        return [
            f"{name} {setting.problem}"
            for name, setting in self.settings.items()
            if name in given and not setting.sound(given[name])
        ]


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_path(value: object) -> bool:
    return isinstance(value, str) and Path(value).is_absolute()


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


_WORD = Setting(_is_word, "isn't a name")
_PATH = Setting(_is_path, "isn't an absolute path")
_COUNT = Setting(_is_count, "isn't a whole number above 0")


def _to_file(given: Given) -> Any:
    return duckdb.connect(Path(str(given["database"])))


def _to_server(given: Given) -> Any:
    """libpq calls the database dbname. No password: it stands in the passfile."""
    names = {"host", "port", "user", "passfile", "service", "sslmode", "sslrootcert"}
    where = {name: str(given[name]) for name in sorted(names & given.keys())}
    if "database" in given:
        where["dbname"] = str(given["database"])
    return postgresql.connect(where, int(str(given.get("statement_timeout", 0))))


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        "duckdb": Engine(
            DUCKDB,
            {"database": Setting(_is_path, "isn't an absolute path", required=True)},
            _to_file,
            duckdb.physical,
            duckdb.DuckDBWarehouse,
        ),
        "postgresql": Engine(
            POSTGRESQL,
            {
                **dict.fromkeys(("host", "database", "user", "service", "sslmode"), _WORD),
                **dict.fromkeys(("passfile", "sslrootcert"), _PATH),
                **dict.fromkeys(("port", "statement_timeout"), _COUNT),
            },
            _to_server,
            postgresql.physical,
            postgresql.PostgreSQLWarehouse,
        ),
    }
)
