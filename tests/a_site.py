"""A whole site in a folder: a repository, a policy, a store, boxes that are fakes."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cohort_dsl import load
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model import wire
from cohort_dsl.model.query import Query
from job_runner.executors.contract import Executor
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside, Program
from job_runner.jobs import stages
from job_runner.jobs.job import Job
from job_runner.jobs.ports import Ports, Told
from job_runner.jobs.rests import Rests
from job_runner.jobs.runner import Runner
from job_runner.jobs.scheduler import Capacity
from job_runner.jobs.worker import Worker
from job_runner.outputs import OutputLimits
from job_runner.requests.admission import Admission
from job_runner.requests.intake import Desk
from job_runner.requests.repositories import Repositories
from job_runner.requests.request import Request, Submission
from job_runner.site import policy
from job_runner.site.people import Person, Role
from job_runner.site.policy import SitePolicy
from job_runner.site.tasks import SiteTasks
from job_runner.store import Store
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.workspace import Workspace, site_workspace
from tests.a_study import a_repository, git

COHORT, PYTHON = "sha256:" + "c" * 64, "sha256:" + "a" * 64
ANA = Person("ana", frozenset({Role.RESEARCHER}))
ROOT_UID = 10_123
SITE = "demo.0123456789ab"
RESTS = Rests(first=0.01, longest=0.05)

PROJECT = """\
version: 5
actions:
  extract:
    run: cohort:v1 generate-dataset analysis/dataset.py --output output/cohort.parquet
    outputs:
      highly_sensitive:
        cohort: output/cohort.parquet
  describe:
    run: python:v1 python analysis/describe.py
    needs: [extract]
    outputs:
      moderately_sensitive:
        table: output/table.csv
  count:
    run: python:v1 python analysis/count.py
    needs: [describe]
    outputs:
      moderately_sensitive:
        counts: output/counts/*.csv
"""

DEFINITION = """\
from cohort_dsl import create_dataset
from cohort_dsl.tables.core import patients

dataset = create_dataset()
dataset.define_population(patients.date_of_birth.is_not_null())
dataset.sex = patients.sex
"""

FILES = {
    "project.yaml": PROJECT,
    "analysis/dataset.py": DEFINITION,
    "analysis/describe.py": """\
from pathlib import Path

print("describing")
size = Path("output/cohort.parquet").stat().st_size
Path("output/table.csv").write_text(f"size\\n{size}\\n")
""",
    "analysis/count.py": """\
from pathlib import Path

for name in "ab":
    Path(f"output/counts/{name}.csv").write_text(Path("output/table.csv").read_text())
""",
}

EVALUATE = (
    *("python3", "-m", "cohort_dsl.evaluate", "analysis/dataset.py"),
    *("--output", "/result/query.json", "--asks", "dataset"),
)
DESCRIBE = ("python", "analysis/describe.py")
COUNT = ("python", "analysis/count.py")


def evaluate(inside: Inside) -> int:
    """What ``python -m cohort_dsl.evaluate`` does, in this process."""
    try:
        query = load.definition(inside.path("analysis/dataset.py"))
    except DefinitionError as error:
        inside.say(str(error).encode())
        return 3
    inside.write("/result/query.json", wire.dumps(query))
    return 0


def describe(inside: Inside) -> int:
    cohort = inside.path("output/cohort.parquet").read_bytes()
    inside.say(b"describing\n")
    inside.write("output/table.csv", b"size\n%d\n" % len(cohort))
    return 0


def count(inside: Inside) -> int:
    table = inside.path("output/table.csv").read_bytes()
    inside.write("output/counts/a.csv", table)
    inside.write("output/counts/b.csv", table)
    return 0


PROGRAMS: Mapping[tuple[str, ...], Program] = {
    EVALUATE: evaluate,
    DESCRIBE: describe,
    COUNT: count,
}


def an_engine(**programs: Program) -> FakeEngine:
    """An engine that knows the study's programs; named ones are replaced."""
    names = {"evaluate": EVALUATE, "describe": DESCRIBE, "count": COUNT}
    ours = dict(PROGRAMS) | {names[name]: what for name, what in programs.items()}
    images = {"strongroom/cohort:v1": (COHORT,), "strongroom/python:v1": (PYTHON,)}
    return FakeEngine(images=images, programs=ours)


@dataclass
class FakeSource:
    """Answers every query with a file that tells the query's hash."""

    asked: list[Query] = field(default_factory=list)
    breaks: list[Exception] = field(default_factory=list)

    def produce(self, query: Query, target: Path) -> None:
        self.asked.append(query)
        if self.breaks:
            raise self.breaks.pop(0)
        target.write_text(f"cohort of {wire.query_hash(query)}")


IMAGES = {"cohort:v1": (COHORT,), "python:v1": (PYTHON,)}


def a_policy(
    root: Path,
    repository: str,
    images: Mapping[str, Sequence[str]] = IMAGES,
    **changes: str,
) -> SitePolicy:
    """``images``: name in project files → layers. ``changes``: text → other text."""
    listed = [
        f"  {name}: {{reference: 'strongroom/{name}', layers: {list(layers)}}}\n"
        for name, layers in images.items()
    ]
    text = f"""\
name: demo
warehouse: {{engine: none}}
disclosure: disclosure.yaml
workers: 2
database_workers: 1
signatures: optional
limits: {{memory: 1 G, cpus: 1, disk: 64 M, wall_clock: 1 min}}
projects:
  asthma:
    repositories: ["{repository}"]
    actions: ["*"]
images:
{"".join(listed)}"""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return policy.parse(text, where="site.yaml", folder=root)


@dataclass
class Site:
    """One site. A second ``Site`` on the same root is the site after a restart."""

    root: Path
    engine: FakeEngine = field(default_factory=an_engine)
    source: FakeSource = field(default_factory=FakeSource)
    record: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    check: Callable[[Job], None] = lambda job: None
    attempts: int = 3
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    real: Executor | None = None
    images: Mapping[str, Sequence[str]] = field(default_factory=lambda: IMAGES)

    def __post_init__(self) -> None:
        self.origin = self.root / "origin"
        if not self.origin.exists():
            a_repository(self.origin, FILES)
        self.policy = a_policy(self.root, str(self.origin), self.images)
        self.store = Store(f"sqlite:///{self.root / 'site.sqlite'}")
        self.executor: Executor = self.real or FakeExecutor(self.engine, "demo")
        self.repositories = Repositories(self.root / "git", {"PATH": os.environ["PATH"]})
        self.runs = self.root / "runs"
        ids = (f"r{n}" for n in itertools.count(len(self.store.requests()) + 1))
        self.desk = Desk(
            policy=self.policy,
            repositories=self.repositories,
            store=self.store,
            record=lambda kind, body, who: self.record.append((kind, {**body, "who": who})),
            clock=self.clock,
            new_id=lambda: next(ids),
        )
        self.admission = Admission(self.desk, SITE, False, os.environ)
        self.runner = self.a_runner()

    def a_runner(self) -> Runner:
        tasks = SiteTasks(
            policy=self.policy,
            repositories=self.repositories,
            store=self.store,
            executor=self.executor,
            code=self.root / "code",
            outputs=self.root / "store",
        )
        ports = Ports(
            tasks=tasks,
            stages=stages.stages(self.source, OutputLimits()),
            after_success=self._checked,
            record=lambda kind, body: self.record.append((kind, dict(body))),
            uid=lambda job: ROOT_UID if os.geteuid() == 0 else os.geteuid(),
            clock=self.clock,
            told=self.told.append,
            attempts=self.attempts,
            rests=RESTS,
        )
        self.worker = Worker(self.store, self.executor, self.runs, ports)
        return Runner(
            self.store,
            self.executor,
            self.worker,
            Capacity(self.policy.workers, self.policy.database_workers),
            runs=self.runs,
            clock=self.clock,
            monotonic=time.monotonic,
            rests=RESTS,
            trouble=self.troubles.append,
        )

    def _checked(self, job: Job, made: Manifest, where: Workspace) -> None:
        self.check(job)
        self.checked.append(job.action)

    @property
    def workspace(self) -> Workspace:
        return site_workspace(self.root / "store", "asthma")

    @property
    def head(self) -> str:
        return git(self.origin, "rev-parse", "HEAD")

    def submit(self, *actions: str) -> Request:
        submission = Submission(str(self.origin), self.head, actions or ("run_all",))
        return self.desk.accept(submission, ANA)

    def run(self) -> None:
        """Until every job has ended."""
        self.runner.run(until_idle=True)

    def serve(self) -> threading.Thread:
        """The runner, in the background, until it is stopped."""
        self.store.on_change(self.runner.wake)
        thread = threading.Thread(target=self.runner.run, daemon=True)
        thread.start()
        return thread

    def states(self, request: Request) -> dict[str, str]:
        """How each job is: its state, or why it failed."""
        return {
            job.action: job.failure.value if job.failure else job.state.value
            for job in self.store.jobs(request.id)
        }

    def ends(self) -> list[tuple[object, object]]:
        """Every end of a job that is on the record."""
        return [(b["action"], b["state"]) for kind, b in self.record if kind == "job"]

    def outputs(self) -> dict[str, str]:
        folders = (self.workspace.high, self.workspace.medium)
        return {
            path.relative_to(folder).as_posix(): path.read_text()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "metadata" not in path.relative_to(folder).parts
        }

    def left_over(self) -> list[str]:
        """Boxes and folders that should be gone once every job has ended."""
        return [*self.executor.run_ids(), *(p.name for p in self.runs.iterdir())]


def until(holds: Callable[[], bool]) -> None:
    """Returns as soon as it holds; fails after a minute."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "this never came to be"
        time.sleep(0.01)
