"""What is told outside of requests and jobs: names, hashes, and words of fixed lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from job_runner.jobs.job import Job, State
from job_runner.requests.request import Request, progress, progress_by


def request(one: Request, jobs: Sequence[Job], sequence: int) -> dict[str, object]:
    """A request with its jobs. ``sequence``: the number of its latest event."""
    return {
        **_name(one),
        "submitted_by": one.submitted_by,
        "state": progress(jobs).value,
        "sequence": sequence,
        "jobs": [_job(job) for job in jobs],
    }


def briefly(one: Request, states: Iterable[State]) -> dict[str, object]:
    """A request whose jobs are in these states, for a list."""
    return {
        **_name(one),
        "submitted_by": one.submitted_by,
        "state": progress_by(states).value,
    }


def without_credentials(repository: str) -> str:
    """The address without the name and password that a policy may have in it."""
    parts = urlsplit(repository)
    if not parts.netloc:
        return repository  # a path, or git@host:path
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _name(one: Request) -> dict[str, object]:
    return {
        "id": one.id,
        "project": one.project,
        "repository": without_credentials(one.repository),
        "commit": one.commit,
        "actions": list(one.actions),
        "submitted_at": one.submitted_at.isoformat(),
    }


def _job(job: Job) -> Mapping[str, object]:
    """All that anybody outside learns of a job."""
    return {
        "id": job.id,
        "action": job.action,
        "kind": job.kind.value,
        "needs": list(job.needs),
        "state": job.state.value,
        "waiting_for": job.waiting_for.value if job.waiting_for else None,
        "failure": job.failure.value if job.failure else None,
        "attempts": job.attempts,
        "cancel_asked": job.cancel_asked,
    }
