"""What should happen to the jobs now: a pure decision, carried out by the runner's loop."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from job_runner.jobs.job import RUNNING, Failure, Job, Kind, State, WaitingFor

IDLE = frozenset({State.CREATED, State.WAITING})
"""Not yet taken up. A CREATED job that may start passes through WAITING like any other."""


@dataclass(frozen=True)
class Capacity:
    """How many jobs run at once: those with a box of the study's, and extractions."""

    workers: int
    database_workers: int

    def of(self, kind: Kind) -> int:
        return self.database_workers if kind is Kind.EXTRACTION else self.workers


@dataclass(frozen=True)
class Start:
    """Run it now."""

    job_id: str


@dataclass(frozen=True)
class Wait:
    """Show that it waits, and for what."""

    job_id: str
    waiting_for: WaitingFor


@dataclass(frozen=True)
class Fail:
    """End it without running it."""

    job_id: str
    failure: Failure


Decision = Start | Wait | Fail

LACKING = {Kind.ANALYSIS: WaitingFor.WORKER, Kind.EXTRACTION: WaitingFor.DATABASE_WORKER}


def decide(
    jobs: Sequence[Job],
    capacity: Capacity,
    paused: bool = False,
    held: Collection[str] = (),
) -> list[Decision]:
    """What changes now; nothing about jobs that stay as they are, so twice does no harm.

    ``jobs`` are all jobs of every request that isn't over, oldest first: a job's needs are
    looked for in its own request, and its turn is its place in ``jobs``, not its clock's.
    ``held`` are ids that the platform keeps back for now, such as those it will try again.
    Workers are given, one at a time, to the workspace with the fewest jobs of the kind
    running, then to its oldest job.
    """
    failing = _failing(jobs)
    idle = [job for job in jobs if job.state in IDLE and job.id not in failing]
    reasons = dict(_reasons(idle, _states(jobs), paused, frozenset(held)))
    ready = [job for job in idle if job.id not in reasons]
    started = [s for kind in Kind for s in _fair(ready, jobs, kind, capacity.of(kind))]
    chosen = {job.id for job in started}
    reasons |= {job.id: LACKING[job.kind] for job in ready if job.id not in chosen}
    return [
        *(Fail(job_id, failure) for job_id, failure in failing.items()),
        *(Start(job.id) for job in started),
        *(Wait(j.id, reasons[j.id]) for j in idle if j.id in reasons and _news(j, reasons)),
    ]


def _news(job: Job, reasons: Mapping[str, WaitingFor]) -> bool:
    return job.state is State.CREATED or job.waiting_for is not reasons[job.id]


def _states(jobs: Iterable[Job]) -> dict[tuple[str, str], State]:
    return {(job.request_id, job.action): job.state for job in jobs}


def _failing(jobs: Sequence[Job]) -> dict[str, Failure]:
    """Idle jobs that can't run any more: cancelled, or what they need won't come."""
    waiting_on = _waiting_on(jobs)
    known = {(job.request_id, job.action) for job in jobs}
    failing = {j.id: Failure.CANCELLED for j in jobs if j.state in IDLE and j.cancel_asked}
    for (request, need), dependents in waiting_on.items():
        if (request, need) not in known:  # never, unless a request was stored in part
            failing.update({job.id: Failure.PLATFORM_ERROR for job in dependents})
    lost = deque(j for j in jobs if j.state is State.FAILED or j.id in failing)
    while lost:
        job = lost.popleft()
        for dependent in waiting_on[job.request_id, job.action]:
            if dependent.id not in failing:
                failing[dependent.id] = Failure.DEPENDENCY_FAILED
                lost.append(dependent)
    return failing


def _waiting_on(jobs: Iterable[Job]) -> defaultdict[tuple[str, str], list[Job]]:
    found: defaultdict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in jobs:
        if job.state in IDLE:
            for need in job.needs:
                found[job.request_id, need].append(job)
    return found


def _reasons(
    idle: Iterable[Job],
    states: Mapping[tuple[str, str], State],
    paused: bool,
    held: frozenset[str],
) -> Iterator[tuple[str, WaitingFor]]:
    """Why each job waits that would wait even with a worker at hand."""
    for job in idle:
        if any(states[job.request_id, n] is not State.SUCCEEDED for n in job.needs):
            yield job.id, WaitingFor.DEPENDENCIES
        elif paused:
            yield job.id, WaitingFor.PAUSED
        elif job.id in held:
            yield job.id, WaitingFor.MAINTENANCE


def _fair(
    ready: Iterable[Job], jobs: Iterable[Job], kind: Kind, capacity: int
) -> Iterator[Job]:
    """The jobs of a kind to start, as far as there is room."""
    running = Counter(j.workspace for j in jobs if j.state in RUNNING and j.kind is kind)
    queues: dict[str, deque[tuple[int, Job]]] = defaultdict(deque)
    for at, job in enumerate(ready):
        if job.kind is kind:
            queues[job.workspace].append((at, job))
    turns = [(running[name], queue[0][0], name) for name, queue in queues.items()]
    heapq.heapify(turns)
    for _ in range(capacity - running.total()):
        if not turns:
            return
        busy, _, name = heapq.heappop(turns)
        yield queues[name].popleft()[1]
        if queues[name]:
            heapq.heappush(turns, (busy + 1, queues[name][0][0], name))
