"""The loop: see what there is, decide, do; then wait until something happens.

It wakes when a job's thread is done, when the store tells of a change, or when a job that
the platform failed has rested. A look too many costs milliseconds; a look missed would
cost the safety interval.

Several runners may share a store. Each takes up jobs in a transaction of its own, in which
no other decides; carries on what it took up; and goes on with the jobs of those that are no
more, where that is safe (``members`` says when).
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from job_runner import hearing
from job_runner.errors import PlatformError
from job_runner.executors.contract import Executor
from job_runner.jobs.job import TERMINAL, Claim, Job, Kind, State
from job_runner.jobs.members import LEASE, Drain, mine, to_adopt
from job_runner.jobs.membership import ALONE, Company, Membership
from job_runner.jobs.rests import USUAL, Rests
from job_runner.jobs.scheduler import Capacity, Decision, Fail, Terms, Wait, decide
from job_runner.jobs.worker import Worker
from job_runner.store import Store
from job_runner.store.roll import SITE

SAFETY = 30.0
"""Seconds after which the runner looks even if nothing happened."""

LEAVING = 10.0
"""Seconds that a thread without a box has to come to its next step."""

NO_ROOM = Capacity(0, 0)


def _always(now: datetime) -> Collection[Kind]:
    return ()


@dataclass(frozen=True)
class Rules:
    """What this runner keeps to. ``most``: of a project's jobs at once. ``closed``: the
    kinds of job that aren't begun at that time."""

    capacity: Capacity
    most: Mapping[str, Capacity] = field(default_factory=dict)
    closed: Callable[[datetime], Collection[Kind]] = _always


@dataclass(frozen=True)
class _Done:
    """A job's thread is done; ``job`` as it stands, None if it broke."""

    job_id: str
    job: Job | None


@dataclass(frozen=True)
class _Stop:
    """Somebody told us to."""


@dataclass(frozen=True)
class _Wake:
    """Something in the store changed."""


_Message = _Done | _Stop | _Wake


class Runner:
    """Carries out a store's jobs until it is told to stop, or there are none left.

    ``me``: a name that no runner had before, where there may be others; ``locks``: a folder
    that those of this host share; ``lease``: seconds after which one of another place that
    shows no life is lost. ``monotonic``: seconds that never step back; rests are measured
    with it. ``paused``: whether it may take up nothing now. ``trouble`` is told what the
    platform refused, for the operator.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        worker: Worker,
        rules: Rules | Capacity,
        *,
        runs: Path,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        rests: Rests = USUAL,
        paused: Callable[[], bool] = lambda: False,
        trouble: Callable[[Exception], None] = lambda error: None,
        me: Claim = ALONE,
        locks: Path | None = None,
        lease: float = LEASE,
        safety: float = SAFETY,
    ) -> None:
        self._store, self._executor, self._worker = store, executor, worker
        self._rules = rules if isinstance(rules, Rules) else Rules(rules)
        self._runs, self._rests, self._safety = runs, rests, safety
        self._clock, self._monotonic = clock, monotonic
        self._paused, self._trouble = paused, trouble
        self._me, self._queue = me, store.queue()
        self._membership = Membership(
            store, me, clock=clock, monotonic=monotonic, locks=locks, lease=lease
        )
        # Its put may be called from a signal handler and from any thread.
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._busy: dict[str, threading.Thread] = {}
        self._started: Counter[Kind] = Counter()
        self._failures: dict[str, int] = {}
        self._resting: dict[str, float] = {}

    def wake(self) -> None:
        """Look again: something in the store changed."""
        self._inbox.put(_Wake())

    def stop(self) -> None:
        """End the loop; boxes go on, for the next runner to adopt. Any thread may call
        this, and so may a signal handler."""
        self._worker.leaving.set()
        self._inbox.put(_Stop())

    def run(self, *, until_idle: bool = False) -> None:
        """Returns when told to stop or, with ``until_idle``, when every job has ended.

        PlatformError if there is no store or engine to begin with, and where others took
        this runner for lost. Where store or engine go away later, it waits for them, for
        longer each time; with ``until_idle`` it doesn't.
        """
        with self._membership.joined(self.wake):
            self._reconcile()
            self._loop(until_idle)

    def _loop(self, until_idle: bool) -> None:
        refused = 0
        while True:
            patience = self._safety
            try:
                if not self._look() and until_idle:
                    return
                refused = 0
            except PlatformError as error:
                if until_idle or self._membership.given_up.is_set():
                    raise
                self._trouble(error)
                refused += 1
                patience = self._rests.after(refused)
            if self._told_to_stop(patience):
                self._leave()
                return

    def _reconcile(self) -> None:
        """What an earlier runner left behind and no job needs any more goes.

        Boxes and folders first, then jobs: who begins one meanwhile had it listed as live.
        """
        self._runs.mkdir(parents=True, exist_ok=True, mode=0o700)
        left = {*self._executor.run_ids(), *(path.name for path in self._runs.iterdir())}
        live = {job.id: job for job in self._store.active_jobs()}
        for run_id in sorted(left):
            if run_id in live and live[run_id].place in (None, self._me.place):
                continue
            try:
                self._worker.forget(run_id)
            except OSError as error:  # its rest takes space; other jobs go on
                self._trouble(error)
        try:
            self._worker.recover(live.keys())
        except (OSError, PlatformError) as error:  # no more than space, here too
            self._trouble(error)

    def _look(self) -> bool:
        """Does all there is to do now. False once every job has ended."""
        jobs: Sequence[Job] = self._queue.look()
        company = self._membership.company(jobs)
        for lost in company.lost:
            self._worker.note("runner", _told(lost.member.id, lost.member.place, lost.jobs))
        if company.lost:
            jobs = self._queue.look()
        now = self._clock()
        self._hold(jobs, now)
        for job in mine(jobs, self._me):
            self._attend(job, company.me.drain)
        jobs = self._take_up(jobs, company, now)
        self._tell_if_safe(company, jobs)
        return bool(self._busy) or any(job.state not in TERMINAL for job in jobs)

    def _hold(self, jobs: Sequence[Job], now: datetime) -> None:
        """Which jobs rest: those that wait, as the store has it; ours, as we have it."""
        at = self._monotonic()
        ours = {job: until for job, until in self._resting.items() if until > at}
        waiting = {job.id: self._rests.left(job, now) for job in jobs if job.not_before}
        self._resting = ours | {job: at + left for job, left in waiting.items() if left}

    def _attend(self, job: Job, drain: Drain | None) -> None:
        """A job that we took up, and what was asked of it since."""
        if job.cancel_asked:
            self._worker.stop(job)
        elif drain is Drain.REQUEUE:
            self._worker.put_back(job)
        if job.id not in self._busy and job.id not in self._resting:
            self._carry_on(job)

    def _take_up(
        self, jobs: Sequence[Job], company: Company, now: datetime
    ) -> Sequence[Job]:
        """Decides, and starts what is ours by it. The jobs as they are then."""
        choose = self._chooser(company, now)
        left = () if company.me.drain else company.left_places
        orphans = [] if company.me.drain else to_adopt(jobs, self._me, left)
        decided = choose(jobs)
        if not (decided or orphans):
            return jobs
        given_up = self._given_up({job.id: job for job in jobs}, decided)
        if elsewhere := [job for job in orphans if job.place not in (None, self._me.place)]:
            self._worker.note("runner", _told(self._me.runner, self._me.place, elsewhere))
        known = {job.id for job in orphans}
        taken = self._queue.settle(
            lambda now: [d for d in choose(now) if _may(d, given_up)],
            adopt=lambda now: [j for j in to_adopt(now, self._me, left) if j.id in known],
            by=self._me,
            at=now,
        )
        for job in taken:
            self._started[job.kind] += job.state is State.WAITING
            if job.id not in self._busy:
                self._carry_on(job)
        return self._queue.look()

    def _chooser(
        self, company: Company, now: datetime
    ) -> Callable[[Sequence[Job]], list[Decision]]:
        """Why jobs wait is shown by the runner that is there longest, and by it alone: two
        that see it differently would correct each other for ever."""
        paused = self._store.roll.paused()
        terms = Terms(
            paused=paused,
            closed=self._rules.closed(now),
            most=self._rules.most,
            started=dict(self._started),
            place=self._me.place,
        )
        room = NO_ROOM if company.me.drain else self._rules.capacity
        held = frozenset(self._resting)
        stands_still = self._paused() or SITE in paused

        def choose(jobs: Sequence[Job]) -> list[Decision]:
            decided = decide(jobs, room, stands_still, held, terms)
            return [d for d in decided if company.senior or not isinstance(d, Wait)]

        return choose

    def _given_up(
        self, jobs: Mapping[str, Job], decided: Sequence[Decision]
    ) -> frozenset[str]:
        """Jobs that are to end without being run: on the record before they do."""
        ending = [decision for decision in decided if isinstance(decision, Fail)]
        for one in ending:
            self._worker.give_up(jobs[one.job_id], one.failure)
        return frozenset(one.job_id for one in ending)

    def _tell_if_safe(self, company: Company, jobs: Sequence[Job]) -> None:
        if company.me.drain is None or company.me.safe_to_stop:
            return
        if not self._busy and not mine(jobs, self._me):
            self._store.roll.safe_to_stop(self._me.runner)

    def _carry_on(self, job: Job) -> None:
        thread = threading.Thread(target=self._thread, args=(job,), daemon=True)
        self._busy[job.id] = thread
        thread.start()

    def _thread(self, job: Job) -> None:
        after = None
        try:
            after = self._worker.carry_on(job)
        except Exception as error:  # noqa: BLE001  told, and tried again after a rest
            self._trouble(error)
        finally:
            self._inbox.put(_Done(job.id, after))

    def _told_to_stop(self, patience: float) -> bool:
        """Waits until something happened, and takes note of all that did."""
        now, stop = self._monotonic(), False
        until = min([now + patience, *self._resting.values()])
        message = self._await(max(0.001, until - now))
        while message is not None:
            stop = stop or isinstance(message, _Stop)
            if isinstance(message, _Done):
                self._done(message)
            message = self._await(0.0)
        return stop

    def _await(self, seconds: float) -> _Message | None:
        try:
            return hearing.get(self._inbox, seconds)
        except queue.Empty:
            return None

    def _done(self, done: _Done) -> None:
        """A job that is still ours, and has no end, rests before it is gone on with."""
        del self._busy[done.job_id]
        job = done.job
        if job is not None and (job.state in TERMINAL or job.runner != self._me.runner):
            self._failures.pop(done.job_id, None)
            return
        count = self._failures[done.job_id] = self._failures.get(done.job_id, 0) + 1
        self._resting[done.job_id] = self._monotonic() + self._rests.after(count)

    def _leave(self) -> None:
        """Threads that watch a box are left; the others come to where they can be."""
        for job_id, thread in self._busy.items():
            if job_id not in self._worker.watching:
                thread.join(LEAVING)


def _told(runner: str, place: str, jobs: Sequence[Job]) -> Mapping[str, object]:
    """What the ledger says where a runner lost its jobs, or goes on with those of another
    place; the two are told apart by whether it then begins them again."""
    return {"runner": runner, "place": place, "jobs": [job.id for job in jobs]}


def _may(decision: Decision, given_up: Collection[str]) -> bool:
    """Nothing ends that isn't on the record yet."""
    return not isinstance(decision, Fail) or decision.job_id in given_up
