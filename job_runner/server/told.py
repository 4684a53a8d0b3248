"""What is told outside of requests and jobs: names, hashes, and words of fixed lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from job_runner.job import Job, State
from job_runner.request import Request, progress, progress_by
from job_runner.store import Store

MOST_RUNS = 100


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


def public_runs(
    store: Store,
    queries: Callable[[Request], Iterable[tuple[str, str]]] = lambda request: (),
    *,
    limit: int = MOST_RUNS,
) -> list[dict[str, object]]:
    """The latest runs, latest first, as anybody may know of them; not who asked.

    ``queries``: action and sha256 of its query, for each extraction of a request.
    """
    return [_public(one, store, queries(one)) for one in store.requests(limit=limit)]


def _public(
    one: Request, store: Store, queries: Iterable[tuple[str, str]]
) -> dict[str, object]:
    jobs = store.jobs(one.id)
    return {
        **_name(one),
        "state": progress(jobs).value,
        "jobs": [{k: _job(job)[k] for k in ("action", "state", "failure")} for job in jobs],
        "queries": [{"action": a, "query_sha256": digest} for a, digest in queries],
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
