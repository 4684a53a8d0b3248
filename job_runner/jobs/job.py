"""A job: one action of one request, and the states it may pass through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum


class State(Enum):
    """Where a job is. The value is what the API shows."""

    CREATED = "created"
    WAITING = "waiting"
    PREPARING = "preparing"
    EXECUTING = "executing"
    COLLECTING = "collecting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class WaitingFor(Enum):
    """Why a job waits."""

    DEPENDENCIES = "dependencies"
    WORKER = "worker"
    DATABASE_WORKER = "database_worker"
    PAUSED = "paused"
    MAINTENANCE = "maintenance"


class Failure(Enum):
    """Why a job failed. Nothing else about a failure leaves the site."""

    NONZERO_EXIT = "nonzero_exit"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    DISK_FULL = "disk_full"
    UNMATCHED_OUTPUTS = "unmatched_outputs"
    REFUSED_OUTPUTS = "refused_outputs"
    DEPENDENCY_FAILED = "dependency_failed"
    CANCELLED = "cancelled"
    NOT_ALLOWED = "not_allowed"
    DEFINITION_ERROR = "definition_error"
    NOT_SERVED = "not_served"
    WAREHOUSE_ERROR = "warehouse_error"
    PLATFORM_ERROR = "platform_error"


PLATFORM_FAILURES = frozenset({Failure.PLATFORM_ERROR, Failure.WAREHOUSE_ERROR})
"""Not the user's: tried again, up to a limit. The user's are never retried."""


MOVES: Mapping[State, frozenset[State]] = {
    State.CREATED: frozenset({State.WAITING, State.SUCCEEDED, State.FAILED}),
    State.WAITING: frozenset({State.PREPARING, State.SUCCEEDED, State.FAILED}),
    State.PREPARING: frozenset({State.EXECUTING, State.WAITING, State.FAILED}),
    State.EXECUTING: frozenset({State.COLLECTING, State.WAITING, State.FAILED}),
    State.COLLECTING: frozenset({State.SUCCEEDED, State.WAITING, State.FAILED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
}
"""CREATED or WAITING → SUCCEEDED: up to date, so not run again; a job can't know before its
needs are done. Back to WAITING: the platform's retry."""

TERMINAL = frozenset({State.SUCCEEDED, State.FAILED})
RUNNING = frozenset({State.PREPARING, State.EXECUTING, State.COLLECTING})
IDLE = frozenset({State.CREATED, State.WAITING})
"""Not begun. A CREATED job that may start passes through WAITING like any other."""


class Kind(Enum):
    """What a job needs: the warehouse (an extraction), or a box only."""

    EXTRACTION = "extraction"
    ANALYSIS = "analysis"


@dataclass(frozen=True)
class Claim:
    """Whose a job is: one runner, in the one place where its box is, or would be."""

    runner: str
    place: str


@dataclass(frozen=True)
class Job:
    """One action of one request. ``attempts`` counts the starts so far.

    ``priority``: its request's; higher goes first. ``turn``: its number among all jobs
    ever stored, 0 before that. ``runner``: who carries it on, or carried it to its end;
    ``place``: where its box is. ``not_before``: when a retry is due.
    """

    id: str
    request_id: str
    workspace: str
    action: str
    kind: Kind
    needs: tuple[str, ...]
    created_at: datetime
    state: State = State.CREATED
    waiting_for: WaitingFor | None = None
    failure: Failure | None = None
    attempts: int = 0
    cancel_asked: bool = False
    priority: int = 0
    turn: int = field(default=0, compare=False)
    runner: str | None = None
    place: str | None = None
    not_before: datetime | None = None

    def __post_init__(self) -> None:
        if (self.state is State.FAILED) != (self.failure is not None):
            raise ValueError("a failure belongs to a failed job, and only to one")
        if self.waiting_for is not None and self.state is not State.WAITING:
            raise ValueError("only a waiting job waits for something")
        if self.not_before is not None and self.state is not State.WAITING:
            raise ValueError("only a waiting job is put off")

    @property
    def idle(self) -> bool:
        """Nobody has taken it up."""
        return self.state in IDLE and self.runner is None


def moved(
    job: Job,
    to: State,
    *,
    waiting_for: WaitingFor | None = None,
    failure: Failure | None = None,
    claim: Claim | None = None,
    not_before: datetime | None = None,
) -> Job:
    """The job in its next state; ValueError where the table has no such move.

    ``claim``: who takes it up by this move. A job that waits is nobody's without one.
    """
    if to is not job.state and to not in MOVES[job.state]:
        raise ValueError(f"{job.state.value} jobs don't become {to.value}")
    if job.state in TERMINAL:
        raise ValueError(f"a {job.state.value} job stays so")
    attempts = job.attempts + (to is State.PREPARING and job.state is not to)
    runner, place = (None, None) if to is State.WAITING else (job.runner, job.place)
    return replace(
        job,
        state=to,
        waiting_for=waiting_for,
        failure=failure,
        attempts=attempts,
        runner=claim.runner if claim else runner,
        place=claim.place if claim else place,
        not_before=not_before,
    )
