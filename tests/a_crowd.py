"""Several runners on one store, each a process that may be killed at any moment."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkProcess
from pathlib import Path

from job_runner.executors.contract import Box, Limits
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside, Program
from job_runner.jobs import stages, wake
from job_runner.jobs.job import Claim, Job, Kind
from job_runner.jobs.ports import Ports
from job_runner.jobs.rests import Rests
from job_runner.jobs.runner import Runner
from job_runner.jobs.scheduler import Capacity
from job_runner.jobs.task import Task
from job_runner.jobs.worker import Worker
from job_runner.outputs import OutputLimits
from job_runner.project import Action
from job_runner.project.model import Run
from job_runner.server.changes import listening
from job_runner.store import Store
from job_runner.workspaces.workspace import Workspace, site_workspace
from tests.runs import promised

IMAGE = "sha256:" + "a" * 64
ACTIONS = tuple(f"s{number}" for number in range(10))


def command(action: str) -> tuple[str, ...]:
    return ("python", "work.py", action)


def output(action: str) -> str:
    return f"output/{action}.csv"


def program(action: str) -> Program:
    def work(inside: Inside) -> int:
        inside.write(output(action), b"a\n1\n")
        return 0

    return work


@dataclass(frozen=True)
class Tasks:
    """Every job makes a file; each request has a workspace of its own."""

    root: Path

    def task(self, job: Job) -> Task:
        action = Action(
            name=job.action,
            run=Run("python", "v1", command(job.action)),
            needs=job.needs,
            outputs=tuple(promised(output(job.action))),
            config=None,
            dummy_data_file=None,
            line=1,
        )
        return Task(
            action=action,
            code=self.root / "code",
            version="c" * 40,
            image=IMAGE,
            limits=Limits(wall_clock=60.0),
            workspace=site_workspace(self.root / "store", job.request_id),
            forced=True,
        )

    def workspaces(self) -> Iterator[Workspace]:
        return iter(())


class Telling(FakeExecutor):
    """Writes down each start of a box: whose, the how many-th, and by which process."""

    def __init__(self, store: Store, starts: Path) -> None:
        programs = {command(action): program(action) for action in ACTIONS}
        engine = FakeEngine(images={}, programs=programs)
        super().__init__(engine, "crowd")
        self._store, self._starts = store, starts

    def start(self, run_id: str, box: Box) -> None:
        job = self._store.job(run_id)
        assert job is not None
        line = f"{run_id} {job.attempts} {os.getpid()}\n"
        file = os.open(self._starts, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, line.encode())
        os.close(file)
        super().start(run_id, box)


@dataclass
class Crowd:
    """``places``: where runners are started, in turn."""

    url: str
    root: Path
    places: tuple[str, ...] = ("here",)
    lease: float = 5.0
    capacity: Capacity = field(default_factory=lambda: Capacity(4, 2))
    running: list[ForkProcess] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        for name in ("code", "wake"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "code" / "work.py").write_text("")

    @property
    def starts(self) -> list[tuple[str, int, int]]:
        lines = (self.root / "starts").read_text().splitlines()
        return [(job, int(n), int(pid)) for job, n, pid in map(str.split, lines)]

    def add(self) -> None:
        """One runner more, in the next place."""
        self.count += 1
        me = Claim(f"runner{self.count}", self.places[self.count % len(self.places)])
        made = multiprocessing.get_context("fork").Process(target=self._run, args=(me,))
        made.start()
        self.running.append(made)

    def kill(self, which: int) -> None:
        """As the kernel does, at whatever it is doing; and another one in its place."""
        self._end(self.running.pop(which % len(self.running)))
        self.add()

    def replace_those_that_ended(self) -> None:
        for ended in [one for one in self.running if not one.is_alive()]:
            self.running.remove(ended)
            self._end(ended)
            self.add()

    @contextlib.contextmanager
    def there(self, runners: int) -> Iterator[None]:
        for _ in range(runners):
            self.add()
        try:
            yield
        finally:
            for one in self.running:
                self._end(one)

    def _end(self, one: ForkProcess) -> None:
        assert one.pid is not None
        self.gone.add(one.pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
        one.join()

    def _run(self, me: Claim) -> None:
        with Store(self.url) as store:
            runner = self.a_runner(store, me)
            store.on_change(lambda: wake.notify_all(self.root / "wake"))
            with (
                listening(self.root / "wake" / f"{me.runner}.sock", runner.wake),
                store.listening(runner.wake),
            ):
                runner.run()

    def a_runner(self, store: Store, me: Claim) -> Runner:
        rests = Rests(first=0.01, longest=0.05)
        executor = Telling(store, self.root / "starts")
        runs = self.root / "runs" / me.place
        ports = Ports(
            tasks=Tasks(self.root),
            stages={kind: stages.Analysis(OutputLimits()) for kind in Kind},
            after_success=lambda job, made, where: None,
            record=self._record,
            uid=lambda job: 20_000 if os.geteuid() == 0 else os.geteuid(),
            clock=_now,
            attempts=1_000,
            rests=rests,
        )
        return Runner(
            store,
            executor,
            Worker(store, executor, runs, ports),
            self.capacity,
            runs=runs,
            clock=_now,
            monotonic=time.monotonic,
            rests=rests,
            me=me,
            locks=self.root / f"locks-{me.place}",
            lease=self.lease,
            safety=0.5,
        )

    def _record(self, kind: str, body: Mapping[str, object]) -> None:
        """Nobody reads it here."""


def _now() -> datetime:
    return datetime.now(UTC)
