"""The selftest of boxes: it passes where they hold, and fails where anything doesn't."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import docker
import pytest

from job_runner.executors import box as boxes
from job_runner.executors.contract import Box
from job_runner.executors.docker import DockerExecutor
from job_runner.selftest.found import Tried, broken
from job_runner.selftest.trying import Ground, selftest
from tests.boxes import UID

pytestmark = pytest.mark.docker

Settings = Callable[[str, str, Box], dict[str, Any]]

GROUND_THAT_DOESNT_HOLD: dict[str, Any] = {
    "NetworkMode": "host",
    "ReadonlyRootfs": False,
    "CapDrop": [],
    "SecurityOpt": ["seccomp=unconfined"],
    "Memory": 2**31,
    "MemorySwap": -1,
    "NanoCpus": 0,
    "PidsLimit": 1000,
    "Ulimits": [{"Name": "core", "Soft": -1, "Hard": -1}],
    "Tmpfs": {"/tmp": "rw,mode=1777"},
}
"""Every setting of the box that isn't a mount or a label, at its worst."""

CANT_BE_SPOILT = {
    ("stop", "is told to stop, and is deaf"),
    ("disk", "sends such files into a socket"),
    ("end", "leaves a process behind that goes on writing"),
    ("log", "prints 40 MB, with a terminal's escapes"),
    ("CPU", "four loops at once"),
    ("host unseen", "other processes"),
}
"""What the kernel or we ourselves see to, whatever the box is started with; and the CPU,
of which a busy machine may have little to give. With the host's processes in sight, the
fork bomb's end would be the host's."""


@pytest.fixture
def ground(
    docker_client: docker.DockerClient, base_image: str, tmp_path: Path
) -> Iterator[Ground]:
    image = str(docker_client.images.get(base_image).id)
    executor = DockerExecutor(docker_client, f"selftest{os.getpid()}")
    yield Ground(executor, image, base_image, tmp_path / "selftest", UID)
    assert executor.run_ids() == []
    assert not (tmp_path / "selftest").exists()


def told(tried: tuple[Tried, ...]) -> list[str]:
    return [f"{t.limit}: {t.attempt}: {t.verdict.happened}" for t in tried]


def test_the_boxes_hold(ground: Ground) -> None:
    """And what an earlier selftest left, when it was killed, is swept away."""
    ground.folder.mkdir()
    (ground.folder / "left").touch()
    assert told(broken(selftest(ground))) == []


class Spoilt(DockerExecutor):
    """Whose images may be anyone's."""

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        return "sha256:" + "0" * 64


def spoilt_settings(run_id: str, site: str, box: Box, sound: Settings) -> dict[str, Any]:
    """A box with none of its limits, and another run's folder in it."""
    settings = sound(run_id, site, box)
    host = settings["HostConfig"] | GROUND_THAT_DOESNT_HOLD
    others = str(box.mounts[0].source.parent)
    shown = {"Type": "bind", "Source": others, "Target": others}
    host["Mounts"] = [{**mount, "ReadOnly": False} for mount in (*host["Mounts"], shown)]
    labels = settings["Labels"] | {boxes.DISK_LABEL: str(2**40)}
    labels[boxes.WALL_CLOCK_LABEL] = "9.0"  # or the test would last for ever
    env = [*settings["Env"], "STRONGROOM_SECRET=canary"]
    own = {"HostConfig": host, "Labels": labels, "User": "0:0", "Env": env}
    return settings | own | {"Hostname": "warehouse"}


def test_each_limit_that_is_gone_is_noticed(
    ground: Ground, docker_client: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A selftest that can't fail would prove nothing."""
    spoilt = partial(spoilt_settings, sound=boxes.docker_settings)
    monkeypatch.setattr(boxes, "docker_settings", spoilt)
    executor = Spoilt(docker_client, f"spoilt{os.getpid()}")
    tried = selftest(replace(ground, executor=executor))
    held = {(t.limit, t.attempt) for t in tried if t.verdict.held}
    assert held - CANT_BE_SPOILT == set(), told(tried)


def test_an_engine_that_starts_no_box_proves_nothing(ground: Ground) -> None:
    """What couldn't be tried didn't hold."""
    tried = selftest(replace(ground, image="sha256:" + "0" * 64))
    assert {t.limit for t in tried if t.verdict.held} == {"image"}
    assert "couldn't be tried" in tried[0].verdict.happened
