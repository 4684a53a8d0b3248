"""Several hosts' database: PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import URL, Connection, Engine, create_engine, event

from job_runner.store import notices

WRITERS = 0x5354524F4E47
"""The lock that writers queue for, so that numbers grow in the order of commits: who has
seen event 12 has seen all before it."""

STUCK = 60
"""Seconds after which the server ends the transaction of a process that stands still in
one, and so keeps all others waiting."""


class PostgresqlServer:
    """A database on a server. Its password stands in a passfile, or where libpq looks."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        self.where = url.render_as_string(hide_password=True)
        self._busy = round(busy_seconds * 1000)
        self.engine = self._engine(url)

    @staticmethod
    def can_open(url: URL) -> bool:
        return url.get_backend_name() == "postgresql"

    def changed(self, connection: Connection) -> None:
        """Told to who listens once the change is committed."""
        connection.exec_driver_sql(f"NOTIFY {notices.CHANNEL}")

    def listening(self, tell: Callable[[], object]) -> AbstractContextManager[None]:
        return notices.listening(self.engine, tell)

    def close(self) -> None:
        self.engine.dispose()

    def _engine(self, url: URL) -> Engine:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 10, "application_name": "strongroom"},
        )
        event.listen(engine, "begin", self._begin)
        return engine

    def _begin(self, connection: Connection) -> None:
        """Writers queue at once, and wait no longer than they may."""
        if connection.get_execution_options().get("strongroom_reads", False):
            connection.exec_driver_sql(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            )
            return
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = {self._busy}; "
            f"SET LOCAL idle_in_transaction_session_timeout = '{STUCK}s'; "
            f"SELECT pg_advisory_xact_lock({WRITERS})"
        )
