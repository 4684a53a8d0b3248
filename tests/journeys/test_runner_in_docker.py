"""The runner's stories in real containers, with the real images."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from job_runner.executors.docker import DockerExecutor
from job_runner.executors.engine import Engine
from tests.a_site import Site, until
from tests.a_study import a_commit

pytestmark = pytest.mark.docker

SLOW = """\
import time
from pathlib import Path

Path("output/table.csv").write_text("begun\\n")
time.sleep(3)
Path("output/table.csv").write_text("done\\n")
"""


@pytest.fixture
def a_site(
    docker_engine: Engine,
    docker_client: docker.DockerClient,
    cohort_image: str,
    python_image: str,
    tmp_path: Path,
) -> Iterator[Callable[[], Site]]:
    """The site, anew each time, as after a restart: with a client of its own."""
    name = f"stories{os.getpid()}"
    images = {
        listed: docker_client.images.get(image).attrs["RootFS"]["Layers"]
        for listed, image in {"cohort:v1": cohort_image, "python:v1": python_image}.items()
    }

    def site() -> Site:
        client = docker.DockerClient(base_url=docker_engine.url)
        return Site(tmp_path, real=DockerExecutor(client, name), images=images)

    yield site
    executor = DockerExecutor(docker_client, name)
    for run_id in executor.run_ids():
        executor.remove(run_id)


def test_a_request_goes_from_definition_to_published_outputs(a_site):
    site = a_site()
    request = site.submit("run_all")
    site.run()
    assert set(site.states(request).values()) == {"succeeded"}
    cohort = site.outputs()["output/cohort.parquet"]
    assert site.outputs()["output/counts/b.csv"] == f"size\n{len(cohort)}\n"
    assert site.workspace.log_path("describe").read_text() == "describing\n"
    assert site.left_over() == []


HOSTILE = {
    "a socket": "import socket\nsocket.create_connection(('10.0.0.1', 80), 5)\n",
    "another program": "import subprocess\nsubprocess.run(['/bin/nothing'], check=True)\n",
    "a file": "open('analysis/dataset.py', 'w')\n",
    "an early end": "raise SystemExit(0)\n",
    "a hard end": "import os\nos._exit(0)\n",
    "too much memory": "x = bytearray(4 * 1024**3)\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_definition_that_wants_more_than_to_define_gets_nothing(a_site, what):
    site = a_site()
    a_commit(site.origin, {"analysis/dataset.py": HOSTILE[what]})
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "definition_error"}
    assert site.source.asked == []
    assert site.left_over() == []


def test_a_runner_that_is_killed_is_followed_by_one_that_adopts_its_box(
    a_site, docker_client
):
    first = a_site()
    a_commit(first.origin, {"analysis/describe.py": SLOW})
    request = first.submit("describe")
    pid = os.fork()
    if pid == 0:
        try:
            a_site().run()
        finally:
            os._exit(0)
    job = f"{request.id}-0002"
    running = {"label": f"strongroom.run={job}"}
    until(lambda: bool(docker_client.containers.list(filters=running)))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    after = a_site()
    after.run()
    assert set(after.states(request).values()) == {"succeeded"}
    assert after.outputs()["output/table.csv"] == "done\n"
    assert after.store.job(job).attempts == 1
    assert after.left_over() == []


def test_a_running_box_is_killed_when_its_job_is_cancelled(a_site):
    site = a_site()
    a_commit(site.origin, {"analysis/describe.py": "while True: pass\n"})
    request = site.submit("describe")
    thread = site.serve()
    until(lambda: f"{request.id}-0002" in site.executor.run_ids())
    site.store.ask_cancel(request.id, at=site.clock())
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert site.states(request) == {"extract": "succeeded", "describe": "cancelled"}
    assert site.left_over() == []
