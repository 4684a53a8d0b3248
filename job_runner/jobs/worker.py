"""One job, from wherever it is to its end. Everything here may be killed at any moment.

Each stage leaves something that the next one, or a runner started later, can go on from:

- PREPARING makes the run's folder. A run that dies here is thrown away and begun again.
- EXECUTING begins before its box does. A runner that finds the box waits for it; one that
  doesn't can't know whether it ran, so the platform's retry begins again.
- COLLECTING reads a dead box's folder, publishes by one rename, then has the outputs
  checked. Each of these may be done twice and gives the same.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Mapping
from pathlib import Path

from cohort_dsl.errors import LoginRefused, StrongroomError, WarehouseAway
from job_runner import outputs
from job_runner.definitions import apart
from job_runner.errors import (
    FULL,
    Conflict,
    DiskFull,
    ImageRefused,
    StoreAway,
)
from job_runner.executors.contract import Executor, Outcome
from job_runner.jobs import stages
from job_runner.jobs.endings import ending, failure_of, name
from job_runner.jobs.job import (
    PLATFORM_FAILURES,
    TERMINAL,
    Failure,
    Job,
    State,
    WaitingFor,
    moved,
)
from job_runner.jobs.ports import Ports, Told
from job_runner.jobs.stages import Harvest, JobFailed
from job_runner.jobs.task import Task
from job_runner.store import Store
from job_runner.workspaces import run_folder
from job_runner.workspaces.manifest import Manifest

LOG_BYTES = 1024**2


class Left(Exception):
    """The runner stops and the box goes on, or others go on with it already."""


class Worker:
    """Carries jobs on. ``runs``: the folder with one folder for each run."""

    def __init__(self, store: Store, executor: Executor, runs: Path, ports: Ports) -> None:
        self._store, self._executor, self._runs = store, executor, runs
        self._ports = ports
        self.leaving = threading.Event()
        self._outcomes: dict[str, Outcome] = {}
        self.watching: set[str] = set()
        self._held_on: dict[str, int] = {}
        self._stops: dict[str, apart.Stop] = {}
        self._put_back: set[str] = set()
        self._tries: dict[str, int] = {}

    def carry_on(self, job: Job) -> Job:
        """The job as it stands when there is nothing more to do for now.

        Ended; or WAITING, for any runner to try again; or as it was, where the runner
        leaves or somebody else moved it.
        """
        try:
            return self._carried_on(job)
        except (Left, Conflict):
            return self._let_go(job)

    def stop(self, job: Job) -> None:
        """Ends what runs of it, in its box or the warehouse. Its thread does the rest."""
        if job.state is State.EXECUTING:
            self._executor.stop(job.id)
        elif (stop := self._stops.get(job.id)) is not None:
            stop.now()

    def put_back(self, job: Job) -> None:
        """Stops it to be begun again later, by whoever then has room."""
        self._put_back.add(job.id)
        self.stop(job)

    def note(self, kind: str, body: Mapping[str, object]) -> None:
        """One entry more in the ledger."""
        self._ports.record(kind, body)

    def _carried_on(self, job: Job) -> Job:
        task = None
        try:
            task = self._ports.tasks.task(job)
            return self._through(job, task)
        except (Left, Conflict, StoreAway):  # gone on with from what the store says then
            raise
        except JobFailed as failed:
            return self._fail(job, task, failed.failure, failed.told)
        except ImageRefused as error:
            return self._without_image(job, str(error))
        except (DiskFull, OSError) as error:
            return self._without_room(job, task, error)
        except LoginRefused as error:
            return self._failed(self._now(job), task, failure_of(error), str(error))
        except StrongroomError as error:
            away = isinstance(error, WarehouseAway)
            return self._hold_on(job, task, failure_of(error), str(error), away=away)
        except Exception as error:  # noqa: BLE001  its text may hold a person's value
            told = f"A mistake of Strongroom's own: {type(error).__name__}"
            return self._fail(job, task, Failure.PLATFORM_ERROR, told, certain=True)

    def give_up(self, job: Job, failure: Failure) -> None:
        """Puts on the record that a job won't begin. The caller ends it."""
        ended = moved(job, State.FAILED, failure=failure)
        self._ports.record("job", {**name(job), **ending(ended, None)})
        self._ports.told(Told(ended, ""))

    def forget(self, run_id: str) -> None:
        """Takes away a run's box and folder."""
        self._executor.remove(run_id)
        run_folder.discard(self._runs / run_id)

    def recover(self, active: Collection[str]) -> None:
        """Takes away the copies of outputs that no job will publish any more.

        ``active``: the jobs under way, whose copies stay.
        """
        for workspace in self._ports.tasks.workspaces():
            outputs.recover(workspace, active)

    def _let_go(self, job: Job) -> Job:
        """As it stands; nobody's again, where we took it up and didn't begin it."""
        now = self._store.job(job.id) or job
        if now.state is not State.WAITING or now.runner is None or now.runner != job.runner:
            return now
        with contextlib.suppress(Conflict):
            return self._store.move(now, State.WAITING, at=self._ports.clock())
        return now

    def _through(self, job: Job, task: Task) -> Job:
        if job.state is State.PREPARING:  # a runner died here; nothing was started
            return self._again(job)
        if job.state is State.WAITING:
            why = task.why_run()
            if why is None:
                return self._end(job, State.SUCCEEDED)
            job = self._begin(job, task, why)
        if job.state is State.EXECUTING:
            job = self._watch(job, task)
        return self._collect(job, task)

    def _begin(self, job: Job, task: Task, why: str) -> Job:
        if self.leaving.is_set():
            raise Left
        job = self._move(job, State.PREPARING)
        self._ports.told(Told(job, why))
        self.forget(job.id)
        run = self._runs / job.id
        box = self._ports.stages[job.kind].prepare(task, run, self._ports.uid(job))
        stages.begin(task, run)
        job = self._move(job, State.EXECUTING)
        self._executor.start(job.id, box)
        return job

    def _watch(self, job: Job, task: Task) -> Job:
        if self._now(job).cancel_asked:
            self._executor.stop(job.id)
        self._await_box(job)
        task.workspace.keep_log(task.action.name, self._executor.logs(job.id, LOG_BYTES))
        return self._move(job, State.COLLECTING)

    def _await_box(self, job: Job) -> None:
        self.watching.add(job.id)
        try:
            self._outcomes[job.id] = self._executor.wait(job.id)
            if self.leaving.is_set():
                raise Left
        finally:
            self.watching.discard(job.id)

    def _collect(self, job: Job, task: Task) -> Job:
        published = task.workspace.manifest(task.action.name)
        if published is None or published.job_id != job.id:
            published = self._publish(job, task)
        else:  # a runner died between publishing and forgetting the copies
            outputs.abandon(task.workspace, job.id)
        self._ports.after_success(job, published, task.workspace)
        return self._end(job, State.SUCCEEDED, published)

    def _publish(self, job: Job, task: Task) -> Manifest:
        run = self._runs / job.id
        harvest = self._harvest(job, task, run)
        self._record_query(job, harvest)
        self._refuse_cancelled(job)
        made = stages.manifest(task, run, job.id, harvest)
        outputs.publish(
            harvest.collected,
            task.workspace,
            made,
            actions=task.actions,
            taking=lambda t: self._ports.record("taken over", {**name(job), "from": t}),
        )
        return made

    def _harvest(self, job: Job, task: Task, run: Path) -> Harvest:
        """A question to the warehouse may take hours: it ends once it is cancelled."""
        outcome = self._outcomes.pop(job.id, None) or self._executor.wait(job.id)
        with apart.stoppable() as stop:
            self._stops[job.id] = stop
            try:
                self._refuse_cancelled(job)
                return self._ports.stages[job.kind].harvest(task, run, job.id, outcome)
            finally:
                del self._stops[job.id]

    def _refuse_cancelled(self, job: Job) -> None:
        if self._now(job).cancel_asked:
            raise JobFailed(Failure.CANCELLED)

    def _record_query(self, job: Job, harvest: Harvest) -> None:
        if harvest.query is not None:
            said = {"query_sha256": harvest.query_sha256, "query": harvest.query.decode()}
            self._ports.record("query", {**name(job), **said})

    def _hold_on(
        self,
        job: Job,
        task: Task | None,
        failure: Failure,
        told: str,
        *,
        away: bool = False,
    ) -> Job:
        """Where collecting met the platform's trouble it is gone on with, a few times.

        The box isn't run again for a full disk, nor a definition for a busy warehouse; a
        warehouse that refuses each time ends the job. One that is ``away`` is waited for
        as the rest of the platform is.
        """
        now = self._now(job)
        collecting = now.state is State.COLLECTING
        stays = collecting and failure in PLATFORM_FAILURES and job.id not in self._put_back
        held = self._held_on.get(job.id, 0) + 1
        asks = self._ports.asks if self._ports.attempts > 1 else 1
        if stays and not now.cancel_asked and held < asks:
            self._held_on[job.id] = held
            return now
        self._held_on.pop(job.id, None)
        if failure is Failure.WAREHOUSE_ERROR and stays and not away:
            return self._failed(now, task, failure, told)
        return self._fail(job, task, failure, told)

    def _without_room(self, job: Job, task: Task | None, error: DiskFull | OSError) -> Job:
        """What a box has made is collected however long its disk is full: as long, no new
        work begins."""
        full, told = True, str(error)
        if isinstance(error, OSError):
            full, told = error.errno in FULL, f"The disk refused: {error.strerror}"
        now = self._now(job)
        stays = now.state is State.COLLECTING and job.id not in self._put_back
        if full and stays and not now.cancel_asked and self._ports.attempts > 1:
            return now
        return self._hold_on(job, task, Failure.PLATFORM_ERROR, told)

    def _without_image(self, job: Job, told: str) -> Job:
        """An image that isn't there as it was approved won't come by waiting for long."""
        now = self._now(job)
        held = self._held_on[job.id] = self._held_on.get(job.id, 0) + 1
        if held < self._ports.attempts:
            return self._again(now, told)
        del self._held_on[job.id]
        return self._failed(now, None, Failure.PLATFORM_ERROR, told)

    def _fail(
        self,
        job: Job,
        task: Task | None,
        failure: Failure,
        told: str,
        *,
        certain: bool = False,
    ) -> Job:
        """Ends the job, or lets the platform's own failures be tried again."""
        job = self._now(job)
        if job.state in TERMINAL:
            return job
        begun = job.state is not State.WAITING
        if begun and job.id in self._put_back and not job.cancel_asked:
            return self._again(job, "the runner is to be stopped")
        ours = failure in PLATFORM_FAILURES and not job.cancel_asked
        if ours and self._may_try_again(job, begun or not certain):
            return self._again(job, told)
        return self._failed(job, task, failure, told)

    def _failed(self, job: Job, task: Task | None, failure: Failure, told: str) -> Job:
        """Ended. What somebody asked to cancel was cancelled, whatever else happened."""
        failure = Failure.CANCELLED if job.cancel_asked else failure
        if task is not None and job.state is not State.WAITING:
            self._keep_log(job, task, told)
            outputs.abandon(task.workspace, job.id)
        return self._end(job, State.FAILED, failure=failure, told=told)

    def _may_try_again(self, job: Job, hope: bool) -> bool:
        """A job that never began waits for the platform however long that takes."""
        return hope and self._ports.attempts > 1 and job.attempts < self._ports.attempts

    def _again(self, job: Job, why: str = "") -> Job:
        """Back to waiting, nobody's, until it has rested."""
        self.forget(job.id)
        put_back = job.id in self._put_back
        self._put_back.discard(job.id)
        tries = self._tries[job.id] = self._tries.get(job.id, 0) + 1
        now = self._ports.clock()
        after = self._store.move(
            job,
            State.WAITING,
            at=now,
            waiting_for=WaitingFor.MAINTENANCE,
            not_before=None if put_back else self._ports.rests.until(tries, now),
        )
        self._ports.told(Told(after, why))
        return after

    def _keep_log(self, job: Job, task: Task, told: str) -> None:
        """What the box printed, and below it what we have to say."""
        said = b""
        if job.id in self._executor.run_ids():
            said = self._executor.logs(job.id, LOG_BYTES)
        if said or told:
            task.workspace.keep_log(task.action.name, said + f"{told}\n".encode())

    def _end(
        self,
        job: Job,
        state: State,
        made: Manifest | None = None,
        failure: Failure | None = None,
        told: str = "",
    ) -> Job:
        """On the record first: an entry may be there twice after a crash, never missing."""
        ended = moved(job, state, failure=failure)
        self._ports.record("job", {**name(job), **ending(ended, made)})
        ended = self._move(job, state, failure=failure)
        self._ports.told(Told(ended, told))
        self.forget(job.id)
        self._tries.pop(job.id, None)
        self._put_back.discard(job.id)
        return ended

    def _now(self, job: Job) -> Job:
        """As it stands; Left if it isn't ours any more."""
        now = self._store.job(job.id)
        if now is not None and now.runner != job.runner:
            raise Left
        return now or job

    def _move(self, job: Job, to: State, failure: Failure | None = None) -> Job:
        return self._store.move(job, to, failure=failure, at=self._ports.clock())
