"""Waiting for what PostgreSQL tells: that something changed, and never what."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections.abc import Callable, Iterator

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from job_runner.jobs.rests import Rests

CHANNEL = "strongroom"
"""What everybody who waits for a change listens to. Channels are each database's own."""

AWAY = Rests(first=1.0, longest=30.0)
"""Between tries to reach a server that has gone away."""


@contextlib.contextmanager
def listening(engine: Engine, tell: Callable[[], object]) -> Iterator[None]:
    """Calls ``tell`` in a thread for each change, until the block ends.

    Also once the server is back after it was away: what changed meanwhile was told to
    nobody.
    """
    over, end = os.pipe()
    connection = _listener(engine)

    def listen() -> None:
        nonlocal connection
        tries = 0
        while True:
            try:
                if not _told(connection, over, tell):
                    return
            except psycopg.Error:
                connection.close()
                tries += 1
                if select.select([over], [], [], AWAY.after(tries))[0]:
                    return
                with contextlib.suppress(SQLAlchemyError):
                    connection, tries = _listener(engine), 0
                    tell()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(end)
        thread.join()
        os.close(over)
        connection.close()


def _told(
    connection: psycopg.Connection[object], over: int, tell: Callable[[], object]
) -> bool:
    """False once it is over. Blocks until then, or until the server has said something."""
    ready, _, _ = select.select([connection.fileno(), over], [], [])
    if over in ready:
        return False
    if list(connection.notifies(timeout=0)):
        tell()
    return True


def _listener(engine: Engine) -> psycopg.Connection[object]:
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()
    assert isinstance(connection, psycopg.Connection)
    connection.rollback()
    connection.autocommit = True
    connection.execute(f"LISTEN {CHANNEL}")
    return connection
