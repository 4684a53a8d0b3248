"""The site's memory. Each method is one transaction; several processes may share it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError

from job_runner.errors import Conflict
from job_runner.jobs.job import Failure, Job, State, WaitingFor, moved
from job_runner.requests.request import Request
from job_runner.site.people import Person, Role
from job_runner.store import changes, known, queries, rows, tables
from job_runner.store.database import BUSY_SECONDS, Database
from job_runner.store.keys import Keys
from job_runner.store.looks import Looks
from job_runner.store.queue import Queue
from job_runner.store.roll import Roll
from job_runner.store.rows import Event, instant


class Store:
    """People, requests, jobs and events in the database at ``url``.

    ``changed`` is called after each change of requests or jobs is on disk, for example to
    wake a runner. Writers wait ``busy_seconds`` for each other. ``make``: the database is
    made if it isn't there yet. ``lasting``: through a power cut, too, which nobody needs
    who begins anew. PlatformError where it can't be used.
    """

    def __init__(
        self,
        url: str,
        changed: Callable[[], object] | None = None,
        *,
        busy_seconds: float = BUSY_SECONDS,
        make: bool = True,
        lasting: bool = True,
    ) -> None:
        self._changed = [changed] if changed else []
        self._database = Database(url, busy_seconds, make=make, lasting=lasting)
        self.keys, self.looks = Keys(self._database), Looks(self._database)
        self.roll = Roll(self._database, self._tell)

    def queue(self) -> Queue:
        """The jobs that aren't over, for one who decides about them."""
        return Queue(self._database, self._tell)

    def on_change(self, changed: Callable[[], object]) -> None:
        """Call this one too after each change made through this Store."""
        self._changed.append(changed)

    def listening(self, tell: Callable[[], object]) -> AbstractContextManager[None]:
        """Calls ``tell`` in a thread for each change by any process, until the block ends.

        PostgreSQL alone tells of changes; processes on one host tap each other's sockets.
        """
        return self._database.listening(tell)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # People

    def add_person(
        self,
        name: str,
        roles: Iterable[Role],
        token: str,
        *,
        at: datetime,
        expires: datetime | None = None,
    ) -> Person:
        """Somebody new, known by ``token``, of which only a hash is kept.

        Conflict where the name, or one that looks like it, was ever given; RequestRefused
        for what is no name. ValueError for a token too short to be 256 random bits.
        """
        known.refuse_unless_a_name(name)
        person = Person(name, frozenset(roles), expires)
        values = {
            "name": name,
            "roles": rows.listed(sorted(role.value for role in person.roles)),
            "token_sha256": known.hashed(token),
            "added_at": instant(at),
            "expires_at": instant(expires) if expires else None,
            "revoked": False,
        }
        try:
            with self._database.write() as connection:
                known.refuse_if_taken(connection, name)
                connection.execute(insert(tables.people).values(values))
        except IntegrityError:
            raise known.taken(name) from None
        return person

    def person_by_token(self, token: str, *, at: datetime) -> Person | None:
        """Whose token this is; None if nobody's, or revoked, or expired by ``at``."""
        with self._database.read() as connection:
            return known.person(connection, token, at)

    def people(self) -> tuple[Person, ...]:
        """Everybody, also those revoked, by name."""
        with self._database.read() as connection:
            found = connection.execute(select(tables.people))
            everybody = [rows.person_of(row) for row in found]
        return tuple(sorted(everybody, key=lambda person: person.name))

    def revoke(self, name: str) -> bool:
        """Whether there was such a person; their token works no more."""
        named = tables.people.c.name == name
        with self._database.write() as connection:
            change = update(tables.people).where(named).values(revoked=True)
            return connection.execute(change).rowcount > 0

    # Requests

    def create_request(self, request: Request, jobs: Sequence[Job]) -> None:
        """Stores a request with all its jobs, oldest turn first, or nothing.

        Each need of a job must be a job of the same request, before it. Conflict where
        the id was used before, or where one of the actions has a live job already.
        """
        changes.check_whole(request, jobs)
        try:
            with self._database.write() as connection:
                changes.refuse_live(connection, jobs)
                connection.execute(
                    insert(tables.requests).values(rows.request_row(request))
                )
                connection.execute(insert(tables.jobs), [rows.job_row(job) for job in jobs])
                changes.record(connection, jobs, "created", request.submitted_at)
                self._database.changed(connection)
        except IntegrityError:
            raise Conflict(
                f"the request {request.id!r}, or one of its jobs, is here already",
                where=f"request {request.id}",
                remedy="Look at its status; to run it again, submit it under a new id.",
            ) from None
        self._tell()

    def request(self, request_id: str) -> Request | None:
        with self._database.read() as connection:
            wanted = tables.requests.c.id == request_id
            row = connection.execute(select(tables.requests).where(wanted)).first()
        return rows.request_of(row) if row else None

    def requests(
        self,
        *,
        project: str | None = None,
        submitted_by: str | None = None,
        limit: int = 100,
    ) -> tuple[Request, ...]:
        """The latest ``limit`` requests, latest first: all, of a project, of a person."""
        asked = select(tables.requests).order_by(tables.requests.c.sequence.desc())
        if project is not None:
            asked = asked.where(tables.requests.c.project == project)
        if submitted_by is not None:
            asked = asked.where(tables.requests.c.submitted_by == submitted_by)
        with self._database.read() as connection:
            return tuple(map(rows.request_of, connection.execute(asked.limit(limit))))

    # Jobs

    def job(self, job_id: str) -> Job | None:
        found = self._jobs(tables.jobs.c.id == job_id)
        return found[0] if found else None

    def jobs(self, request_id: str) -> tuple[Job, ...]:
        """All jobs of a request, oldest turn first."""
        return self._jobs(tables.jobs.c.request_id == request_id)

    def active_jobs(self) -> tuple[Job, ...]:
        """Jobs that aren't over, oldest turn first."""
        return self._jobs(tables.live)

    def move(
        self,
        job: Job,
        to: State,
        *,
        at: datetime,
        waiting_for: WaitingFor | None = None,
        failure: Failure | None = None,
        not_before: datetime | None = None,
    ) -> Job:
        """The job in its next state, if it still is as ``job`` says; else Conflict.

        What others took over isn't moved by who had it before. To start a job, nobody may
        have asked to cancel it since. ValueError where the table of moves has no such move.
        """
        after = moved(
            job, to, waiting_for=waiting_for, failure=failure, not_before=not_before
        )
        with self._database.write() as connection:
            if not changes.moved_in_place(connection, job, after, at):
                raise changes.overtaken(job)
            stored = connection.execute(
                changes.select_jobs(tables.jobs.c.id == job.id)
            ).one()
            self._database.changed(connection)
        self._tell()
        return rows.job_of(stored)

    def ask_cancel(
        self, request_id: str, *, at: datetime, actions: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Marks the request's live jobs, or those of ``actions``; the ids newly marked.

        Jobs that are over stay so, and a job may still succeed before the runner stops it.
        """
        wanted: list[ColumnElement[bool]] = [
            tables.jobs.c.request_id == request_id,
            ~tables.jobs.c.cancel_asked,
        ]
        if actions is not None:
            wanted.append(tables.jobs.c.action.in_(list(actions)))
        with self._database.write() as connection:
            found = tuple(
                map(
                    rows.job_of,
                    connection.execute(changes.select_jobs(tables.live, *wanted)),
                )
            )
            connection.execute(
                update(tables.jobs).where(tables.live, *wanted).values(cancel_asked=True)
            )
            changes.record(connection, found, "cancel_asked", at)
            if found:
                self._database.changed(connection)
        if found:
            self._tell()
        return tuple(job.id for job in found)

    def events_after(self, sequence: int, *, limit: int = 1000) -> tuple[Event, ...]:
        """What happened since the event of that number, in order; 0 for the beginning."""
        number = tables.job_events.c.sequence
        asked = (
            select(tables.job_events).where(number > sequence).order_by(number).limit(limit)
        )
        with self._database.read() as connection:
            return tuple(map(rows.event_of, connection.execute(asked)))

    def last_event(self, request_id: str) -> int:
        """The number of the request's latest event, which only grows; 0 if it has none."""
        with self._database.read() as connection:
            return queries.last_event(connection, request_id)

    def states(self, request_ids: Collection[str]) -> Mapping[str, frozenset[State]]:
        """In which states each of the requests has jobs."""
        with self._database.read() as connection:
            return queries.states(connection, request_ids)

    def _jobs(self, *wanted: changes.Wanted) -> tuple[Job, ...]:
        with self._database.read() as connection:
            return tuple(map(rows.job_of, connection.execute(changes.select_jobs(*wanted))))

    def _tell(self) -> None:
        for changed in self._changed:
            changed()
