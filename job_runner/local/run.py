"""``strongroom run``: a study on its author's own machine, on made-up people.

The same runner, boxes and rules as at a site; only the source of cohorts is another.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from job_runner import hearing
from job_runner.definitions import extraction
from job_runner.errors import PlatformError, ProjectError
from job_runner.jobs import stages
from job_runner.jobs.job import TERMINAL, Failure, Job, State
from job_runner.jobs.ports import Ports, Told
from job_runner.jobs.runner import Runner
from job_runner.jobs.stages import JobFailed
from job_runner.jobs.task import Task
from job_runner.jobs.worker import Worker
from job_runner.local import snapshot
from job_runner.local.home import Home, Interrupted, Ran
from job_runner.local.listening import Listening
from job_runner.local.snapshot import Code
from job_runner.local.studies import Study
from job_runner.outputs import OutputLimits
from job_runner.project import PROJECT_FILE, Action
from job_runner.requests.intake import jobs_of
from job_runner.requests.request import Request
from job_runner.site.policy import listed_as
from job_runner.store import Store
from job_runner.workspaces.workspace import Workspace

EXTRACTION = (
    "run: cohort:v1 generate-dataset DEFINITION.py --output FILE.parquet, or "
    "generate-measures with FILE.csv"
)
LOG_TAIL = 4_000
"""Characters of an action's log that its result shows."""

TAKEN = (
    "{0} was made by {1}, which project.yaml has no more: {2} has written it anew. "
    "What else {1} made stays where it is."
)
NOT_BEGUN = "It wasn't begun, as {} failed."


def run(study: Study, home: Home, *, keep_going: bool = False) -> tuple[Ran, ...]:
    """Runs the study's wanted actions as far as they are out of date; in order.

    Once one failed no other begins, but with ``keep_going`` those that don't need it do.
    ProjectError where the project can't be run here; PlatformError without an engine, or
    while another run is at work on this study; Interrupted.
    """
    refuse_all(study, home.images.keys())
    with _alone(study) as state:
        code = snapshot.take(study.root, study.found, study.workspace, study.copy)
        tasks = _HomeTasks(home, study, code, keep_going)
        asked = Request(
            id=home.new_id(),
            project="home",
            repository=str(study.root),
            commit=code.version,
            actions=study.order,
            submitted_by="the author",
            submitted_at=home.clock(),
        )
        return _carried_out(state, tasks, asked, jobs_of(asked, study.found, study.order))


def refuse_all(study: Study, images: Collection[str]) -> None:
    """ProjectError with every action that can't run here. ``images``: by ``name:tag``."""
    actions = [study.found.actions[name] for name in study.order]
    reasons = [f"{a.name}: {why}" for a in actions if (why := _why_not(a, images))]
    if reasons:
        raise ProjectError(
            "this can't be run here:\n  " + "\n  ".join(reasons),
            where=PROJECT_FILE,
            remedy=f"The images here: {', '.join(sorted(images)) or 'none'}. "
            f"An extraction is written so: {EXTRACTION}",
        )


@dataclass
class _HomeTasks:
    """``failed``: the first action that did. ``ended``: told each time that one ended."""

    home: Home
    study: Study
    code: Code
    keep_going: bool
    failed: str | None = None
    ended: Callable[[], None] = lambda: None
    told: list[Told] = field(default_factory=list)

    def task(self, job: Job) -> Task:
        run = self.study.found.actions[job.action].run
        image = self.home.images[listed_as(run.image, run.tag)]
        number = self.home.executor.image_id(image.reference, image.layers)
        task = self.study.task(job.action, self.code, number, self.home.limits)
        if self.failed and job.state is State.WAITING and task.why_run() is not None:
            raise JobFailed(Failure.CANCELLED, NOT_BEGUN.format(self.failed))
        return task

    def workspaces(self) -> tuple[Workspace]:
        return (self.study.workspace,)

    def tell(self, news: Told) -> None:
        self.told.append(news)
        if news.job.state is State.FAILED and not self.keep_going:
            self.failed = self.failed or news.job.action
        self.home.told(news)
        if news.job.state in TERMINAL:
            self.ended()

    def record(self, kind: str, body: Mapping[str, object]) -> None:
        """No ledger at home; but nothing changes hands without a word."""
        if kind == "taken over" and isinstance(body["from"], Mapping):
            for action, paths in body["from"].items():
                self.home.noted(TAKEN.format(", ".join(paths), action, body["action"]))


def _carried_out(
    state: Path, tasks: _HomeTasks, asked: Request, jobs: Sequence[Job]
) -> tuple[Ran, ...]:
    with Store(f"sqlite:///{state / 'run.sqlite'}", lasting=False) as store:
        store.create_request(asked, jobs)
        runner = _runner(state / "runs", store, tasks)
        # What needs it begins while its box is taken away.
        tasks.ended = runner.wake

        def ran() -> tuple[Ran, ...]:
            where = tasks.study.workspace
            return tuple(_ran(job, tasks.told, where) for job in store.jobs(asked.id))

        def cancel() -> None:
            tasks.home.stopping()
            store.ask_cancel(asked.id, at=tasks.home.clock())
            runner.wake()

        if not _finished(lambda: runner.run(until_idle=True), cancel):
            raise Interrupted(ran())
        return ran()


def _finished(work: Callable[[], None], cancel: Callable[[], None]) -> bool:
    """Whether the work came to its end by itself; told to stop, it does so in order.

    In a thread of its own: Ctrl-C interrupts whoever waits, and nothing half done.
    """
    broke: list[BaseException] = []
    over, by_itself = threading.Event(), True

    def do() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  raised below, where it is awaited
            broke.append(error)
        finally:
            over.set()

    threading.Thread(target=do, daemon=True).start()
    while not over.is_set():
        try:
            hearing.wait(over)
        except KeyboardInterrupt:
            by_itself = False
            cancel()
    if broke:
        raise broke[0]
    return by_itself


def _runner(runs: Path, store: Store, tasks: _HomeTasks) -> Runner:
    home, study = tasks.home, tasks.study
    both = stages.stages(home.source, OutputLimits())
    ports = Ports(
        tasks=tasks,
        stages={
            kind: Listening(one, kind, tasks.code, study.known, study.source)
            for kind, one in both.items()
        },
        after_success=lambda job, made, where: None,
        record=tasks.record,
        uid=home.uid,
        clock=home.clock,
        told=tasks.tell,
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
        log=log_tail(where.log_path(job.action)) if began else "",
        outputs=tuple(file.path for file in made.files) if made else (),
    )


def log_tail(path: Path) -> str:
    """The end of an action's log; nothing where there is none."""
    if not path.exists():
        return ""
    return path.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]


@contextlib.contextmanager
def _alone(study: Study) -> Iterator[Path]:
    """The study's state folder, emptied, and nobody else's until the block ends."""
    state = study.state
    state.mkdir(exist_ok=True)
    (state / ".gitignore").write_text("*\n")
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlatformError(
                "another run is at work on this study",
                where=str(study.root),
                remedy="Wait until it is over, or stop it.",
            ) from None
        for left in state.glob("run.sqlite*"):
            left.unlink()
        yield state


def _why_not(action: Action, images: Collection[str]) -> str | None:
    if listed_as(action.run.image, action.run.tag) not in images:
        return f"the image {action.run.reference} isn't here"
    if action.dummy_data_file is not None:
        return "'dummy_data_file' isn't read yet: leave it out, dummy data are generated"
    return extraction.why_not(action) if extraction.is_one(action) else None
