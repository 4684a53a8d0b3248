"""Boxes to run in tests, and the two kinds of place to run them in."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from job_runner.executors.contract import Box, Executor, Limits, Mount
from job_runner.executors.fake import Program

AN_IMAGE = "sha256:" + "a" * 64
UID = 10_123
NAME = "strongroom/test:v1"


def a_folder(path: Path, uid: int = UID) -> Path:
    """A run's folder as the runner makes it: the box's own, and nobody else's."""
    path.mkdir(parents=True, mode=0o700)
    os.chown(path, uid, uid)
    return path


def a_box(
    folder: Path | None,
    *command: str,
    image: str = AN_IMAGE,
    uid: int = UID,
    inputs: Mapping[str, Path] | None = None,
    environment: Mapping[str, str] | None = None,
    **limits: float,
) -> Box:
    """A box with ``folder`` at /workspace and small limits."""
    small: dict[str, float] = {"memory": 128 * 2**20, "pids": 64, "wall_clock": 30.0}
    mounts = [Mount(folder, "/workspace", read_only=False)] if folder else []
    mounts += [Mount(path, f"/workspace/{name}") for name, path in (inputs or {}).items()]
    return Box(
        image=image,
        command=command,
        mounts=tuple(mounts),
        uid=uid,
        environment=environment or {},
        limits=Limits(**{**small, **limits}),  # type: ignore[arg-type]  # ints where whole
    )


@dataclass(frozen=True)
class Place:
    """Where the contract's stories happen. ``again`` is a restarted runner's executor;
    boxes may mount what lies below ``folder``, as the user ``uid``."""

    executor: Executor
    again: Callable[[], Executor]
    other_site: Callable[[], Executor]
    without_engine: Callable[[], Executor]
    reference: str
    layers: tuple[str, ...]
    image: str
    folder: Path
    uid: int = UID
    moment: float = 0.6
    """Seconds in which a box surely says its first word, from when its clock starts."""

    def box(self, folder: Path, command: tuple[str, ...], **more: object) -> Box:
        uid: dict[str, object] = {"image": self.image, "uid": self.uid}
        return a_box(folder, *command, **(uid | more))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Story:
    """One program, told twice: as a command for a real box, as a function for a fake."""

    command: tuple[str, ...]
    program: Program


def python(code: str) -> tuple[str, ...]:
    return ("python3", "-c", code)


def remove_all(*executors: Executor) -> None:
    """Whatever they still have."""
    for executor in executors:
        for run_id in executor.run_ids():
            executor.remove(run_id)
