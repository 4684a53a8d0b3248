"""What a custodian asks about engines."""

from __future__ import annotations

import pytest

from job_runner.executors.engine import Engine
from tests.a_command import strongroom


@pytest.mark.docker
def test_every_engine_here_is_listed_with_what_it_keeps(
    docker_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the names that a policy may require."""
    monkeypatch.setenv("DOCKER_HOST", docker_engine.url)
    found = strongroom("engine", "list", "--json").json["engines"]
    assert (found[0]["kind"], found[0]["launcher"]) == ("docker", "local")
    assert {"network", "memory", "seccomp"} <= set(found[0]["kept"])
    said = strongroom("engine", "list")
    assert "bubblewrap, launched by local" in said.out
    assert "  keeps: " in said.out


def test_where_docker_is_silent_nothing_is_reconciled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What can't be known to be over isn't removed."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    said = strongroom("engine", "reconcile")
    assert said.code != 0
    assert "isn't answering" in said.err
