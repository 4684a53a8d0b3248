"""The engines that a keeper can begin a box with, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from job_runner.executors.engines.bubblewrap import Bubblewrap
from job_runner.executors.engines.docker_run import DockerRun
from job_runner.executors.engines.podman import Podman
from job_runner.executors.engines.shape import Account, BoxEngine

PATHS = ("home", "images", "runtime", "tars")


def engine(name: str, settings: Mapping[str, Any]) -> BoxEngine:
    """The engine that wrote these settings. KeyError if there is none of the name."""
    kinds: Mapping[str, type[Any]] = {
        kind.name: kind for kind in (Bubblewrap, DockerRun, Podman)
    }
    given: dict[str, Any] = {
        key: Path(value) if key in PATHS else value for key, value in settings.items()
    }
    if given.get("account"):
        given["account"] = Account(**given["account"])
    made: BoxEngine = kinds[name](**given)
    return made
