"""The pieces of a change: what must hold for it, and the trace that it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    insert,
    select,
    update,
)

from job_runner.errors import Conflict
from job_runner.jobs.job import Job, State
from job_runner.requests.request import Request
from job_runner.store import rows, tables

Wanted = ColumnElement[bool] | TextClause


def select_jobs(*wanted: Wanted) -> Select[tuple[Any, ...]]:
    """Jobs in the order of their turns."""
    return select(tables.jobs).where(*wanted).order_by(tables.jobs.c.sequence)


def check_whole(request: Request, jobs: Sequence[Job]) -> None:
    """ValueError unless these are new jobs of the request, each after what it needs."""
    seen: set[str] = set()
    for job in jobs:
        if job.request_id != request.id or job.state is not State.CREATED:
            raise ValueError("a request is stored with its own new jobs")
        if not seen.issuperset(job.needs):
            raise ValueError(f"{job.action} needs what isn't before it in the request")
        seen.add(job.action)
    if not jobs:
        raise ValueError("a request has jobs")


def refuse_live(connection: Connection, jobs: Sequence[Job]) -> None:
    """Said in words here; the index on the table is what makes it impossible."""
    workspaces = sorted({job.workspace for job in jobs})
    wanted = {(job.workspace, job.action) for job in jobs}
    live = connection.execute(
        select_jobs(tables.live, tables.jobs.c.workspace.in_(workspaces))
    )
    for job in map(rows.job_of, live):
        if (job.workspace, job.action) in wanted:
            raise Conflict(
                f"{job.action!r} is already under way in {job.workspace!r}, "
                f"for the request {job.request_id}",
                where=f"action {job.action}",
                remedy="Wait until that request is over, or cancel it.",
            )


def record(
    connection: Connection, jobs: Sequence[Job], happened: str, at: datetime
) -> None:
    """An event for each job."""
    if jobs:
        events = [rows.event_row(job, happened, at) for job in jobs]
        connection.execute(insert(tables.job_events), events)


def moved_in_place(connection: Connection, job: Job, after: Job, at: datetime) -> bool:
    """Whether the job still was as read, and so now is as ``after`` says."""
    change = update(tables.jobs).where(*unchanged(job, after.state))
    done = connection.execute(change.values(rows.state_row(after))).rowcount == 1
    if done:
        record(connection, [after], "moved", at)
    return done


def unchanged(job: Job, to: State) -> list[ColumnElement[bool]]:
    """The row is as ``job`` says. ``attempts`` tells a retried job from the one before,
    ``runner`` one that others took over from the one that was ours."""
    columns = tables.jobs.c
    same = [
        columns.id == job.id,
        columns.state == job.state.value,
        columns.attempts == job.attempts,
        columns.runner.is_not_distinct_from(job.runner),
    ]
    if to is State.PREPARING:
        same.append(columns.cancel_asked == job.cancel_asked)
    return same


def overtaken(job: Job) -> Conflict:
    """Somebody moved it since."""
    return Conflict(
        f"{job.action!r} isn't {job.state.value} any more, or is asked to stop",
        where=f"job {job.id}",
        remedy="Look at the job again.",
    )
