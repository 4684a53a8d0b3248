# ruff: noqa: S608 (columns are quoted and from the files' own lists)
"""A frame that an action made of a cohort: its people are some of the cohort's.

What the action did can't be recomputed. But it is known which columns are still the
cohort's, person by person, and which are the action's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import duckdb

from output_checker.verify.cohort import (
    LOCKED,
    PATIENT,
    Cohort,
    Dataset,
    Unverifiable,
    load,
    locked,
    provider_of,
    quoted,
)
from output_checker.verify.reading import Names


@contextmanager
def opened(frame: Dataset, keep: Sequence[str] = ()) -> Iterator[Cohort]:
    """The frame's rows in memory, after it was compared with the cohorts it may be of.

    ``keep``: columns that are looked at as the cohort has them, under names of their own
    (``provider_of``), whatever the action made of them.

    Raises Unverifiable, besides where ``cohort.opened`` does, when somebody in it is in
    none of these cohorts.
    """
    with closing(duckdb.connect(":memory:", config=LOCKED)) as connection:
        names, made = _of_any(connection, frame, keep)
        yield locked(connection, names, made)


def _of_any(
    connection: duckdb.DuckDBPyConnection, frame: Dataset, keep: Sequence[str]
) -> tuple[Names, frozenset[str]]:
    """The frame as the table ``cohort``; its columns, and those that it has of its own."""
    for extracted in frame.of:
        theirs = load(connection, extracted)
        connection.execute("ALTER TABLE cohort RENAME TO extracted")
        size = _one(connection, "SELECT count(*) FROM extracted")
        names = load(connection, frame, most=size)
        if _all_in(connection):
            made = _made(connection, names, theirs)
            kept = {name: own for name, own in theirs.items() if name in keep}
            _keep(connection, kept)
            connection.execute("DROP TABLE extracted")
            return {**names, **{provider_of(n): provider_of(n) for n in kept}}, made
        connection.execute("DROP TABLE cohort")
        connection.execute("DROP TABLE extracted")
    raise Unverifiable(
        "the frame has people who are in no cohort that was extracted here",
        f"Keep {PATIENT} as it is in the cohort file, one row per patient.",
    )


def _all_in(connection: duckdb.DuckDBPyConnection) -> bool:
    known = f"SELECT {PATIENT} FROM extracted"
    sql = f"SELECT count(*) FROM cohort WHERE {PATIENT} NOT IN ({known})"
    try:
        return _one(connection, sql) == 0
    except duckdb.Error:  # no such column, or of another type
        return False


def _made(
    connection: duckdb.DuckDBPyConnection, names: Names, theirs: Names
) -> frozenset[str]:
    return frozenset(
        name
        for name, own in names.items()
        if name != PATIENT
        and (name not in theirs or _differs(connection, own, theirs[name]))
    )


def _keep(connection: duckdb.DuckDBPyConnection, kept: Names) -> None:
    """The cohort's columns of these names beside the frame's own."""
    if kept:
        more = ", ".join(
            f"extracted.{quoted(own)} AS {quoted(provider_of(name))}"
            for name, own in kept.items()
        )
        connection.execute("ALTER TABLE cohort RENAME TO frame")
        connection.execute(
            f"CREATE TABLE cohort AS SELECT frame.*, {more} FROM frame"
            f" JOIN extracted ON frame.{PATIENT} = extracted.{PATIENT}"
        )
        connection.execute("DROP TABLE frame")


def _differs(connection: duckdb.DuckDBPyConnection, own: str, theirs: str) -> bool:
    """Is a column another than the cohort's for somebody?"""
    sql = (
        f"SELECT count(*) FROM cohort JOIN extracted USING ({PATIENT})"
        f" WHERE cohort.{quoted(own)} IS DISTINCT FROM extracted.{quoted(theirs)}"
    )
    try:
        return _one(connection, sql) > 0
    except duckdb.Error:
        return True


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    ((number,),) = connection.execute(sql).fetchall()
    return int(number)
