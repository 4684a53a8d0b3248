"""Small warehouses that a mapping explains, in H2 as if it were Oracle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any

from cohort_dsl.mappings import binding, reading
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.warehouses.mapped import MappedWarehouse
from cohort_dsl.warehouses.oracle import OracleWarehouse
from cohort_dsl.warehouses.oracle_opening import KINDS
from tests import h2_as_oracle
from tests.needed import needed

TYPES: Mapping[str, str] = {
    "VARCHAR": "VARCHAR2(4000)",
    "BIGINT": "NUMBER(19)",
    "INTEGER": "NUMBER(10)",
    "DOUBLE": "BINARY_DOUBLE",
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
}
"""DuckDB's types by Oracle's names, where these are others."""


@contextmanager
def opened(
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    tables: Mapping[str, str],
    text: str,
    empty: Sequence[str] = (),
) -> Iterator[MappedWarehouse]:
    """A database of its own with these tables and rows. ``text``: its mapping's."""
    mapping = reading.read(text, "ours.yaml")
    with needed(h2_as_oracle.NoH2Error):
        connection = h2_as_oracle.connect()
    try:
        with connection.cursor() as cursor:
            for table, columns in tables.items():
                cursor.execute(f"CREATE TABLE {table} ({_in_its_words(columns)})")
            for table, held in rows.items():
                for row in held:
                    _insert(cursor, table, row)
        connection.commit()
        bound = binding.bind(mapping, _physical(tables), ORACLE_19, frozenset(empty))
        engine = OracleWarehouse(connection, bound.catalog, ORACLE_19)
        yield MappedWarehouse(engine, bound, mapping.name)
    finally:
        connection.close()


def days(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose days are dates: here they have a time, which is midnight's."""
    return {key: _as_a_day(value) for key, value in row.items()}


def _as_a_day(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    assert value.time() == time(0)
    return value.date()


def _insert(cursor: Any, table: str, row: Mapping[str, Any]) -> None:
    """As text, which is read by each column's type."""
    places = ", ".join(f":{n}" for n in range(1, len(row) + 1))
    values = [None if value is None else str(value) for value in row.values()]
    cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", values)


def _split(columns: str) -> list[tuple[str, str]]:
    found = (one.partition(" ") for one in re.split(r", (?![^(]*\))", columns))
    return [(name, kind) for name, _, kind in found]


def _in_its_words(columns: str) -> str:
    return ", ".join(f"{name} {TYPES.get(kind, kind)}" for name, kind in _split(columns))


def _physical(tables: Mapping[str, str]) -> Physical:
    """As Oracle would tell it: names in capitals, a date with a time of day."""
    return of_columns(
        ((table.upper(),), name.upper(), KINDS.get(TYPES.get(kind, kind), kind))
        for table, columns in tables.items()
        for name, kind in _split(columns)
    )
