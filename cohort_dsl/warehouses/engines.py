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
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.sql.sqlserver import SQLSERVER
from cohort_dsl.warehouses import duckdb_files, oracle_connecting, postgresql, spark_site
from cohort_dsl.warehouses.contract import Database
from cohort_dsl.warehouses.passfile import demand_private

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
    or the same in one statement. ``together``: what is wrong with several settings.
    """

    dialect: Dialect
    settings: Mapping[str, Setting]
    connect: Callable[[Given], Any]
    physical: Callable[[Any], Physical]
    warehouse: Callable[[Any, Catalog, Dialect], Database]
    together: Callable[[Given], list[str]] = lambda given: []

    def problems(self, given: Given) -> list[str]:
        """What is wrong with the settings that only this engine has."""
        alone = [
            f"{name} {setting.problem}"
            for name, setting in self.settings.items()
            if name in given and not setting.sound(given[name])
        ]
        return [*alone, *self.together(given)]


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_path(value: object) -> bool:
    return isinstance(value, str) and Path(value).is_absolute()


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


_WORD = Setting(_is_word, "isn't a name")
_PATH = Setting(_is_path, "isn't an absolute path")
_YES_OR_NO = Setting(lambda value: isinstance(value, bool), "isn't yes or no")
_PATHS = Setting(duckdb_files.are_paths, "aren't names, each with an absolute path")
_COUNT = Setting(_is_count, "isn't a whole number above 0")


def _to_server(given: Given) -> Any:
    """libpq calls the database dbname. No password: it stands in the passfile, which libpq
    passes over without a word if others may read it."""
    if "passfile" in given:
        demand_private(Path(str(given["passfile"])), "passfile")
    names = {"host", "port", "user", "passfile", "service", "sslmode", "sslrootcert"}
    where = {name: str(given[name]) for name in sorted(names & given.keys())}
    if "database" in given:
        where["dbname"] = str(given["database"])
    return postgresql.connect(where, int(str(given.get("statement_timeout", 0))))


def _to_oracle(given: Given) -> Any:
    """Its driver is imported where a site has it, and nowhere else."""
    from cohort_dsl.warehouses import oracle_opening

    return oracle_opening.opened(given)


def _in_oracle(session: Any) -> Physical:
    from cohort_dsl.warehouses import oracle_opening

    return oracle_opening.physical(session)


def _on_oracle(session: Any, catalog: Catalog, dialect: Dialect) -> Database:
    from cohort_dsl.warehouses import oracle_opening

    return oracle_opening.warehouse(session, catalog, dialect)


def _to_sqlserver(given: Given) -> Any:
    from cohort_dsl.warehouses import sqlserver

    return sqlserver.connect(given)


def _in_sqlserver(connection: Any) -> Physical:
    from cohort_dsl.warehouses import sqlserver

    return sqlserver.physical(connection)


def _on_sqlserver(connection: Any, catalog: Catalog, dialect: Dialect) -> Database:
    from cohort_dsl.warehouses import sqlserver

    return sqlserver.SQLServerWarehouse(connection, catalog, dialect)


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        "duckdb": Engine(
            DUCKDB,
            {
                **dict.fromkeys(("database", "folder"), _PATH),
                **dict.fromkeys(("databases", "tables"), _PATHS),
            },
            duckdb_files.opened,
            duckdb_files.physical,
            duckdb_files.warehouse,
            duckdb_files.problems,
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
            postgresql.warehouse,
        ),
        "oracle": Engine(
            ORACLE_19,
            {
                "user": Setting(_is_word, "isn't a name", required=True),
                "passfile": Setting(_is_path, "isn't an absolute path", required=True),
                **dict.fromkeys(("host", "database", "dsn", "server_cert_dn"), _WORD),
                **dict.fromkeys(("config_dir", "wallet", "wallet_passfile"), _PATH),
                **dict.fromkeys(("port", "connect_timeout", "statement_timeout"), _COUNT),
                **dict.fromkeys(("rows_at_once", "patients_at_once"), _COUNT),
                **dict.fromkeys(("tls", "flashback"), _YES_OR_NO),
                "tables": Setting(
                    lambda value: value in oracle_connecting.TABLES,
                    f"isn't one of {' and '.join(oracle_connecting.TABLES)}",
                ),
            },
            _to_oracle,
            _in_oracle,
            _on_oracle,
            oracle_connecting.problems,
        ),
        "spark": Engine(
            SPARK,
            {
                "master": Setting(spark_site.is_master, "isn't a master, such as local[8]"),
                "remote": Setting(spark_site.is_remote, "isn't sc://host:port"),
                "thrift": Setting(
                    spark_site.is_thrift, "isn't hive://user@host:port/schema"
                ),
                "memory": Setting(spark_site.is_memory, "isn't a size, such as 16g"),
                "parquet": Setting(
                    spark_site.is_parquet,
                    "isn't the absolute path of a folder, nor a list of table: path",
                ),
                "schema": Setting(spark_site.is_schema, "isn't a schema or catalog.schema"),
                "kerberos": _WORD,
                **dict.fromkeys(("passfile", "scratch"), _PATH),
            },
            spark_site.connect,
            spark_site.physical,
            spark_site.warehouse,
            spark_site.problems,
        ),
        "sqlserver": Engine(
            SQLSERVER,
            {
                **dict.fromkeys(
                    ("host", "user"), Setting(_is_word, "isn't a name", required=True)
                ),
                "passfile": Setting(_is_path, "isn't an absolute path", required=True),
                "database": _WORD,
                **dict.fromkeys(("port", "statement_timeout"), _COUNT),
                "encryption": Setting(
                    lambda value: value in ("require", "request", "off"),
                    "isn't one of require, request and off",
                ),
            },
            _to_sqlserver,
            _in_sqlserver,
            _on_sqlserver,
        ),
    }
)
