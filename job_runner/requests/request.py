"""A request: actions of a project at a commit, asked for by a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from job_runner.jobs.job import RUNNING, TERMINAL, Job, State


class Progress(Enum):
    """Where a request is, as its jobs have it. The value is what the API shows."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Priority(Enum):
    """How urgent its submitter calls a request; what that is worth, a site decides."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """The higher, the sooner; 0 is the usual one."""
        return {Priority.LOW: -1, Priority.NORMAL: 0, Priority.HIGH: 1}[self]


@dataclass(frozen=True)
class Submission:
    """What a researcher asks for. ``project``: where the repository is in several.
    ``purpose``: what for, in their words, for the record and for who reviews."""

    repository: str
    commit: str
    actions: tuple[str, ...]
    project: str | None = None
    purpose: str = ""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True)
class Request:
    """What was asked for. Everything else is derived from the commit and the policy.

    ``actions`` are those named, without what they need. ``project`` names the workspace.
    ``priority``: requests of a higher one go first.
    """

    id: str
    project: str
    repository: str
    commit: str
    actions: tuple[str, ...]
    submitted_by: str
    submitted_at: datetime
    priority: int = 0


def progress(jobs: Iterable[Job]) -> Progress:
    """The state of a request with these jobs: over only when all of them are."""
    return progress_by(job.state for job in jobs)


def progress_by(of_jobs: Iterable[State]) -> Progress:
    """The same, where only the states of its jobs are known."""
    states = set(of_jobs)
    if states <= TERMINAL:
        return Progress.FAILED if State.FAILED in states else Progress.SUCCEEDED
    begun = states & (RUNNING | TERMINAL)
    return Progress.RUNNING if begun else Progress.WAITING
