"""Where requests are kept. Every move is one transaction, with its event in the same one.

A move says which version of the request it was made from; if somebody was faster, nothing
happens and the caller looks again. Events are written down here first and handed to the
site's ledger afterwards: one that was cut off is handed over at the next chance, so the
ledger may tell an event twice (same number) but never leaves one out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from output_checker.errors import RequestUnknown
from output_checker.review import request as r
from output_checker.review import rows
from output_checker.review.events import Event
from output_checker.review.rows import EVENTS, FILES, REQUESTS, TABLES, VOTES, Row

BUSY_SECONDS = 30


class Conflict(Exception):
    """Somebody else's move came first."""


def open_store(url: str) -> Store:
    """The store at a database URL, its tables made if they aren't there."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    with engine.begin() as connection:
        for table in TABLES.sorted_tables:
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
    return Store(engine)


class Store:
    """Requests, votes and events in a database; ``close`` when done."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Lets go of every connection."""
        self._engine.dispose()

    def add(self, request: r.ReleaseRequest, events: Sequence[Event]) -> None:
        """A new request with its events; Conflict if its id is taken."""
        with self._move() as connection:
            connection.execute(REQUESTS.insert(), rows.request_row(request))
            files = [rows.file_row(request.id, n, f) for n, f in enumerate(request.files)]
            connection.execute(FILES.insert(), files)
            connection.execute(EVENTS.insert(), [rows.event_row(e) for e in events])

    def move(
        self, before: r.ReleaseRequest, after: r.ReleaseRequest, events: Sequence[Event]
    ) -> None:
        """From one to the other, with the new votes; Conflict if it has moved."""
        row = rows.request_row(after)
        unmoved = (REQUESTS.c.id == before.id) & (REQUESTS.c.version == before.version)
        with self._move() as connection:
            done = connection.execute(REQUESTS.update().where(unmoved).values(row))
            if done.rowcount != 1:
                raise Conflict
            for vote in after.votes[len(before.votes) :]:
                connection.execute(VOTES.insert(), rows.vote_row(after.id, vote))
            connection.execute(EVENTS.insert(), [rows.event_row(e) for e in events])

    def note(self, event: Event) -> None:
        """An event that moves nothing."""
        with self._move() as connection:
            connection.execute(EVENTS.insert(), rows.event_row(event))

    def get(self, request_id: str) -> r.ReleaseRequest:
        """The request as it is now; RequestUnknown if there is none."""
        for request in self._read(REQUESTS.c.id == request_id):
            return request
        raise unknown()

    def all(self) -> tuple[r.ReleaseRequest, ...]:
        """Every request, the newest first."""
        return self._read(sa.true())

    def in_status(self, status: r.Status) -> tuple[r.ReleaseRequest, ...]:
        """Every request in this status, the newest first."""
        return self._read(REQUESTS.c.status == status.value)

    def events(self, request_id: str) -> tuple[Event, ...]:
        """What happened to a request, in order."""
        return self._events(EVENTS.c.request_id == request_id)

    def unrecorded(self) -> tuple[Event, ...]:
        """Events that the ledger hasn't confirmed, in order."""
        return self._events(EVENTS.c.recorded.is_(False))

    def recorded(self, event: Event) -> None:
        """The ledger has it."""
        row = EVENTS.c.number == event.number
        with self._engine.begin() as connection:
            connection.execute(EVENTS.update().where(row).values(recorded=True))

    @contextmanager
    def _move(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.IntegrityError:
            raise Conflict from None

    def _read(self, which: sa.ColumnElement[bool]) -> tuple[r.ReleaseRequest, ...]:
        newest = sa.select(REQUESTS).where(which).order_by(REQUESTS.c.made_at.desc())
        ids = sa.select(REQUESTS.c.id).where(which)
        with self._engine.begin() as connection:  # one snapshot for the three of them
            found = connection.execute(newest).mappings().all()
            files = _grouped(connection, FILES, ids, FILES.c.place)
            votes = _grouped(connection, VOTES, ids, VOTES.c.at)
        return tuple(
            rows.request(row, files.get(row["id"], []), votes.get(row["id"], []))
            for row in found
        )

    def _events(self, which: sa.ColumnElement[bool]) -> tuple[Event, ...]:
        asked = sa.select(EVENTS).where(which).order_by(EVENTS.c.number)
        with self._engine.begin() as connection:
            return tuple(rows.event(row) for row in connection.execute(asked).mappings())


def unknown() -> RequestUnknown:
    """The same words whether there is none or it is another's."""
    return RequestUnknown(
        "there is no such release request that you may see",
        where="the release asked for",
        remedy="See those that there are: strongroom review list.",
    )


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Readers beside one writer, waits instead of errors, and transactions that start with
    BEGIN: Python's own driver would read three tables at three different moments."""

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def _grouped(
    connection: sa.Connection,
    table: sa.Table,
    ids: sa.Select[Any],
    order: sa.ColumnElement[Any],
) -> dict[str, list[Row]]:
    asked = sa.select(table).where(table.c.request_id.in_(ids)).order_by(order)
    found: dict[str, list[Row]] = {}
    for row in connection.execute(asked).mappings():
        found.setdefault(row["request_id"], []).append(row)
    return found
