"""Whatever happens, in whatever order: no job runs twice at once, and every job ends."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from job_runner.errors import Conflict
from job_runner.jobs.job import RUNNING, TERMINAL, Claim, Failure, Job, Kind, State
from job_runner.jobs.members import Gone
from job_runner.jobs.scheduler import Capacity, decide
from job_runner.store import Store
from tests.jobs_made import NOON, a_job, a_request

ACTIONS = {"rows": "", "table": "rows", "figure": "rows", "report": "table figure"}
MOST_ATTEMPTS = 3
ME, OTHER = Claim("one", "here"), Claim("other", "here")
NEXT = {
    State.PREPARING: State.EXECUTING,
    State.EXECUTING: State.COLLECTING,
    State.COLLECTING: State.SUCCEEDED,
}


class Site(RuleBasedStateMachine):
    """A store, runners that come and go, and people who submit and cancel."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.url = f"sqlite:///{self.folder.name}/site.sqlite"
        self.store = Store(self.url)
        self.requests = 0
        self.capacity = Capacity(2, 1)
        self.paused = False
        self.queues = {me: self.store.queue() for me in (ME, OTHER)}
        self.stale: tuple[Job, ...] = ()
        self.starts: dict[str, int] = {}
        self.ends: dict[str, Job] = {}

    @rule(workspace=st.sampled_from(["one", "two"]), count=st.integers(1, 4))
    def submit(self, workspace: str, count: int) -> None:
        self.requests += 1
        name = f"r{self.requests}"
        jobs = [
            a_job(
                action,
                needs=needs,
                request=name,
                workspace=workspace,
                kind=Kind.ANALYSIS if needs else Kind.EXTRACTION,
            )
            for action, needs in list(ACTIONS.items())[:count]
        ]
        live = {(job.workspace, job.action) for job in self.store.active_jobs()}
        clash = any((job.workspace, job.action) in live for job in jobs)
        try:
            self.store.create_request(a_request(name), jobs)
            assert not clash
        except Conflict:
            assert clash

    @rule()
    def tick(self) -> None:
        for job in self.decided(ME):
            self.start(job)

    def decided(self, me: Claim) -> tuple[Job, ...]:
        return self.queues[me].settle(
            lambda jobs: decide(jobs, self.capacity, self.paused), by=me, at=NOON
        )

    def start(self, job: Job) -> None:
        """What a runner does with a job it may start: runs it, if it was the first."""
        self.store.move(job, State.PREPARING, at=NOON)
        self.starts[job.id] = self.starts.get(job.id, 0) + 1
        done = {
            j.action for j in self.store.jobs(job.request_id) if j.state is State.SUCCEEDED
        }
        assert done.issuperset(job.needs)

    @rule(data=st.data())
    @precondition(lambda self: self.running())
    def go_on(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.running()))
        self.store.move(job, NEXT[job.state], at=NOON)

    @rule(data=st.data(), failure=st.sampled_from([Failure.NONZERO_EXIT, Failure.TIMEOUT]))
    @precondition(lambda self: self.running())
    def go_wrong(self, data: st.DataObject, failure: Failure) -> None:
        job = data.draw(st.sampled_from(self.running()))
        self.store.move(job, State.FAILED, at=NOON, failure=failure)

    @rule(data=st.data())
    @precondition(lambda self: self.running())
    def platform_breaks(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.running()))
        if job.attempts < MOST_ATTEMPTS:
            self.store.move(job, State.WAITING, at=NOON)
        else:
            self.store.move(job, State.FAILED, at=NOON, failure=Failure.PLATFORM_ERROR)

    @rule(data=st.data())
    @precondition(lambda self: self.requests)
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.requests))
        self.store.ask_cancel(f"r{number}", at=NOON)

    @rule(paused=st.booleans(), workers=st.integers(0, 3))
    def settings_change(self, paused: bool, workers: int) -> None:
        self.paused, self.capacity = paused, Capacity(workers, 1)

    @rule()
    def a_second_runner_decides(self) -> None:
        self.stale = (*self.stale, *self.decided(OTHER))

    @rule()
    def the_second_runner_is_lost(self) -> None:
        """What it took up and didn't begin is nobody's, so it may be taken up again."""
        self.store.roll.join(OTHER, at=NOON)
        (member,) = (m for m in self.store.roll.members() if m.id == OTHER.runner)
        self.store.roll.gone(member, Gone.LOST, at=NOON)

    @rule()
    def the_second_runner_starts(self) -> None:
        """What it decided, however long ago: only what still is as it was then."""
        stale, self.stale = self.stale, ()
        for job in stale:
            now = self.store.job(job.id)
            with contextlib.suppress(Conflict):
                self.start(job)
                assert now == job

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.url)
        self.queues = {me: self.store.queue() for me in (ME, OTHER)}

    @invariant()
    def who_keeps_up_sees_what_is_there(self) -> None:
        for queue in self.queues.values():
            assert queue.look() == self.store.queue().look()

    def running(self) -> list[Job]:
        return [job for job in self.store.active_jobs() if job.state in RUNNING]

    @invariant()
    def an_action_has_one_live_job(self) -> None:
        live = [(job.workspace, job.action) for job in self.store.active_jobs()]
        assert len(live) == len(set(live))

    @invariant()
    def each_start_is_one_attempt(self) -> None:
        assert all(
            job.attempts == self.starts.get(job.id, 0) for job in self.store.queue().look()
        )

    @invariant()
    def what_is_over_stays_as_it_ended(self) -> None:
        for number in range(1, self.requests + 1):
            for job in self.store.jobs(f"r{number}"):
                if job.state in TERMINAL:
                    assert self.ends.setdefault(job.id, job) == job

    def teardown(self) -> None:
        """Left alone, an unpaused site with a worker brings every job to its end."""
        self.the_second_runner_is_lost()
        self.paused, self.capacity = False, Capacity(1, 1)
        for _ in range(10 * len(self.store.active_jobs()) + 1):
            self.tick()
            for job in self.running():
                self.store.move(job, NEXT[job.state], at=NOON)
        assert self.store.active_jobs() == ()
        self.what_is_over_stays_as_it_ended()
        self.every_event_is_told_once()
        self.store.close()
        self.folder.cleanup()

    def every_event_is_told_once(self) -> None:
        events = self.store.events_after(0, limit=100_000)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        last = {event.job_id: event for event in events}
        for job in self.ends.values():
            assert (last[job.id].state, last[job.id].failure) == (job.state, job.failure)


TestSite = Site.TestCase
TestSite.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
