"""Who runs a site's jobs, and what its custodian told them: in the site's own database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Row,
    Update,
    delete,
    insert,
    select,
    update,
)

from job_runner.jobs.job import Claim, Job
from job_runner.jobs.members import Drain, Gone, Member
from job_runner.store import changes, rows, tables
from job_runner.store.database import Database

SITE = ""
"""The name under which all of the site is paused."""


class Roll:
    """The runners, and the pauses. ``tell``: called after changes that they must see."""

    def __init__(self, database: Database, tell: Callable[[], None]) -> None:
        self._database, self._tell = database, tell

    # Runners

    def join(self, me: Claim, *, at: datetime) -> None:
        """Somebody who takes up jobs from now on. One of the same name is the same one."""
        new = {"id": me.runner, "place": me.place, "since": rows.instant(at), "beats": 0}
        with self._database.write() as connection:
            _forget_those_without_jobs(connection)
            connection.execute(
                delete(tables.runners).where(tables.runners.c.id == me.runner)
            )
            connection.execute(insert(tables.runners).values(new))

    def beat(self, runner: str) -> bool:
        """Whether this runner still is one; others see that it lives."""
        count = tables.runners.c.beats
        change = update(tables.runners).where(*_there(runner)).values(beats=count + 1)
        with self._database.write() as connection:
            return connection.execute(change).rowcount == 1

    def members(self) -> tuple[Member, ...]:
        """Every runner that there is, and those gone that may have left jobs."""
        with self._database.read() as connection:
            found = connection.execute(select(tables.runners))
            everybody = [_member(row) for row in found]
        return tuple(sorted(everybody, key=lambda member: (member.since, member.id)))

    def gone(self, member: Member, how: Gone, *, at: datetime) -> tuple[Job, ...] | None:
        """Its jobs, which are nobody's from now on; None if it has shown that it lives.

        They stay as they are, in their place: who goes on with them is another decision.
        """
        same = [*_there(member.id)]
        if how is Gone.LOST:
            same.append(tables.runners.c.beats == member.beats)
        its = changes.select_jobs(tables.jobs.c.runner == member.id, tables.live)
        with self._database.write() as connection:
            change = update(tables.runners).where(*same).values(gone=how.value)
            if connection.execute(change).rowcount != 1:
                return None
            jobs = [rows.job_of(row) for row in connection.execute(its)]
            connection.execute(
                update(tables.jobs)
                .where(tables.jobs.c.runner == member.id, tables.live)
                .values(runner=None)
            )
            changes.record(connection, jobs, "moved", at)
            self._database.changed(connection)
        self._tell()
        return tuple(jobs)

    # What they are told

    def drain(self, how: Drain | None, runners: Collection[str] | None = None) -> None:
        """Those runners, or all there are, come to be safe to stop; None: work again."""
        told = {"drain": how.value if how else None, "safe_to_stop": False}
        wanted = [tables.runners.c.gone.is_(None)]
        if runners is not None:
            wanted.append(tables.runners.c.id.in_(sorted(runners)))
        self._change(update(tables.runners).where(*wanted).values(told))

    def safe_to_stop(self, runner: str) -> None:
        """It takes no more jobs and has none."""
        there = [*_there(runner), tables.runners.c.drain.is_not(None)]
        self._change(update(tables.runners).where(*there).values(safe_to_stop=True))

    def pause(self, project: str = SITE, *, at: datetime) -> None:
        """No job of the project, or of the site, begins until it is resumed."""
        row = {"project": project, "since": rows.instant(at)}
        known = select(tables.pauses).where(tables.pauses.c.project == project)
        with self._database.write() as connection:
            if connection.execute(known).first() is None:
                connection.execute(insert(tables.pauses).values(row))
                self._database.changed(connection)
        self._tell()

    def resume(self, project: str = SITE) -> None:
        self._change(delete(tables.pauses).where(tables.pauses.c.project == project))

    def paused(self) -> frozenset[str]:
        """The projects that are; an empty name is the site's."""
        with self._database.read() as connection:
            found = connection.execute(select(tables.pauses.c.project))
            return frozenset(found.scalars())

    def _change(self, change: Update | Delete) -> None:
        with self._database.write() as connection:
            connection.execute(change)
            self._database.changed(connection)
        self._tell()


def _there(runner: str) -> tuple[ColumnElement[bool], ...]:
    return tables.runners.c.id == runner, tables.runners.c.gone.is_(None)


def _member(row: Row[tuple[object, ...]]) -> Member:
    return Member(
        id=row.id,
        place=row.place,
        since=row.since,
        beats=row.beats,
        drain=Drain(row.drain) if row.drain else None,
        safe_to_stop=bool(row.safe_to_stop),
        gone=Gone(row.gone) if row.gone else None,
    )


def _forget_those_without_jobs(connection: Connection) -> None:
    """A place's last runner is remembered for as long as its jobs may be waited for."""
    busy = select(tables.jobs.c.place).where(tables.live, tables.jobs.c.place.is_not(None))
    gone = tables.runners.c.gone.is_not(None)
    connection.execute(
        delete(tables.runners).where(gone, tables.runners.c.place.not_in(busy))
    )
