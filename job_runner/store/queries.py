"""Questions that one statement answers, however many jobs a request has."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, select

from job_runner.jobs.job import State
from job_runner.store import tables


def last_event(connection: Connection, request_id: str) -> int:
    """The number of the request's latest event; 0 if it has none."""
    # By way of its jobs, because events are indexed by their job.
    its_jobs = select(tables.jobs.c.id).where(tables.jobs.c.request_id == request_id)
    asked = select(func.max(tables.job_events.c.sequence)).where(
        tables.job_events.c.job_id.in_(its_jobs)
    )
    return connection.execute(asked).scalar() or 0


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
