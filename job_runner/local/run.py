"""``strongroom run``: a study on its author's own machine, on made-up people.

The same runner, boxes and rules as at a site; only the source of cohorts is another.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from job_runner import project
from job_runner.definitions import extraction
from job_runner.definitions.extraction import DataSource
from job_runner.errors import PlatformError, ProjectError
from job_runner.executors.contract import Executor, Limits
from job_runner.jobs import stages
from job_runner.jobs.job import Failure, Job, State
from job_runner.jobs.runner import Runner
from job_runner.jobs.scheduler import Capacity
from job_runner.jobs.task import Task
from job_runner.jobs.worker import Ports, Told, Worker
from job_runner.local import snapshot
from job_runner.outputs import OutputLimits
from job_runner.project import PROJECT_FILE, Action, Project, graph
from job_runner.requests.intake import jobs_of
from job_runner.requests.request import Request
from job_runner.site.policy import ImagePolicy, listed_as
from job_runner.store import Store
from job_runner.workspaces.workspace import Workspace, local_workspace

STATE_FOLDER = ".strongroom"
EXTRACTION = (
    "run: cohort:v1 generate-dataset DEFINITION.py --output FILE.parquet, or "
    "generate-measures with FILE.csv"
)
LOG_TAIL = 4_000
"""Characters of an action's log that its result shows."""


@dataclass(frozen=True)
class Home:
    """The author's machine. ``images``: those that can be had, by ``name:tag``.

    ``executor`` must be this study's own: whatever it still runs from before is removed.
    ``new_id``: one that no run had before, or outputs of an earlier run would pass for
    this one's. ``uid``: of a job's box; the author's own, unless that is root. ``told``:
    progress.
    """

    executor: Executor
    images: Mapping[str, ImagePolicy]
    source: DataSource
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    uid: Callable[[Job], int]
    told: Callable[[Told], None] = lambda told: None
    limits: Limits = field(default_factory=Limits)
    capacity: Capacity = field(default_factory=lambda: Capacity(1, 1))


@dataclass(frozen=True)
class Ran:
    """One action, once all is over.

    ``why``: why it was run, as the end of a sentence; None if it was up to date or never
    began. ``told``: what is wrong, in words; ``log``: the end of what it printed.
    """

    action: str
    state: State
    failure: Failure | None
    why: str | None
    told: str
    log: str
    outputs: tuple[str, ...]


def run(
    study: Path, actions: Sequence[str], home: Home, *, force: bool = False
) -> tuple[Ran, ...]:
    """Runs the actions, and what they need as far as it is out of date; in order.

    ``actions`` may be ``run_all``; ``force`` runs those named even if they are up to date.
    ProjectError where the project can't be run here; PlatformError without an engine, or
    while another run is at work on this study.
    """
    study = study.absolute()
    found = project.load(study / PROJECT_FILE)
    order = graph.order(found, actions)
    _refuse_all(home, [found.actions[name] for name in order])
    with _state(study) as state:
        version = snapshot.take(study, found, state / "code")
        forced = frozenset(order if graph.RUN_ALL in actions else actions)
        tasks = _HomeTasks(
            home=home,
            study=found,
            code=state / "code",
            version=version,
            workspace=local_workspace(study),
            forced=forced if force else frozenset(),
        )
        asked = Request(
            id=home.new_id(),
            project="home",
            repository=str(study),
            commit=version,
            actions=tuple(actions),
            submitted_by="the author",
            submitted_at=home.clock(),
        )
        return _carried_out(state, tasks, asked, jobs_of(asked, found, order))


@dataclass(frozen=True)
class _HomeTasks:
    home: Home
    study: Project
    code: Path
    version: str
    workspace: Workspace
    forced: frozenset[str]

    def task(self, job: Job) -> Task:
        action = self.study.actions[job.action]
        image = self.home.images[listed_as(action.run.image, action.run.tag)]
        return Task(
            action=action,
            code=self.code,
            version=self.version,
            image=self.home.executor.image_id(image.reference, image.layers),
            limits=self.home.limits,
            workspace=self.workspace,
            forced=job.action in self.forced,
        )

    def workspaces(self) -> tuple[Workspace]:
        return (self.workspace,)


def _carried_out(
    state: Path, tasks: _HomeTasks, asked: Request, jobs: Sequence[Job]
) -> tuple[Ran, ...]:
    home, told = tasks.home, list[Told]()

    def tell(news: Told) -> None:
        told.append(news)
        home.told(news)

    with Store(f"sqlite:///{state / 'run.sqlite'}") as store:
        store.create_request(asked, jobs)
        _finish(_runner(state / "runs", store, tasks, tell), store, asked, home.clock)
        return tuple(_ran(job, told, tasks.workspace) for job in store.jobs(asked.id))


def _runner(
    runs: Path, store: Store, tasks: _HomeTasks, tell: Callable[[Told], None]
) -> Runner:
    home = tasks.home
    ports = Ports(
        tasks=tasks,
        stages=stages.stages(home.source, OutputLimits()),
        after_success=lambda job, made, where: None,
        record=lambda kind, body: None,
        uid=home.uid,
        clock=home.clock,
        told=tell,
        attempts=1,
    )
    return Runner(
        store,
        home.executor,
        Worker(store, home.executor, runs, ports),
        home.capacity,
        runs=runs,
        clock=home.clock,
        monotonic=home.monotonic,
    )


def _finish(
    runner: Runner, store: Store, asked: Request, clock: Callable[[], datetime]
) -> None:
    """Until all is over. Stopped from the keyboard, the boxes are killed first."""
    try:
        runner.run(until_idle=True)
    except KeyboardInterrupt:
        store.ask_cancel(asked.id, at=clock())
        runner.run(until_idle=True)
        raise


def _ran(job: Job, told: Sequence[Told], where: Workspace) -> Ran:
    news = [t for t in told if t.job.id == job.id]
    began = [t.why for t in news if t.job.state is State.PREPARING]
    ended = [t.why for t in news if t.job.state is State.FAILED]
    made = where.manifest(job.action) if job.state is State.SUCCEEDED else None
    return Ran(
        action=job.action,
        state=job.state,
        failure=job.failure,
        why=began[0] if began else None,
        told=ended[0] if ended else "",
        log=_log_tail(where.log_path(job.action)) if began else "",
        outputs=tuple(file.path for file in made.files) if made else (),
    )


def _log_tail(path: Path) -> str:
    if not path.exists():
        return ""
    return path.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]


@contextlib.contextmanager
def _state(study: Path) -> Iterator[Path]:
    """The study's state folder, emptied, and nobody else's until the block ends."""
    state = study / STATE_FOLDER
    state.mkdir(exist_ok=True)
    (state / ".gitignore").write_text("*\n")
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlatformError(
                "another run is at work on this study",
                where=str(study),
                remedy="Wait until it is over, or stop it.",
            ) from None
        for left in state.glob("run.sqlite*"):
            left.unlink()
        yield state


def _refuse_all(home: Home, actions: Sequence[Action]) -> None:
    reasons = [f"{a.name}: {why}" for a in actions if (why := _why_not(home, a))]
    if reasons:
        raise ProjectError(
            "this can't be run here:\n  " + "\n  ".join(reasons),
            where=PROJECT_FILE,
            remedy=f"The images here: {', '.join(sorted(home.images)) or 'none'}. "
            f"An extraction is written so: {EXTRACTION}",
        )


def _why_not(home: Home, action: Action) -> str | None:
    if listed_as(action.run.image, action.run.tag) not in home.images:
        return f"the image {action.run.reference} isn't here"
    if action.dummy_data_file is not None:
        return "'dummy_data_file' isn't read yet: leave it out, dummy data are generated"
    return extraction.why_not(action) if extraction.is_one(action) else None
