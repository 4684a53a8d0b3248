"""A database that several processes write to, each change whole or not at all."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from job_runner.errors import PlatformError, StoreAway
from job_runner.store import forms
from job_runner.store.postgresql import PostgresqlServer
from job_runner.store.sqlite import SqliteFile

BUSY_SECONDS = 30.0
"""How long a writer waits for another; each change takes milliseconds."""


class Database:
    """Transactions on the database at ``url``: SQLite's file, or PostgreSQL.

    ``make``: it is made if it isn't there yet. ``lasting``: what is told survives a power
    cut, too. PlatformError, with the place and never a password, for all that goes wrong.
    """

    def __init__(
        self,
        url: str,
        busy_seconds: float = BUSY_SECONDS,
        *,
        make: bool = True,
        lasting: bool = True,
    ) -> None:
        wanted = _url(url)
        self._where = wanted.render_as_string(hide_password=True)
        with self._retold():
            self._server = (
                SqliteFile(wanted, busy_seconds, make=make, lasting=lasting)
                if SqliteFile.can_open(wanted)
                else PostgresqlServer(wanted, busy_seconds)
            )
        self._where = self._server.where
        try:
            with self.write() as connection:
                forms.prepare(connection, self._where, make=make)
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """All of the block or nothing; no other writer in between."""
        with self._retold(), self._server.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One state of the database for the whole block."""
        engine = self._server.engine.execution_options(strongroom_reads=True)
        with self._retold(), engine.begin() as connection:
            yield connection

    def changed(self, connection: Connection) -> None:
        """Tell others once this block is over, where the database does so itself."""
        self._server.changed(connection)

    def listening(self, tell: Callable[[], object]) -> AbstractContextManager[None]:
        """Calls ``tell`` for each change by anybody, where the database tells of them."""
        with self._retold():
            return self._server.listening(tell)

    def close(self) -> None:
        self._server.close()

    @contextlib.contextmanager
    def _retold(self) -> Iterator[None]:
        """Errors in the operator's words; broken constraints are the caller's to retell."""
        try:
            yield
        except IntegrityError:
            raise
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StoreAway(
                f"the site's database can't be used: {_first_line(cause)}",
                where=self._where,
                remedy="See that it is there, whole, writable, and its disk not full.",
            ) from None


def _first_line(cause: BaseException | None) -> str:
    return next(iter(str(cause).splitlines()), "")


def _url(text: str) -> URL:
    """What the text names; PlatformError unless that is a database that keeps things."""
    try:
        made = make_url(text)
    except ArgumentError:
        raise _no_database("the site's database") from None
    if SqliteFile.can_open(made) or PostgresqlServer.can_open(made):
        return made
    raise _no_database(made.render_as_string(hide_password=True))


def _no_database(where: str) -> PlatformError:
    return PlatformError(
        "the site's database must be a file of SQLite's, or PostgreSQL",
        where=where,
        remedy="Write `sqlite:////folder/site.sqlite`, or `postgresql://user@host/name`.",
    )
