"""Questions that one statement answers, however many jobs a request has."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, func, select

from job_runner.jobs.job import Job, State
from job_runner.requests.request import Request
from job_runner.store import rows, tables

# Made once: to put one together takes longer than to have it answered.
_OF_REQUEST = tables.jobs.c.request_id == bindparam("request_id")
_LAST_EVENT = select(func.max(tables.job_events.c.sequence)).where(
    # By way of its jobs, because events are indexed by their job.
    tables.job_events.c.job_id.in_(select(tables.jobs.c.id).where(_OF_REQUEST))
)
_REQUEST = select(tables.requests).where(tables.requests.c.id == bindparam("request_id"))
_JOBS = select(tables.jobs).where(_OF_REQUEST).order_by(tables.jobs.c.sequence)


def last_event(connection: Connection, request_id: str) -> int:
    """The number of the request's latest event; 0 if it has none."""
    return connection.execute(_LAST_EVENT, {"request_id": request_id}).scalar() or 0


def request(connection: Connection, request_id: str) -> Request | None:
    """None where there is no such request."""
    row = connection.execute(_REQUEST, {"request_id": request_id}).first()
    return rows.request_of(row) if row else None


def jobs(connection: Connection, request_id: str) -> tuple[Job, ...]:
    """All jobs of a request, oldest turn first."""
    found = connection.execute(_JOBS, {"request_id": request_id})
    return tuple(map(rows.job_of, found))


def states(
    connection: Connection, request_ids: Collection[str]
) -> Mapping[str, frozenset[State]]:
    """In which states each request has jobs."""
    asked = (
        select(tables.jobs.c.request_id, tables.jobs.c.state)
        .where(tables.jobs.c.request_id.in_(request_ids))
        .distinct()
    )
    found: dict[str, set[State]] = {request_id: set() for request_id in request_ids}
    for request_id, state in connection.execute(asked):
        found[request_id].add(State(state))
    return {request_id: frozenset(of_it) for request_id, of_it in found.items()}
