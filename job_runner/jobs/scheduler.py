"""What should happen to the jobs now: a pure decision, carried out by the runner's loop."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from job_runner.jobs.job import RUNNING, Failure, Job, Kind, State, WaitingFor

OLDEST_EVERY = 8
"""Of so many starts of a kind, one goes to the job that has waited longest, whatever its
priority and its project: so nothing waits for ever behind what is more urgent."""


@dataclass(frozen=True)
class Capacity:
    """How many jobs run at once: those with a box of the study's, and extractions."""

    workers: int
    database_workers: int

    def of(self, kind: Kind) -> int:
        return self.database_workers if kind is Kind.EXTRACTION else self.workers


@dataclass(frozen=True)
class Terms:
    """What holds besides, just now. ``paused``: projects. ``closed``: kinds that aren't run
    at this hour. ``most``: of a project's jobs at once. ``started``: how many jobs of a
    kind this runner has started so far. ``place``: its own; workers are each place's,
    database workers are all places' together."""

    paused: Collection[str] = ()
    closed: Collection[Kind] = ()
    most: Mapping[str, Capacity] = field(default_factory=dict)
    started: Mapping[Kind, int] = field(default_factory=dict)
    place: str | None = None

    def room(self, workspace: str, kind: Kind) -> float:
        """How many of a project's jobs may run at once."""
        return self.most[workspace].of(kind) if workspace in self.most else math.inf


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
    terms: Terms = Terms(),
) -> list[Decision]:
    """What changes now; nothing about jobs that stay as they are, so twice does no harm.

    ``jobs`` are all jobs of every request that isn't over, oldest first: a job's needs are
    looked for in its own request, and its turn is its place in ``jobs``, not its clock's.
    ``held`` are ids that the platform keeps back for now, such as those it will try again.
    Workers are given, one at a time, to the highest priority; then to the workspace with
    the fewest jobs of the kind running, then to its oldest job.
    """
    states, unbegun = _states(jobs), [job for job in jobs if job.idle]
    failing = _failing(jobs, unbegun, states)
    idle = [job for job in unbegun if job.id not in failing]
    reasons = dict(_reasons(idle, states, paused, frozenset(held), terms))
    ready = [job for job in idle if job.id not in reasons]
    started = [s for kind in Kind for s in _fair(ready, jobs, kind, capacity, terms)]
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


def _failing(
    jobs: Sequence[Job], idle: Sequence[Job], states: Mapping[tuple[str, str], State]
) -> dict[str, Failure]:
    """Idle jobs that can't run any more: cancelled, or what they need won't come."""
    waiting_on = _waiting_on(idle)
    failing = {job.id: Failure.CANCELLED for job in idle if job.cancel_asked}
    for (request, need), dependents in waiting_on.items():
        if (request, need) not in states:  # never, unless a request was stored in part
            failing.update({job.id: Failure.PLATFORM_ERROR for job in dependents})
    lost = deque(j for j in jobs if j.state is State.FAILED or j.id in failing)
    while lost:
        job = lost.popleft()
        for dependent in waiting_on.get((job.request_id, job.action), ()):
            if dependent.id not in failing:
                failing[dependent.id] = Failure.DEPENDENCY_FAILED
                lost.append(dependent)
    return failing


def _waiting_on(idle: Iterable[Job]) -> dict[tuple[str, str], list[Job]]:
    found: defaultdict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in idle:
        for need in job.needs:
            found[job.request_id, need].append(job)
    return found


def _reasons(
    idle: Iterable[Job],
    states: Mapping[tuple[str, str], State],
    paused: bool,
    held: frozenset[str],
    terms: Terms,
) -> Iterator[tuple[str, WaitingFor]]:
    """Why each job waits that would wait even with a worker at hand."""
    for job in idle:
        if any(states[job.request_id, n] is not State.SUCCEEDED for n in job.needs):
            yield job.id, WaitingFor.DEPENDENCIES
        elif paused or job.workspace in terms.paused:
            yield job.id, WaitingFor.PAUSED
        elif job.id in held or job.kind in terms.closed:
            yield job.id, WaitingFor.MAINTENANCE


def _fair(
    ready: Iterable[Job], jobs: Iterable[Job], kind: Kind, capacity: Capacity, terms: Terms
) -> Iterator[Job]:
    """The jobs of a kind to start, as far as there is room."""
    under_way = [j for j in jobs if j.kind is kind and _under_way(j)]
    here = sum(_counts(job, terms.place) for job in under_way)
    turns = _Turns([j for j in ready if j.kind is kind], kind, under_way, terms)
    first = terms.started.get(kind, 0) + 1
    for number in range(first, first + capacity.of(kind) - here):
        job = turns.oldest() if number % OLDEST_EVERY == 0 else turns.next()
        if job is None:
            return
        yield job


def _under_way(job: Job) -> bool:
    """Begun, or taken up by a runner that is about to begin it."""
    return job.state in RUNNING or (job.state is State.WAITING and job.runner is not None)


def _counts(job: Job, place: str | None) -> bool:
    """Whether it takes up room that this runner shares."""
    return job.kind is Kind.EXTRACTION or None in (place, job.place) or job.place == place


class _Turns:
    """Whose turn it is, among jobs of one kind that are ready, oldest first."""

    def __init__(
        self, ready: Sequence[Job], kind: Kind, under_way: Iterable[Job], terms: Terms
    ) -> None:
        self._kind, self._terms = kind, terms
        self._busy = Counter(job.workspace for job in under_way)
        self._taken: set[str] = set()
        self._oldest = iter(ready)
        self._queues: defaultdict[str, deque[tuple[int, Job]]] = defaultdict(deque)
        for at, job in sorted(enumerate(ready), key=lambda turn: -turn[1].priority):
            self._queues[job.workspace].append((at, job))
        self._turns = [turn for name in self._queues if (turn := self._turn(name))]
        heapq.heapify(self._turns)

    def next(self) -> Job | None:
        """The highest priority; then the least busy workspace; then the oldest."""
        while self._turns:
            turn = heapq.heappop(self._turns)
            now = self._turn(turn.workspace)
            if now != turn:  # its oldest job was taken out of turn meanwhile
                self._put(now)
                continue
            _, job = self._queues[turn.workspace].popleft()
            self._take(job)
            self._put(self._turn(turn.workspace))
            return job
        return None

    def oldest(self) -> Job | None:
        """Whoever waits longest. A workspace that may run no more is passed over: while
        it has no room, whoever of its jobs comes next finds it so too."""
        for job in self._oldest:
            if self._has_room(job.workspace) and job.id not in self._taken:
                self._take(job)
                return job
        return None

    def _take(self, job: Job) -> None:
        self._taken.add(job.id)
        self._busy[job.workspace] += 1

    def _has_room(self, name: str) -> bool:
        return self._busy[name] < self._terms.room(name, self._kind)

    def _put(self, turn: _Turn | None) -> None:
        if turn is not None:
            heapq.heappush(self._turns, turn)

    def _turn(self, name: str) -> _Turn | None:
        """A workspace's next; None once it has no job or no room left."""
        queue = self._queues[name]
        while queue and queue[0][1].id in self._taken:
            queue.popleft()
        if not queue or not self._has_room(name):
            return None
        at, job = queue[0]
        return _Turn(-job.priority, self._busy[name], at, name)


class _Turn(NamedTuple):
    """In this order."""

    urgency: int
    busy: int
    at: int
    workspace: str
