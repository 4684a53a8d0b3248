"""Every place taken by a box that eats all it may: the runner still does as it is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from job_runner.executors.docker import DockerExecutor
from job_runner.executors.engine import Engine
from tests.a_site import Site, until
from tests.a_study import a_commit

pytestmark = pytest.mark.docker

HOG = """\
import os

kept = bytearray(24 * 2**20)
for n in range(4):
    os.fork()
open(f"begun{os.getpid()}", "x").close()
while True:
    kept[:] = bytes(len(kept))
"""
PROJECT = """\
version: 5
actions:
  one:
    run: python:v1 python analysis/hog.py
    outputs: {moderately_sensitive: {table: output/one.csv}}
  two:
    run: python:v1 python analysis/hog.py
    outputs: {moderately_sensitive: {table: output/two.csv}}
"""


@pytest.fixture
def site(
    docker_engine: Engine, docker_client: docker.DockerClient, python_image: str,
    tmp_path: Path,
) -> Iterator[Site]:  # fmt: skip
    layers = docker_client.images.get(python_image).attrs["RootFS"]["Layers"]
    executor = DockerExecutor(
        docker.DockerClient(base_url=docker_engine.url), f"hogs{os.getpid()}"
    )
    made = Site(tmp_path, real=executor, images={"python:v1": layers})
    yield made
    for run_id in executor.run_ids():
        executor.remove(run_id)


def test_a_cancel_is_carried_out_while_every_place_is_hogged(site: Site) -> None:
    a_commit(site.origin, {"project.yaml": PROJECT, "analysis/hog.py": HOG})
    request = site.submit("one", "two")
    thread = site.serve()
    until(lambda: len({path.parent for path in site.runs.glob("**/begun*")}) == 2)
    site.store.ask_cancel(request.id, at=site.clock())
    until(lambda: set(site.states(request).values()) == {"cancelled"})
    until(lambda: site.left_over() == [])
    site.runner.stop()
    thread.join()
