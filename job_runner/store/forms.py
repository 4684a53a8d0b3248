"""The form that a database has: made anew, brought up from an earlier one, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Column, Connection, insert, inspect, select, update
from sqlalchemy.schema import CreateColumn

from job_runner.errors import PlatformError
from job_runner.store import tables


def prepare(connection: Connection, where: str, *, make: bool) -> None:
    """Leaves the database in this version's form; PlatformError where it can't."""
    if not inspect(connection).has_table(tables.schema.name):
        if not make:
            raise _nothing_there(where)
        tables.metadata.create_all(connection)
        connection.execute(insert(tables.schema).values(version=tables.SCHEMA_VERSION))
        return
    found = connection.execute(select(tables.schema.c.version)).scalar() or 0
    while found in STEPS:
        STEPS[found](connection)
        found += 1
        connection.execute(update(tables.schema).values(version=found))
    if found != tables.SCHEMA_VERSION:
        raise _another(found, where)


def _to_2(connection: Connection) -> None:
    """Several runners, priorities, retries that are put off, pauses."""
    added = {
        tables.requests: ("priority",),
        tables.jobs: ("priority", "runner", "place", "not_before"),
    }
    for table, names in added.items():
        for name in names:
            _add(connection, table.c[name])
    tables.metadata.create_all(connection)


def _add(connection: Connection, column: Column[object]) -> None:
    words = CreateColumn(column).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {column.table} ADD COLUMN {words}")


STEPS: Mapping[int, Callable[[Connection], None]] = {1: _to_2}
"""What takes a database of one form to the next."""


def _nothing_there(where: str) -> PlatformError:
    return PlatformError(
        "there is no site's state in this database, so nothing is run from it",
        where=where,
        remedy="Restore the database from its backup, or see that this is the right one.",
    )


def _another(found: int, where: str) -> PlatformError:
    return PlatformError(
        f"the site's database has form {found}, not {tables.SCHEMA_VERSION}",
        where=where,
        remedy="Use the version of Strongroom that wrote it.",
    )
