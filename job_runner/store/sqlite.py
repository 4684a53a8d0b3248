"""One host's database: a file of SQLite's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from job_runner.errors import StoreAway


class SqliteFile:
    """The file, opened anew for each transaction and never made again.

    A file that was deleted or replaced while it is in use is an error, not an empty site
    that would run everything a second time.
    """

    def __init__(
        self, url: URL, busy_seconds: float, *, make: bool, lasting: bool = True
    ) -> None:
        self.path = Path(str(url.database)).absolute()
        self.where, self._busy_seconds = str(self.path), busy_seconds
        self._synchronous = "FULL" if lasting else "OFF"
        self._keeper = self._first_connection(make)
        self._file = _identity(self.path)
        self.engine = self._engine()

    @staticmethod
    def can_open(url: URL) -> bool:
        return url.get_backend_name() == "sqlite" and url.database not in (
            None,
            "",
            ":memory:",
        )

    def changed(self, connection: Connection) -> None:
        """Told by sockets, see ``jobs.wake``."""

    def listening(self, tell: Callable[[], object]) -> AbstractContextManager[None]:
        """Nothing is told here; others are told by sockets, see ``jobs.wake``."""
        return nullcontext()

    def close(self) -> None:
        self.engine.dispose()
        self._keeper.close()

    def _first_connection(self, make: bool) -> sqlite3.Connection:
        """Stays open, so the write-ahead log needn't be made and merged each time."""
        how = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if make else 0)
        os.close(os.open(self.path, how, 0o600))
        connection = self._connected()
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _engine(self) -> Engine:
        engine = create_engine("sqlite://", creator=self._same_file, poolclass=NullPool)
        event.listen(engine, "begin", _begin)
        return engine

    def _same_file(self) -> sqlite3.Connection:
        connection = self._connected()
        if _identity(self.path) != self._file:
            connection.close()
            raise StoreAway(
                "the site's database was replaced while it was in use",
                where=self.where,
                remedy="Stop the site's processes, see that this is the right database, "
                "and start them again.",
            )
        return connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(self.where)}?mode=rw",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # transactions begin where we say, see _begin
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        # A told state survives a power cut, where anybody would ask for it after one.
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        return connection


def _begin(connection: Connection) -> None:
    """Writers queue at once: who began as a reader can't go on after another's write."""
    reads = connection.get_execution_options().get("strongroom_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
