"""An executor with the images it needs, for as long as a command lasts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from job_runner import images
from job_runner.executors import engine as engines
from job_runner.executors.docker import DockerExecutor
from job_runner.executors.engine import Engine
from job_runner.images import lock
from job_runner.images.build import LOCK_FILE
from job_runner.images.lock import ImageLock

Report = Callable[[str], None]


@dataclass(frozen=True)
class Boxes:
    """Where boxes run, and the images that were built for them."""

    executor: DockerExecutor
    engine: Engine
    lock: ImageLock
    client: docker.DockerClient

    def for_site(self, site: str) -> DockerExecutor:
        """The same engine for other boxes than these."""
        return DockerExecutor(self.client, site)


def cache() -> Path:
    """What is kept between commands: images' layers, the private engine's data."""
    return engines.cache_folder(os.environ)


@contextmanager
def ready(site: str, references: Iterable[str], report: Report) -> Iterator[Boxes]:
    """An engine that has these images; what is missing is started and built.

    ``site`` names whose boxes they are, so that nobody tidies up another's.
    """
    home = engines.default_home(os.environ)
    with engines.running(os.environ, home, report) as engine:
        client = docker.DockerClient(base_url=engine.url, timeout=120)
        try:
            made = images.build(workshop(client, report), references)
            yield Boxes(DockerExecutor(client, site), engine, made, client)
        finally:
            client.close()


def built() -> ImageLock:
    """What was built here last; PlatformError where nothing was."""
    return lock.read(cache() / "images" / LOCK_FILE)


def workshop(client: docker.DockerClient, report: Report) -> images.Workshop:
    """Builds images into an engine, with the cache of this account."""
    return images.Workshop(
        client,
        cache=cache() / "images",
        uv=images.find_uv(os.environ),
        environment=os.environ,
        report=report,
    )
