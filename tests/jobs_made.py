"""Jobs, requests and stores as tests need them, built by the real steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from job_runner.jobs.job import Failure, Job, Kind, State, WaitingFor, moved
from job_runner.requests.request import Request

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)

TO_THERE = {
    State.CREATED: [],
    State.WAITING: [State.WAITING],
    State.PREPARING: [State.WAITING, State.PREPARING],
    State.EXECUTING: [State.WAITING, State.PREPARING, State.EXECUTING],
    State.COLLECTING: [State.WAITING, State.PREPARING, State.EXECUTING, State.COLLECTING],
    State.SUCCEEDED: [State.SUCCEEDED],
    State.FAILED: [State.FAILED],
}
"""The moves by which a new job comes into each state."""


def a_job(
    action: str = "step",
    state: State = State.CREATED,
    *,
    needs: str = "",
    request: str = "r1",
    workspace: str = "study",
    kind: Kind = Kind.ANALYSIS,
    waiting_for: WaitingFor | None = None,
    cancel: bool = False,
) -> Job:
    """The job ``request.action``; ``needs`` are names between blanks."""
    job = Job(
        id=f"{request}.{action}",
        request_id=request,
        workspace=workspace,
        action=action,
        kind=kind,
        needs=tuple(needs.split()),
        created_at=NOON,
        cancel_asked=cancel,
    )
    for to in TO_THERE[state]:
        failure = Failure.NONZERO_EXIT if to is State.FAILED else None
        reason = waiting_for if to is state else None
        job = moved(job, to, failure=failure, waiting_for=reason)
    return job


def a_request(request_id: str = "r1", actions: Iterable[str] = ("step",)) -> Request:
    return Request(
        id=request_id,
        project="study",
        repository="https://example.org/study",
        commit="c0ffee",
        actions=tuple(actions),
        submitted_by="ana",
        submitted_at=NOON,
    )


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
