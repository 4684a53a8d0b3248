"""Rows and values, told from each other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row

from job_runner.jobs.job import Failure, Job, Kind, State, WaitingFor
from job_runner.requests.request import Request
from job_runner.site.people import Person, Role

RowValues = dict[str, object]


@dataclass(frozen=True)
class Event:
    """Something that happened to a job. ``happened``: created, moved or cancel_asked."""

    sequence: int
    job_id: str
    request_id: str
    at: datetime
    happened: str
    state: State
    waiting_for: WaitingFor | None
    failure: Failure | None


def instant(at: datetime) -> str:
    """As stored: UTC, so that texts sort as times do. ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def listed(words: Iterable[str]) -> str:
    return json.dumps(list(words))


def person_of(row: Row[tuple[object, ...]]) -> Person:
    expires = datetime.fromisoformat(row.expires_at) if row.expires_at else None
    roles = frozenset(Role(word) for word in json.loads(row.roles))
    return Person(row.name, roles, expires, bool(row.revoked))


def request_row(request: Request) -> RowValues:
    return {
        "id": request.id,
        "project": request.project,
        "repository": request.repository,
        "commit_id": request.commit,
        "actions": listed(request.actions),
        "submitted_by": request.submitted_by,
        "submitted_at": instant(request.submitted_at),
        "priority": request.priority,
    }


def request_of(row: Row[tuple[object, ...]]) -> Request:
    return Request(
        id=row.id,
        project=row.project,
        repository=row.repository,
        commit=row.commit_id,
        actions=tuple(json.loads(row.actions)),
        submitted_by=row.submitted_by,
        submitted_at=datetime.fromisoformat(row.submitted_at),
        priority=row.priority,
    )


def job_row(job: Job) -> RowValues:
    return {
        "id": job.id,
        "request_id": job.request_id,
        "workspace": job.workspace,
        "action": job.action,
        "kind": job.kind.value,
        "needs": listed(job.needs),
        "created_at": instant(job.created_at),
        "cancel_asked": job.cancel_asked,
        "priority": job.priority,
        **state_row(job),
    }


def state_row(job: Job) -> RowValues:
    """What a move changes. Not ``cancel_asked``, which others may be setting just now."""
    return {
        "state": job.state.value,
        "waiting_for": job.waiting_for.value if job.waiting_for else None,
        "failure": job.failure.value if job.failure else None,
        "attempts": job.attempts,
        "runner": job.runner,
        "place": job.place,
        "not_before": instant(job.not_before) if job.not_before else None,
    }


def job_of(row: Row[tuple[object, ...]]) -> Job:
    return Job(
        id=row.id,
        request_id=row.request_id,
        workspace=row.workspace,
        action=row.action,
        kind=Kind(row.kind),
        needs=tuple(json.loads(row.needs)),
        created_at=datetime.fromisoformat(row.created_at),
        state=State(row.state),
        waiting_for=WaitingFor(row.waiting_for) if row.waiting_for else None,
        failure=Failure(row.failure) if row.failure else None,
        attempts=row.attempts,
        cancel_asked=bool(row.cancel_asked),
        priority=row.priority,
        turn=row.sequence,
        runner=row.runner,
        place=row.place,
        not_before=datetime.fromisoformat(row.not_before) if row.not_before else None,
    )


def event_row(job: Job, happened: str, at: datetime) -> RowValues:
    state = state_row(job)
    return {
        "job_id": job.id,
        "request_id": job.request_id,
        "at": instant(at),
        "happened": happened,
        **{name: state[name] for name in ("state", "waiting_for", "failure")},
    }


def event_of(row: Row[tuple[object, ...]]) -> Event:
    return Event(
        sequence=row.sequence,
        job_id=row.job_id,
        request_id=row.request_id,
        at=datetime.fromisoformat(row.at),
        happened=row.happened,
        state=State(row.state),
        waiting_for=WaitingFor(row.waiting_for) if row.waiting_for else None,
        failure=Failure(row.failure) if row.failure else None,
    )
