"""What an engine says of itself: its version, and the settings that answers may hang on.

Only words of this list are asked for. None of them names a host, a database or a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.sql import Statement
from cohort_dsl.warehouses.contract import Database

LONGEST = 300  # characters of what an engine says

_POSTGRESQL = (
    *("server_version", "server_encoding", "TimeZone", "DateStyle", "work_mem", "jit"),
    *("default_transaction_read_only", "transaction_read_only", "max_stack_depth"),
)
_DUCKDB = ("TimeZone", "threads", "memory_limit", "enable_external_access")
_NLS = (
    *("NLS_CALENDAR", "NLS_COMP", "NLS_DATE_FORMAT", "NLS_LANGUAGE"),
    *("NLS_NUMERIC_CHARACTERS", "NLS_SORT", "NLS_TERRITORY"),
)
_OF_SESSION = "SELECT value FROM nls_session_parameters WHERE parameter"
_SPARK = ("spark.sql.ansi.enabled", "spark.sql.session.timeZone")

ASKED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "duckdb": {
            "version": "SELECT version()",
            **{one: f"SELECT current_setting('{one}')" for one in _DUCKDB},
        },
        "postgresql": {
            "version": "SELECT version()",
            "collation": "SELECT datcollate FROM pg_database "
            "WHERE datname = current_database()",
            "in recovery": "SELECT pg_is_in_recovery()",
            **{one: f"SELECT current_setting('{one}')" for one in _POSTGRESQL},
        },
        "oracle": {
            "version": "SELECT banner FROM v$version",
            "character set": "SELECT value FROM nls_database_parameters "
            "WHERE parameter = 'NLS_CHARACTERSET'",
            **{one: f"{_OF_SESSION} = '{one}'" for one in _NLS},
        },
        "spark": {
            "version": "SELECT version()",
            **{one: f"SET {one}" for one in _SPARK},
        },
        "mssql": {"version": "SELECT @@VERSION"},
    }
)
"""By dialect: what is asked, under which name it is told."""


def about(database: Database) -> dict[str, str]:
    """What it says; of what it refuses to say, nothing."""
    asked = ASKED.get(database.dialect.name, {})
    found = {name: _said(database, text) for name, text in asked.items()}
    return {name: said for name, said in found.items() if said}


def _said(database: Database, text: str) -> str:
    try:
        rows = database.run(Statement(text))
    except (WarehouseAway, LoginRefused):
        raise
    except WarehouseError:
        return ""
    return " ".join(str(row[-1]) for row in rows)[:LONGEST]
