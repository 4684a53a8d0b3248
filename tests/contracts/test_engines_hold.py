"""Boxes by other engines than Docker: the whole selftest is in vain in them, too."""

from __future__ import annotations

import pytest

from job_runner.executors.contract import Executor
from job_runner.selftest.found import broken
from job_runner.selftest.trying import Ground, selftest
from tests.boxes import Place


@pytest.mark.parametrize(
    "name",
    [
        "bubblewrap_place",
        pytest.param("podman_place", marks=pytest.mark.xdist_group("slurm and podman")),
    ],
)
def test_no_limit_of_the_box_is_broken(name: str, request: pytest.FixtureRequest) -> None:
    """Network, system calls, root, memory, processes, CPU, disk, time, what is in sight."""
    place: Place = request.getfixturevalue(name)
    executor: Executor = place.executor
    ground = Ground(
        executor, place.image, place.reference, place.folder / "selftest", place.uid
    )
    assert broken(selftest(ground)) == ()
