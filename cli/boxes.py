"""An executor with the images it needs, for as long as a command lasts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import docker

from cli import box_engines
from job_runner import images
from job_runner.errors import PlatformError
from job_runner.executors import engine as engines
from job_runner.executors.contract import Executor
from job_runner.executors.docker import DockerExecutor
from job_runner.executors.dockerd import Home
from job_runner.executors.engine import Engine
from job_runner.images import lock
from job_runner.images.build import LOCK_FILE
from job_runner.images.lock import ImageLock
from job_runner.site.box_policy import BoxPolicy

Report = Callable[[str], None]
ANY = BoxPolicy()
"""Whichever engine there is, on this machine."""


@dataclass(frozen=True)
class Boxes:
    """Where boxes run, and the images that were built for them."""

    executor: Executor
    engine: Engine
    lock: ImageLock
    for_site: Callable[[str], Executor]
    """The same engine for other boxes than these."""


def cache() -> Path:
    """What is kept between commands: images' layers, the private engine's data."""
    return engines.cache_folder(os.environ)


@contextmanager
def ready(
    site: str, references: Iterable[str], report: Report, policy: BoxPolicy = ANY
) -> Iterator[Boxes]:
    """An engine that has these images; what is missing is started and built.

    ``site`` names whose boxes they are, so that nobody tidies up another's. PlatformError
    where the engine keeps to less than the policy requires.
    """
    home = engines.default_home(os.environ)
    kind = box_engines.kind(policy, engines.find(os.environ, home))
    if (kind, policy.launcher) == ("docker", "local"):
        with _docker(home, references, report) as (engine, client, made):
            box_engines.require(policy, engine)
            for_site = partial(DockerExecutor, client)
            yield Boxes(for_site(site), engine, made, for_site)
    elif kind == "docker":
        with _docker(home, references, report) as (engine, _client, made):
            yield _kept(site, policy, kind, made, report, engine)
    else:
        yield _kept(site, policy, kind, _already_built(references), report)


@contextmanager
def _docker(
    home: Home, references: Iterable[str], report: Report
) -> Iterator[tuple[Engine, docker.DockerClient, ImageLock]]:
    with engines.running(os.environ, home, report) as engine:
        client = docker.DockerClient(base_url=engine.url, timeout=120)
        try:
            made = images.build(workshop(client, report), references)
            yield engine, client, made
        finally:
            client.close()


def _kept(
    site: str, policy: BoxPolicy, kind: str, made: ImageLock, report: Report,
    docker_engine: Engine | None = None,
) -> Boxes:  # fmt: skip
    """Boxes with keepers. The engine is named, with what it lacks."""
    program = box_engines.engine(kind, docker_engine.url if docker_engine else "")
    by = box_engines.launcher(policy)
    engine = box_engines.found(program, by, docker_engine)
    box_engines.require(policy, engine)
    program.check()
    report(f"Boxes run by {engine.kind}, launched by {engine.launcher}")
    for sentence in engine.lacking:
        report(f"  LACKS: {sentence}")

    def for_site(name: str) -> Executor:
        return box_engines.executor(program, by, policy, name)

    return Boxes(for_site(site), engine, made, for_site)


def _already_built(references: Iterable[str]) -> ImageLock:
    """Images are made with Docker; other engines run what was made here, or copied here."""
    wanted = set(references)
    made = built() if wanted else ImageLock({})
    missing = sorted(wanted - set(made.images))
    if missing:
        raise PlatformError(
            f"these images aren't built: {', '.join(missing)}",
            where=str(cache() / "images"),
            remedy="Run `strongroom images build` where there is Docker, then copy the "
            "folder here.",
        )
    return ImageLock({reference: made.images[reference] for reference in wanted})


def built() -> ImageLock:
    """What was built here last; PlatformError where nothing was."""
    return lock.read(cache() / "images" / LOCK_FILE)


def pinned() -> dict[str, object]:
    """Those that actions run in, of what was built here, as a site's policy pins them."""
    if not (cache() / "images" / LOCK_FILE).exists():
        return {}
    there = built().images
    return {
        recipe.reference.removeprefix("strongroom/"): {
            "reference": recipe.reference,
            "layers": list(there[recipe.reference].layers),
        }
        for recipe in (images.COHORT, images.PYTHON, images.R)
        if recipe.reference in there
    }


def workshop(client: docker.DockerClient, report: Report) -> images.Workshop:
    """Builds images into an engine, with the cache of this account."""
    return images.Workshop(
        client,
        cache=cache() / "images",
        uv=images.find_uv(os.environ),
        environment=os.environ,
        report=report,
    )
