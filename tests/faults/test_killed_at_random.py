"""The runner is killed 200 times at random moments, over a study of thirty actions.

Real boxes go on while nobody watches. What is there in the end is what an undisturbed run
makes, each job ended once, and nothing is left over.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple
from pathlib import Path

import docker
import pytest

from job_runner.executors.docker import DockerExecutor
from job_runner.executors.engine import Engine
from job_runner.jobs.job import TERMINAL
from job_runner.requests.request import Request
from tests.a_site import DEFINITION, Site
from tests.a_study import a_commit

pytestmark = pytest.mark.docker

KILLS = int(os.environ.get("STRONGROOM_KILLS", "200"))
SEED = 20_261_122
LONGEST = 0.5
"""Seconds that a runner lives, at most: a start, or a few actions."""

STEP = """\
import sys
from pathlib import Path

out, *needed = map(Path, sys.argv[1:])
lines = [line for path in needed for line in path.read_text().splitlines()[-3:]]
out.write_text("".join(f"{line}\\n" for line in [*lines, out.stem]))
"""
TABLES, CHAIN = 19, 10
"""Nineteen tables of the cohort; a chain of ten, each of two tables and the one before."""

Files = Mapping[str, tuple[object, ...]]


def actions() -> Iterator[tuple[str, list[str]]]:
    """Thirty: each with what it needs, by names of actions."""
    yield "cohort", []
    for n in range(TABLES):
        yield f"table{n:02}", ["cohort"]
    for n in range(CHAIN):
        before = [f"chain{n - 1:02}"] if n else []
        yield f"chain{n:02}", [f"table{n:02}", f"table{n + 9:02}", *before]


def file_of(action: str) -> str:
    return f"output/{action}.parquet" if action == "cohort" else f"output/{action}.csv"


def project() -> str:
    lines = ["version: 5", "actions:"]
    for name, needs in actions():
        out, level = file_of(name), "moderately_sensitive" if needs else "highly_sensitive"
        words = ["python:v1 python analysis/step.py", out, *map(file_of, needs)]
        extraction = f"cohort:v1 generate-dataset analysis/dataset.py --output {out}"
        lines += [f"  {name}:", f"    run: {' '.join(words) if needs else extraction}"]
        lines += [f"    needs: [{', '.join(needs)}]"] if needs else []
        lines += [f"    outputs: {{{level}: {{file: {out}}}}}"]
    return "\n".join(lines) + "\n"


FILES = {
    "project.yaml": project(),
    "analysis/step.py": STEP,
    "analysis/dataset.py": DEFINITION,
}

Begin = Callable[[Path], Site]


@pytest.fixture(scope="module")
def begin(
    docker_engine: Engine,
    docker_client: docker.DockerClient,
    cohort_image: str,
    python_image: str,
) -> Iterator[Begin]:
    """A site in a folder, begun or gone on with, with a client of the engine of its own."""
    name = f"random{os.getpid()}"
    images = {
        listed: docker_client.images.get(image).attrs["RootFS"]["Layers"]
        for listed, image in {"cohort:v1": cohort_image, "python:v1": python_image}.items()
    }

    def site(root: Path) -> Site:
        root.mkdir(exist_ok=True)
        executor = DockerExecutor(docker.DockerClient(base_url=docker_engine.url), name)
        return Site(root, real=executor, images=images, attempts=20)

    yield site
    executor = DockerExecutor(docker_client, name)
    for run_id in executor.run_ids():
        executor.remove(run_id)


def asked(site: Site) -> Request:
    a_commit(site.origin, FILES)
    return site.submit("run_all")


def made(site: Site) -> Files:
    """All that manifests say, but for jobs' and commits' own names."""
    found = site.workspace.manifests().items()
    return {
        action: (*map(astuple, m.files), *map(astuple, m.inputs), m.image, m.command)
        for action, m in found
    }


@pytest.fixture(scope="module")
def undisturbed(begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> Files:
    site = begin(tmp_path_factory.mktemp("undisturbed"))
    asked(site)
    site.run()
    assert len(made(site)) == 1 + TABLES + CHAIN
    return made(site)


def lives(site: Callable[[], Site], seconds: float) -> bool:
    """A runner in a process of its own, for so long. Whether it had to be killed."""
    pid = os.fork()
    if pid == 0:
        try:
            site().run()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def ended(site: Site, request: Request) -> bool:
    return all(job.state in TERMINAL for job in site.store.jobs(request.id))


def ends(site: Site) -> Counter[str]:
    """How often each job came to an end."""
    events = site.store.events_after(0, limit=100_000)
    return Counter(e.job_id for e in events if e.state in TERMINAL)


def half_done(root: Path) -> list[str]:
    """Files that only work under way has."""
    patterns = ("store/**/.staging/*/*", "**/*.journal", "**/*.partial", "**/*.part")
    return [str(path) for pattern in patterns for path in root.glob(pattern)]


def test_killed_two_hundred_times_nothing_is_lost_or_left(
    begin: Begin,
    undisturbed: Files,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Study after study, until it was killed so often: one is done, the next begins."""
    chance, count = random.Random(SEED), Counter[str]()
    while count["kills"] < KILLS:
        root = tmp_path / str(count["studies"])
        site = begin(root)
        request = asked(site)
        while count["kills"] < KILLS and not ended(site, request):
            count["kills"] += lives(lambda at=root: begin(at), chance.uniform(0, LONGEST))
        begin(root).run()
        after = begin(root)
        jobs = after.store.jobs(request.id)
        count["studies"] += 1
        count["jobs"] += len(jobs)
        count["begun again"] += sum(job.attempts > 1 for job in jobs)
        assert {job.state.value for job in jobs} == {"succeeded"}
        assert made(after) == undisturbed
        assert after.left_over() == []
        assert half_done(root) == []
        assert ends(after) == Counter({job.id: 1 for job in jobs})
    record_property("summary", ", ".join(f"{n} {what}" for what, n in count.items()))
