"""A private engine starts, is shared, is killed, and never leaves a trace."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import docker
import pytest

from job_runner import images
from job_runner.errors import PlatformError
from job_runner.executors import dockerd, engine, sharing, sweep
from job_runner.executors.engine import Home, Probes
from job_runner.images import debian
from tests.needed import lacks

pytestmark = pytest.mark.docker
PATH = debian.search_path(os.environ)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Short enough for sockets, which pytest's own folders aren't."""
    if os.geteuid() != 0 or shutil.which("dockerd", path=PATH) is None:
        lacks("a private engine needs root and dockerd")
    with tempfile.TemporaryDirectory(prefix="sr-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def home(folder: Path) -> Iterator[Home]:
    """Nothing runs here before or after a test; images stay from one to the next."""
    home = Home(run=folder / "run", data=folder / "data")
    yield home
    dockerd.shut_down(home)


def launch(home: Home) -> engine.Engine:
    found = shutil.which("dockerd", path=PATH)
    assert found is not None
    dockerd.launch(home, Path(found), PATH)
    described = engine.describe(home.url, home)
    assert described is not None
    return described


def traces(home: Home) -> dict[str, object]:
    """What a stopped engine must not leave: everything here is empty then."""
    return {
        "processes": sweep.leftovers(home.exec_root),
        "mounts": sweep.mounts_below(home.run, home.data),
        "control groups": sorted(
            control_groups() & {path.name for path in home.data.glob("docker/containers/*")}
        ),
        "files": sorted(home.run.rglob("*")) if home.run.exists() else [],
    }


def control_groups() -> set[str]:
    """Names of all there are now; another engine's may vanish while we look."""
    return {Path(folder).name for folder, _, _ in os.walk(sweep.CGROUPS)}


def shim_socket(home: Home, container_id: str) -> Path:
    """Where containerd puts it: in a folder of the machine's, which others use as well."""
    address = home.exec_root / "containerd/containerd.sock"
    name = hashlib.sha256(bytes(address / "strongroom" / container_id)).hexdigest()
    return Path("/run/containerd/s") / name


NOTHING: dict[str, object] = {
    "processes": set(),
    "mounts": [],
    "control groups": [],
    "files": [],
}


@contextlib.contextmanager
def client_of(home: Home) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=home.url)
    try:
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def sleeper(
    home: Home, workshop: images.Workshop
) -> Iterator[docker.models.containers.Container]:
    """A container that would run for ever, in this home's engine."""
    with client_of(home) as client:
        here = images.Workshop(client, workshop.cache, workshop.uv, workshop.environment)
        images.build(here, [images.BASE.reference])
        command = ["python3", "-c", "import signal; signal.pause()"]
        yield client.containers.run(
            images.BASE.reference, command, network_mode="none", detach=True
        )


def kill_daemon(home: Home) -> None:
    pid = dockerd.alive(home)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_it_keeps_all_that_an_action_needs_and_leaves_nothing(home, workshop):
    assert launch(home).lacking == ()
    with sleeper(home, workshop) as container:
        assert traces(home)["processes"]
        socket = shim_socket(home, container.id)
        assert socket.exists()
    dockerd.shut_down(home)
    assert traces(home) == NOTHING
    assert not socket.exists()


def test_stopping_what_is_not_there_does_nothing(home):
    dockerd.shut_down(home)
    assert traces(home) == NOTHING


def test_after_a_kill_the_next_one_ends_what_was_left_running(home, workshop):
    launch(home)
    with sleeper(home, workshop) as container:
        kill_daemon(home)
        launch(home)
        container.reload()
        assert container.status == "exited"
    dockerd.shut_down(home)
    assert traces(home) == NOTHING


def test_after_a_kill_stopping_sweeps_up(home, workshop):
    launch(home)
    with sleeper(home, workshop):
        kill_daemon(home)
    dockerd.shut_down(home)
    assert traces(home) == NOTHING


def test_a_number_left_in_the_pid_file_never_gets_another_process_killed(home):
    home.run.mkdir()
    home.pid_file.write_text(str(os.getpid()))
    assert dockerd.alive(home) is None
    dockerd.shut_down(home)
    assert not home.pid_file.exists()


def test_one_that_cannot_start_says_why_and_leaves_nothing(home):
    broken = home.data.parent / "dockerd"
    broken.write_text("#!/bin/sh\necho no cgroups here >&2\n")
    broken.chmod(0o755)
    with pytest.raises(PlatformError, match="no cgroups here") as caught:
        dockerd.launch(home, broken, PATH)
    assert caught.value.where == str(home.log)
    assert traces(home) == NOTHING


def test_the_last_to_leave_stops_it(home):
    with sharing.member(home, lambda: launch(home)):
        with sharing.member(home, lambda: home.url):
            pass
        assert dockerd.alive(home)
        assert not sharing.stop(home)
    assert traces(home) == NOTHING


def test_interrupted_while_it_starts_it_is_stopped(home):
    def interrupted() -> engine.Engine:
        launch(home)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), sharing.member(home, interrupted):
        pass
    assert traces(home) == NOTHING


def test_one_that_was_started_to_stay_stays_until_it_is_stopped(home):
    sharing.keep(home, lambda: launch(home))
    with sharing.member(home, lambda: home.url):
        pass
    assert dockerd.alive(home)
    assert sharing.stop(home)
    assert traces(home) == NOTHING


def test_an_engine_that_answers_is_used_and_left_alone(home, docker_engine):
    environment = {"DOCKER_HOST": docker_engine.url}
    with engine.running(environment, home) as found:
        assert found.url == docker_engine.url
        assert not found.started_by_us
    assert engine.start(environment, home).url == docker_engine.url
    assert not home.run.exists()
    assert engine.describe(docker_engine.url, home)


def seeing(*probes: Probes) -> Callable[[Mapping[str, str], Home], Probes]:
    """Eyes that see these, one after the other."""
    rest = iter(probes)
    return lambda environment, home: next(rest)


def ready_to_start() -> Probes:
    return Probes(root=True, dockerd=Path(shutil.which("dockerd", path=PATH) or ""))


def test_what_is_installed_is_named_and_what_was_started_is_stopped(home):
    notes = home.data.parent / "notes"
    apt_get = home.data.parent / "apt-get"
    apt_get.write_text(f'#!/bin/sh\necho "$@" >> {notes}\n')
    apt_get.chmod(0o755)
    bare = Probes(root=True, apt=True)
    look = seeing(bare, bare, ready_to_start())
    said: list[str] = []
    environment = {"PATH": f"{apt_get.parent}:{PATH}"}
    with engine.running(environment, home, said.append, look) as found:
        assert found.installed == ("docker.io",)
        assert found.started_by_us
        assert found.guarantees
    assert "docker.io" in notes.read_text()
    assert [line.split(" ")[0] for line in said] == ["Installing", "Starting"]
    assert traces(home) == NOTHING


def test_one_started_to_stay_is_found_again_and_stopped_by_name(home):
    bare = ready_to_start()
    ours = Probes(answering=home.url)
    assert engine.start({}, home, look=seeing(bare, bare)).started_by_us
    with engine.running({}, home, look=seeing(ours, ours)) as found:
        assert found.url == home.url
    assert engine.describe(home.url, home) == found
    assert engine.stop(home)
    assert traces(home) == NOTHING
