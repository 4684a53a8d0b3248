"""The jobs that the scheduler must see, kept up from look to look by what happened since.

A look at thousands of jobs reads those that changed, not all of them. That is enough,
because each change of a job leaves an event, and events are numbered in the order in which
they were committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from job_runner.jobs.job import TERMINAL, Claim, Job, State, moved
from job_runner.jobs.scheduler import Decision, Fail, Start, Wait
from job_runner.store import changes, rows, tables
from job_runner.store.database import Database

AT_ONCE = 500
"""Jobs that are read by their ids in one statement."""

MANY = 2_000
"""Changes from which on it is quicker to read everything again."""


class Queue:
    """Every job of each request that isn't over. One thread's at a time."""

    def __init__(self, database: Database, tell: Callable[[], None]) -> None:
        self._database, self._tell = database, tell
        self._seen: int | None = None
        self._jobs: dict[str, Job] = {}
        self._requests: defaultdict[str, set[str]] = defaultdict(set)

    def look(self) -> tuple[Job, ...]:
        """As they are now, oldest turn first."""
        with self._database.read() as connection:
            self._keep_up(connection)
        return tuple(self._jobs.values())

    def settle(
        self,
        choose: Callable[[Sequence[Job]], Sequence[Decision]],
        *,
        by: Claim,
        at: datetime,
        adopt: Callable[[Sequence[Job]], Sequence[Job]] = lambda jobs: (),
    ) -> tuple[Job, ...]:
        """Writes down what is chosen of the jobs as they are, all at once.

        No other runner decides in between, so all of them together keep to the site's
        limits. Gives the jobs that are this runner's by it, to start and to go on with.
        """
        with self._database.write() as connection:
            self._keep_up(connection)
            jobs = tuple(self._jobs.values())
            adopted = [moved(job, job.state, claim=by) for job in adopt(jobs)]
            settled = [*adopted, *(self._settled(d, by) for d in choose(jobs))]
            _written(connection, settled, at)
            if settled:
                self._database.changed(connection)
        if settled:
            self._tell()
        return tuple(job for job in settled if job.runner == by.runner)

    def _settled(self, decision: Decision, by: Claim) -> Job:
        job = self._jobs[decision.job_id]
        match decision:
            case Start():
                return moved(job, State.WAITING, claim=by)
            case Wait(waiting_for=reason):
                put_off = job.not_before
                return moved(job, State.WAITING, waiting_for=reason, not_before=put_off)
            case Fail(failure=failure):
                return moved(job, State.FAILED, failure=failure)

    def _keep_up(self, connection: Connection) -> None:
        number = tables.job_events.c.sequence
        last = connection.execute(select(func.max(number))).scalar() or 0
        if self._seen is None or last - self._seen > MANY:
            self._read_all(connection)
        elif last > self._seen:
            changed = select(tables.job_events.c.job_id).where(number > self._seen)
            self._read(connection, set(connection.execute(changed).scalars()))
        self._seen = last

    def _read_all(self, connection: Connection) -> None:
        self._jobs.clear()
        self._requests.clear()
        unfinished = select(tables.jobs.c.request_id).where(tables.live)
        wanted = tables.jobs.c.request_id.in_(unfinished)
        for row in connection.execute(changes.select_jobs(wanted)):
            self._take(rows.job_of(row))

    def _read(self, connection: Connection, changed: set[str]) -> None:
        found = sorted(_found(connection, sorted(changed)), key=lambda job: job.turn)
        for job in found:
            self._take(job)
        for request_id in {job.request_id for job in found}:
            self._forget_if_over(request_id)

    def _take(self, job: Job) -> None:
        """New jobs have later turns than all before, so they come last by themselves."""
        self._jobs[job.id] = job
        self._requests[job.request_id].add(job.id)

    def _forget_if_over(self, request_id: str) -> None:
        its = self._requests[request_id]
        if all(self._jobs[job_id].state in TERMINAL for job_id in its):
            for job_id in self._requests.pop(request_id):
                del self._jobs[job_id]


def _found(connection: Connection, ids: Sequence[str]) -> Iterator[Job]:
    for first in range(0, len(ids), AT_ONCE):
        wanted = tables.jobs.c.id.in_(ids[first : first + AT_ONCE])
        yield from map(rows.job_of, connection.execute(changes.select_jobs(wanted)))


def _written(connection: Connection, settled: Sequence[Job], at: datetime) -> None:
    """As nobody else writes meanwhile, each job still is as it was read."""
    if not settled:
        return
    columns = rows.state_row(settled[0])
    change = (
        update(tables.jobs)
        .where(tables.jobs.c.id == bindparam("of"))
        .values({name: bindparam(f"to_{name}") for name in columns})
    )
    values = [
        {"of": job.id, **{f"to_{n}": v for n, v in rows.state_row(job).items()}}
        for job in settled
    ]
    connection.execute(change, values)
    changes.record(connection, settled, "moved", at)
