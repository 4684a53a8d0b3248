"""Which engine is used, started or installed; nothing here touches a real one."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.executors import dockerd, engine, guarantees
from job_runner.executors.engine import (
    Home,
    InstallThenStart,
    Missing,
    Probes,
    StartOwn,
    Use,
)

DOCKERD = Path("/usr/sbin/dockerd")
ONE = "unix:///one.sock"


@pytest.mark.parametrize(
    ("found", "choice"),
    [
        (Probes(answering=ONE), Use(ONE)),
        (Probes(answering=ONE, root=True, dockerd=DOCKERD), Use(ONE)),
        (Probes(root=True, dockerd=DOCKERD, apt=True), StartOwn(DOCKERD)),
        (Probes(root=True, dockerd=DOCKERD), StartOwn(DOCKERD)),
        (Probes(root=True, apt=True), InstallThenStart(("docker.io",))),
    ],
)
def test_the_least_intrusive_way_to_an_engine_is_taken(found, choice):
    assert engine.choose(found) == choice


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        (Probes(forbidden=(ONE,), dockerd=DOCKERD), "usermod -aG docker"),
        (Probes(dockerd=DOCKERD), "systemctl start docker"),
        (Probes(apt=True), "apt-get install docker.io"),
        (Probes(), "docs.docker.com"),
        (Probes(root=True), "docs.docker.com"),
        (Probes(root=True, system="Darwin", dockerd=DOCKERD), "Docker Desktop"),
    ],
)
def test_where_we_can_do_nothing_we_say_what_a_person_can_do(found, remedy):
    choice = engine.choose(found)
    assert isinstance(choice, Missing)
    assert remedy in choice.remedy


def test_engines_are_asked_in_order_and_each_once():
    home = Home(run=Path("/run/x"), data=Path("/data"))
    asked = engine.candidates(
        {"DOCKER_HOST": ONE, "XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/ana"}, home
    )
    assert asked == (
        ONE,
        "unix:///var/run/docker.sock",
        "unix:///run/user/7/docker.sock",
        "unix:///home/ana/.docker/run/docker.sock",
        "unix:///run/x/docker.sock",
    )
    twice = engine.candidates({"DOCKER_HOST": "unix:///var/run/docker.sock"}, home)
    assert twice == ("unix:///var/run/docker.sock", "unix:///run/x/docker.sock")


def test_an_engine_elsewhere_is_not_asked_as_it_does_not_see_our_files():
    home = Home(run=Path("/run/x"), data=Path("/data"))
    assert engine.candidates({"DOCKER_HOST": "tcp://far:2375"}, home)[0] != "tcp://far:2375"


def test_two_caches_never_share_an_engine():
    one = engine.default_home({"STRONGROOM_CACHE": "/one"})
    two = engine.default_home({"STRONGROOM_CACHE": "/two"})
    assert one.data == Path("/one/engine")
    assert one.run != two.run


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"STRONGROOM_CACHE": "/given", "HOME": "/home/ana"}, "/given"),
        ({"XDG_CACHE_HOME": "/xdg", "HOME": "/home/ana"}, "/xdg/strongroom"),
        ({"HOME": "/home/ana"}, "/home/ana/.cache/strongroom"),
        ({}, "/root/.cache/strongroom"),
    ],
)
def test_the_cache_is_where_the_user_keeps_caches(environment, folder):
    assert engine.cache_folder(environment) == Path(folder)


def test_a_folder_too_deep_for_a_socket_is_refused_before_anything_starts():
    with pytest.raises(PlatformError, match="107 bytes"):
        Home(run=Path("/" + "x" * 80), data=Path("/data"))


def test_a_relative_folder_is_refused():
    with pytest.raises(ValueError, match="absolute"):
        Home(run=Path("run"), data=Path("/data"))


def test_the_private_daemon_touches_nothing_of_the_machines_own_engine():
    home = Home(run=Path("/run/x"), data=Path("/data"))
    assert dockerd.command(home, DOCKERD) == (
        "/usr/sbin/dockerd",
        *("--config-file", "/run/x/daemon.json"),
        *("--host", "unix:///run/x/docker.sock"),
        *("--data-root", "/data/docker"),
        *("--exec-root", "/run/x/exec"),
        *("--pidfile", "/run/x/pid"),
        *("--containerd-namespace", "strongroom"),
        *("--containerd-plugins-namespace", "strongroom-plugins"),
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
        "--ip-forward=false",
        "--ip-masq=false",
        "--userland-proxy=false",
    )


WHOLE = {
    "OSType": "linux",
    "Plugins": {"Network": ["bridge", "null"]},
    "MemoryLimit": True,
    "SwapLimit": True,
    "CpuCfsQuota": True,
    "PidsLimit": True,
    "SecurityOptions": ["name=seccomp,profile=default"],
}


def test_an_engine_with_everything_lacks_nothing():
    held, lacking = guarantees.assess(WHOLE)
    assert len(held) == len(guarantees.PROMISES)
    assert lacking == ()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"OSType": "windows"}, "doesn't run Linux"),
        ({"Plugins": {"Network": ["bridge"]}}, "off the network"),
        ({"Plugins": None}, "off the network"),
        ({"MemoryLimit": False}, "memory is not limited"),
        ({"SwapLimit": None}, "swap is not limited"),
        ({"CpuCfsQuota": False}, "CPU time is not limited"),
        ({"PidsLimit": False}, "processes are not limited"),
        ({"SecurityOptions": ["name=seccomp,profile=unconfined"]}, "not filtered"),
        ({"SecurityOptions": None}, "not filtered"),
    ],
)
def test_what_an_engine_lacks_is_said(changed, sentence):
    held, lacking = guarantees.assess(WHOLE | changed)
    assert len(lacking) == 1
    assert sentence in lacking[0]
    assert len(held) == len(guarantees.PROMISES) - 1


@pytest.mark.parametrize(
    ("option", "sentence"),
    [("name=rootless", "without root"), ("name=userns", "nobody outside")],
)
def test_what_an_engine_has_beyond_that_is_said_too(option, sentence):
    options = ["name=seccomp,profile=builtin", option]
    held, lacking = guarantees.assess(WHOLE | {"SecurityOptions": options})
    assert sentence in held[-1]
    assert lacking == ()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(run=Path("/tmp/never-made"), data=tmp_path)


def test_without_an_engine_nothing_runs_and_the_remedy_is_told(home):
    with (
        pytest.raises(PlatformError) as caught,
        engine.running({}, home, look=lambda environment, home: Probes(apt=True)),
    ):
        pytest.fail("nothing may run without an engine")
    assert "apt-get install docker.io" in caught.value.remedy


def test_an_engine_that_is_gone_again_is_not_used(home):
    with pytest.raises(PlatformError, match="doesn't answer"):
        engine.start({}, home, look=lambda environment, home: Probes(answering=ONE))


def test_an_address_that_is_not_used_is_named(home):
    said: list[str] = []
    environment = {"DOCKER_HOST": "tcp://far:2375"}
    with pytest.raises(PlatformError):
        engine.start(environment, home, said.append, lambda environment, home: Probes())
    assert "tcp://far:2375" in said[0]


def test_a_socket_that_nobody_serves_is_no_engine(tmp_path):
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
    home = Home(run=Path("/tmp/never-made"), data=tmp_path)
    assert engine.describe(f"unix://{path}", home) is None
