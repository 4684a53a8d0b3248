"""PostgreSQL with orafce, behind oracledb's interface: Oracle's DATE, which has a time.

Its DATE, and functions of Oracle's names, are somebody else's than H2's, so both would have
to be wrong in the same way. What PostgreSQL reads otherwise stands in ``WORDS``; what it
can't show of Oracle, in ``CANNOT``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import oracledb
import psycopg

from tests import a_postgres
from tests.told_otherwise import Instead, told_otherwise

PATH = 'SET search_path = oracle, "$user", public, pg_catalog'


class NoOrafceError(Exception):
    """Why there is none."""


WORDS = (
    Instead(
        r"^CREATE PRIVATE TEMPORARY TABLE (.*) ON COMMIT PRESERVE DEFINITION$",
        r"CREATE TEMPORARY TABLE \1",
        "every temporary table is private",
    ),
    Instead(r"\bNUMBER\b", "NUMERIC", "a type of another name"),
    Instead(r"\bBINARY_DOUBLE\b", "FLOAT8", "a type of another name"),
    Instead(r"\((\d+) CHAR\)", r"(\1)", "texts are always measured in characters"),
    Instead(r"\bBINARY_DOUBLE_INFINITY\b", "FLOAT8 'Infinity'", "no such constant"),
    Instead(r"\bDATE '-4712-01-01'", "DATE '4713-01-01 BC'", "no such sign before years"),
)

CANNOT: Mapping[str, str] = {
    "an empty text": "'' isn't NULL: orafce changes functions, not the server's texts",
    "BINARY_DOUBLE": "a float that is too large is an error, and infinite in Oracle",
    "flashback": "no AS OF SCN: PostgreSQL keeps no past that can be named",
    "global temporary tables": "each session makes its own",
    "limits": "IN takes more than 1,000 values, names have 63 bytes",
    "hints": "comments, which nobody reads",
    "privileges": "other words, other rights: the GRANT scripts are read by Oracle alone",
}
"""What would have to be shown elsewhere, and why."""

_PARTS = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|:(\d+)""")


def told(statement: str) -> str:
    """The statement as PostgreSQL reads it."""
    statement = told_otherwise(statement, WORDS)
    return _PARTS.sub(lambda part: f"${part[1]}" if part[1] else part[0], statement)


@contextlib.contextmanager
def connected(server: a_postgres.Server) -> Iterator[Connection]:
    """A session in a database of its own. NoOrafceError where it isn't installed."""
    with server.database() as name:
        with server.connect(name) as owner:
            try:
                owner.execute("CREATE EXTENSION orafce")
            except psycopg.errors.FeatureNotSupported:
                problem = "orafce isn't installed (Debian's postgresql-15-orafce)"
                raise NoOrafceError(problem) from None
        with psycopg.connect(**server.settings(database=name)) as inner:
            inner.execute(PATH)
            inner.commit()
            yield Connection(inner)


class Connection:
    """As the driver's, as far as a warehouse goes."""

    version = "19.0.0.0.0"

    def __init__(self, inner: psycopg.Connection[Any]) -> None:
        self._inner = inner

    def cursor(self) -> Cursor:
        return Cursor(self._inner)

    def commit(self) -> None:
        self._inner.commit()

    def rollback(self) -> None:
        self._inner.rollback()

    def close(self) -> None:
        self._inner.close()


class Cursor:
    """One statement after the other."""

    arraysize = prefetchrows = 100

    def __init__(self, inner: psycopg.Connection[Any]) -> None:
        self._cursor = psycopg.RawCursor(inner)

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    def setinputsizes(self, *kinds: Any, **named: Any) -> None:
        """Values say of which kind they are."""

    def execute(self, statement: str, values: Any = None) -> None:
        with _told():
            self._cursor.execute(told(statement), _in_order(values))
            if statement.startswith(("CREATE", "DROP")):  # which nothing takes back there
                self._cursor.connection.commit()

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with _told():
            self._cursor.executemany(told(statement), rows)

    def fetchmany(self) -> list[Any]:
        return self._cursor.fetchmany(self.arraysize)

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *error: object) -> None:
        self._cursor.close()


def _in_order(values: Any) -> list[Any]:
    return [values[str(n)] for n in range(1, len(values or ()) + 1)]


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise oracledb.DatabaseError(f"orafce: {error}") from None
