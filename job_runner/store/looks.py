"""Looks at the store that change nothing: each in one transaction, by few statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from job_runner.jobs.job import Job
from job_runner.requests.request import Request
from job_runner.site.people import Person
from job_runner.store import known, queries, rows, tables
from job_runner.store.database import Database
from job_runner.store.rows import Event

Counted = tuple[str, str, str, str]
"""A project, a state, what is waited for, and why it failed; empty where there is none."""


@dataclass(frozen=True)
class Status:
    """A request as it is now. ``sequence``: of its latest event."""

    request: Request
    jobs: tuple[Job, ...]
    sequence: int


class Looks:
    """What the server asks again and again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self, request_id: str) -> Status | None:
        """None where there is no such request."""
        with self._database.read() as connection:
            return _status(connection, request_id)

    def status_for(
        self, token: str, request_id: str, *, at: datetime
    ) -> tuple[Person | None, Status | None]:
        """Whose token it is, and the request as it is: what is asked most often."""
        with self._database.read() as connection:
            person = known.person(connection, token, at)
            return person, _status(connection, request_id) if person else None

    def events(
        self,
        after: int,
        *,
        request_id: str | None = None,
        submitted_by: str | None = None,
        limit: int = 500,
    ) -> tuple[Event, ...]:
        """What happened after the event of that number, in order: to one request, to those
        of a person, or to all."""
        columns = tables.job_events.c
        asked = select(tables.job_events).where(columns.sequence > after)
        if request_id is not None:
            its_jobs = select(tables.jobs.c.id).where(
                tables.jobs.c.request_id == request_id
            )
            asked = asked.where(columns.job_id.in_(its_jobs))
        if submitted_by is not None:
            theirs = tables.requests.c.submitted_by == submitted_by
            asked = asked.join(
                tables.requests, tables.requests.c.id == columns.request_id
            ).where(theirs)
        with self._database.read() as connection:
            found = connection.execute(asked.order_by(columns.sequence).limit(limit))
            return tuple(map(rows.event_of, found))

    def last_sequence(self) -> int:
        """The number of the latest event of all; 0 before the first."""
        with self._database.read() as connection:
            asked = select(func.max(tables.job_events.c.sequence))
            return connection.execute(asked).scalar() or 0

    def counts(self) -> Mapping[Counted, int]:
        """How many jobs there are of each kind of standing."""
        of = tables.jobs.c
        standing = (of.workspace, of.state, of.waiting_for, of.failure)
        asked = select(*standing, func.count()).group_by(*standing)
        with self._database.read() as connection:
            return {
                (project, state, waiting or "", failure or ""): count
                for project, state, waiting, failure, count in connection.execute(asked)
            }

    def history(self, job_id: str) -> tuple[Event, ...]:
        """Everything that happened to a job, in order."""
        columns = tables.job_events.c
        asked = select(tables.job_events).where(columns.job_id == job_id)
        with self._database.read() as connection:
            found = connection.execute(asked.order_by(columns.sequence))
            return tuple(map(rows.event_of, found))


def _status(connection: Connection, request_id: str) -> Status | None:
    request = queries.request(connection, request_id)
    if request is None:
        return None
    jobs = queries.jobs(connection, request_id)
    return Status(request, jobs, queries.last_event(connection, request_id))
