"""A database that several processes write to, each change whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from job_runner.errors import PlatformError
from job_runner.store import tables

BUSY_SECONDS = 30.0
"""How long a writer waits for another; each change takes milliseconds."""


class Database:
    """Transactions on the SQLite database at ``url``, made if it isn't there yet.

    Its file is opened anew for each transaction and never made again: a file that was
    deleted is an error, not an empty site that would run everything a second time.
    """

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = _file(url)
        with self._retold():
            self._keeper = _first_connection(self._path, busy_seconds)
        self._engine = _engine(self._path, busy_seconds)
        try:
            with self.write() as connection:
                _prepare(connection, self._path)
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """All of the block or nothing; no other writer in between."""
        with self._retold(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One state of the database for the whole block."""
        engine = self._engine.execution_options(strongroom_reads=True)
        with self._retold(), engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()
        self._keeper.close()

    @contextlib.contextmanager
    def _retold(self) -> Iterator[None]:
        """Errors in the operator's words; broken constraints are the caller's to retell."""
        try:
            yield
        except IntegrityError:
            raise
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise PlatformError(
                f"the site's database can't be used: {cause}",
                where=str(self._path),
                remedy="See that it is there, whole, writable, and its disk not full.",
            ) from None


def _file(url: str) -> Path:
    """The file that a URL names; PlatformError unless it is one of SQLite's."""
    try:
        made = make_url(url)
    except ArgumentError:
        raise _not_a_file("the site's database") from None
    if made.get_backend_name() != "sqlite" or made.database in (None, "", ":memory:"):
        raise _not_a_file(made.render_as_string(hide_password=True))
    return Path(str(made.database)).absolute()


def _not_a_file(where: str) -> PlatformError:
    return PlatformError(
        "the site's database must be a file of SQLite's, so far",
        where=where,
        remedy="Write `sqlite:////folder/site.sqlite`.",
    )


def _first_connection(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Stays open, so that the write-ahead log needn't be made and merged each time."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = _connected(path, busy_seconds)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        "sqlite://", creator=lambda: _connected(path, busy_seconds), poolclass=NullPool
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connected(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,  # transactions begin where we say, see _begin
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # a told state survives a power cut
    return connection


def _begin(connection: Connection) -> None:
    """Writers queue at once: who began as a reader can't go on after another's write."""
    reads = connection.get_execution_options().get("strongroom_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare(connection: Connection, path: Path) -> None:
    tables.metadata.create_all(connection)
    found = connection.execute(select(tables.schema.c.version)).scalar()
    if found is None:
        connection.execute(insert(tables.schema).values(version=tables.SCHEMA_VERSION))
    elif found != tables.SCHEMA_VERSION:
        raise PlatformError(
            f"the site's database has form {found}, not {tables.SCHEMA_VERSION}",
            where=str(path),
            remedy="Use the version of Strongroom that wrote it.",
        )
