"""The loop: see what there is, decide, do; then wait until something happens.

It wakes when a job's thread is done, when somebody taps its socket, or when a job that
the platform failed has rested. A look too many costs milliseconds; a look missed would
cost the safety interval.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors.contract import Executor
from job_runner.jobs.job import RUNNING, TERMINAL, Job, State, moved
from job_runner.jobs.scheduler import Capacity, Decision, Fail, decide
from job_runner.jobs.worker import Worker
from job_runner.store import Store

SAFETY = 30.0
"""Seconds after which the runner looks even if nothing happened."""

LEAVING = 10.0
"""Seconds that a thread without a box has to come to its next step."""


@dataclass(frozen=True)
class Rests:
    """How long a job rests after each failure of the platform, in seconds."""

    first: float = 1.0
    longest: float = 60.0

    def after(self, failures: int) -> float:
        return min(self.longest, self.first * 4.0 ** (failures - 1))


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

    ``monotonic``: seconds that never step back; rests are measured with it. ``trouble``
    is told what the platform refused, for the operator.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        worker: Worker,
        capacity: Capacity,
        *,
        runs: Path,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        rests: Rests = Rests(),
        paused: Callable[[], bool] = lambda: False,
        trouble: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        self._store, self._executor, self._worker = store, executor, worker
        self._capacity, self._runs, self._rests = capacity, runs, rests
        self._clock, self._monotonic = clock, monotonic
        self._paused, self._trouble = paused, trouble
        # Its put may be called from a signal handler and from any thread.
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._busy: dict[str, threading.Thread] = {}
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

        PlatformError if there is no store or engine to begin with. Where they go away
        later, it waits for them; with ``until_idle`` it doesn't.
        """
        self._reconcile()
        while True:
            patience = SAFETY
            try:
                if not self._look() and until_idle:
                    return
            except PlatformError as error:
                if until_idle:
                    raise
                self._trouble(error)
                patience = self._rests.first
            if self._told_to_stop(patience):
                self._leave()
                return

    def _reconcile(self) -> None:
        """What an earlier runner left behind and no job needs any more goes."""
        running = {job.id for job in self._store.active_jobs() if job.state in RUNNING}
        self._runs.mkdir(parents=True, exist_ok=True, mode=0o700)
        left = {*self._executor.run_ids(), *(path.name for path in self._runs.iterdir())}
        for run_id in sorted(left - running):
            try:
                self._worker.forget(run_id)
            except OSError as error:  # its rest takes space; other jobs go on
                self._trouble(error)
        try:
            self._worker.recover(running)
        except (OSError, PlatformError) as error:  # no more than space, here too
            self._trouble(error)

    def _look(self) -> bool:
        """Does all there is to do now. False once every job has ended."""
        jobs = {job.id: job for job in self._store.jobs_to_decide()}
        held = self._held()
        for job in jobs.values():
            self._attend(job, held)
        seen = [self._as_taken(job) for job in jobs.values()]
        decisions = decide(seen, self._capacity, self._paused(), held)
        self._settle(jobs, decisions)
        return bool(self._busy) or bool(self._store.active_jobs())

    def _settle(self, jobs: Mapping[str, Job], decisions: Sequence[Decision]) -> None:
        if not decisions:
            return
        for decision in decisions:
            if isinstance(decision, Fail):
                self._worker.give_up(jobs[decision.job_id], decision.failure)
        for job in self._store.settle(jobs.values(), decisions, at=self._clock()):
            self._carry_on(job)

    def _attend(self, job: Job, held: set[str]) -> None:
        """A job that is under way: by us, or by a runner that was killed."""
        if job.cancel_asked and job.state is State.EXECUTING:
            self._executor.stop(job.id)
        if job.state in RUNNING and job.id not in self._busy and job.id not in held:
            self._carry_on(job)

    def _as_taken(self, job: Job) -> Job:
        """A job whose thread hasn't yet said so has its worker all the same."""
        taken = job.id in self._busy and job.state is State.WAITING
        return moved(job, State.PREPARING) if taken else job

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
            return self._inbox.get(timeout=seconds) if seconds else self._inbox.get_nowait()
        except queue.Empty:
            return None

    def _held(self) -> set[str]:
        now = self._monotonic()
        self._resting = {job: at for job, at in self._resting.items() if at > now}
        return set(self._resting)

    def _done(self, done: _Done) -> None:
        """A job that its thread left without an end rests before it is taken up again."""
        del self._busy[done.job_id]
        if done.job is not None and done.job.state in TERMINAL:
            self._failures.pop(done.job_id, None)
            return
        count = self._failures[done.job_id] = self._failures.get(done.job_id, 0) + 1
        self._resting[done.job_id] = self._monotonic() + self._rests.after(count)

    def _leave(self) -> None:
        """Threads that watch a box are left; the others come to where they can be."""
        for job_id, thread in self._busy.items():
            if job_id not in self._worker.watching:
                thread.join(LEAVING)
