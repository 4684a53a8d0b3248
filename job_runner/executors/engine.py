"""Find a container engine, or start one. Actions never run on the host itself.

In this order: an engine that answers; as root, a private ``dockerd``; as root on Debian,
Debian's docker.io installed first; elsewhere, what to install. What to do is decided by
``choose``, which touches nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError
from job_runner.executors import dockerd, guarantees, sharing
from job_runner.executors.dockerd import Home
from job_runner.images import debian

Report = Callable[[str], None]


@dataclass(frozen=True)
class Probes:
    """What was found on this machine."""

    answering: str | None = None
    forbidden: tuple[str, ...] = ()
    root: bool = False
    system: str = "Linux"
    dockerd: Path | None = None
    apt: bool = False


@dataclass(frozen=True)
class Use:
    """An engine answers."""

    url: str


@dataclass(frozen=True)
class StartOwn:
    """We may start one."""

    dockerd: Path


@dataclass(frozen=True)
class InstallThenStart:
    """We may install one, then start it."""

    packages: tuple[str, ...] = ("docker.io",)


@dataclass(frozen=True)
class Missing:
    """We can do nothing; here is what a person can do."""

    problem: str
    remedy: str


Choice = Use | StartOwn | InstallThenStart | Missing


@dataclass(frozen=True)
class Engine:
    """An engine that answers, and what it keeps to: in sentences, and (``kept``) by the
    names that a policy may require."""

    url: str
    version: str
    started_by_us: bool
    guarantees: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()
    kind: str = "docker"
    launcher: str = "local"
    kept: tuple[str, ...] = ()


def choose(found: Probes) -> Choice:
    """What to do."""
    if found.answering:
        return Use(found.answering)
    if found.root and found.system == "Linux" and found.dockerd:
        return StartOwn(found.dockerd)
    if found.root and found.system == "Linux" and found.apt:
        return InstallThenStart()
    return Missing(*_advice(found))


def _advice(found: Probes) -> tuple[str, str]:
    if found.forbidden:
        return (
            f"a container engine listens at {found.forbidden[0]}, but you may not use it",
            "Run `sudo usermod -aG docker $USER`, then log in again.",
        )
    nothing = "no container engine answers, and actions never run without one"
    if found.system != "Linux":
        return nothing, "Install and start Docker Desktop or Colima, then try again."
    if found.dockerd:
        return nothing, "Run `sudo systemctl start docker`, or run this command as root."
    if found.apt:
        return nothing, (
            "Run `sudo apt-get install docker.io` and `sudo usermod -aG docker $USER`, "
            "then log in again; or run this command as root."
        )
    return nothing, "Install Docker Engine: https://docs.docker.com/engine/install/"


def default_home(environment: Mapping[str, str]) -> Home:
    """Data in the cache folder. The sockets' folder follows it: two caches never share."""
    data = cache_folder(environment) / "engine"
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:8]
    return Home(run=Path("/run/strongroom") / name, data=data)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """``STRONGROOM_CACHE``, else ``strongroom`` in the user's cache folder."""
    if given := environment.get("STRONGROOM_CACHE"):
        return Path(given).absolute()
    home = Path(environment.get("HOME") or "/root")
    caches = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    return caches.absolute() / "strongroom"


def candidates(environment: Mapping[str, str], home: Home) -> tuple[str, ...]:
    """Addresses to ask, in order. Only sockets: actions get files of this machine."""
    given = environment.get("DOCKER_HOST", "")
    addresses = [given] if given.startswith("unix://") else []
    addresses.append("unix:///var/run/docker.sock")
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        addresses.append(f"unix://{runtime}/docker.sock")
    if user := environment.get("HOME"):
        addresses.append(f"unix://{user}/.docker/run/docker.sock")
    return (*dict.fromkeys(addresses), home.url)


def probe(environment: Mapping[str, str], home: Home) -> Probes:
    """Look, and change nothing."""
    addresses = candidates(environment, home)
    path = debian.search_path(environment)
    dockerd_path = shutil.which("dockerd", path=path)
    return Probes(
        answering=next((url for url in addresses if _info(url) is not None), None),
        forbidden=tuple(url for url in addresses if _forbidden(url)),
        root=os.geteuid() == 0,
        system=platform.system(),
        dockerd=Path(dockerd_path) if dockerd_path else None,
        apt=shutil.which("apt-get", path=path) is not None,
    )


def describe(url: str, home: Home) -> Engine | None:
    """The engine at this address, if one answers."""
    info = _info(url)
    if info is None:
        return None
    held, lacking = guarantees.assess(info)
    version = str(info.get("ServerVersion", "?"))
    kept = guarantees.held("docker", "local", _machine(info))
    words = tuple(sorted(one.value for one in kept))
    return Engine(url, version, url == home.url, held, lacking, kept=words)


def _machine(info: guarantees.Info) -> guarantees.Machine:
    promised = guarantees.of_docker(info)
    return guarantees.Machine(root=os.geteuid() == 0, groups=False, docker=promised)


Look = Callable[[Mapping[str, str], Home], Probes]


@dataclass(frozen=True)
class _Search:
    """Where and how to look for an engine, and whom to tell what is being done."""

    environment: Mapping[str, str]
    home: Home
    report: Report
    look: Look

    def choice(self) -> Choice:
        return choose(self.look(self.environment, self.home))


def find(environment: Mapping[str, str], home: Home) -> Choice:
    """What ``running`` would do now."""
    return choose(probe(environment, home))


@contextlib.contextmanager
def running(
    environment: Mapping[str, str],
    home: Home,
    report: Report = lambda line: None,
    look: Look = probe,
) -> Iterator[Engine]:
    """An engine for as long as the block lasts. PlatformError if none can be had.

    Several processes may be in such a block; they share one private engine, and the last
    to leave stops it, unless ``start`` wanted it to stay (then ``stop`` does).
    """
    search = _Search(environment, home, report, look)
    engine = _outside_engine(search)
    if engine is not None:
        yield engine
        return
    with sharing.member(home, lambda: _own_engine(search)) as engine:
        yield engine


def start(
    environment: Mapping[str, str],
    home: Home,
    report: Report = lambda line: None,
    look: Look = probe,
) -> Engine:
    """An engine that stays until ``stop``; one that answers already is left as it is."""
    search = _Search(environment, home, report, look)
    return _outside_engine(search) or sharing.keep(home, lambda: _own_engine(search))


def stop(home: Home) -> bool:
    """Stop the private engine; False if others still use it (the last of them stops it)."""
    return sharing.stop(home)


def _outside_engine(search: _Search) -> Engine | None:
    given = search.environment.get("DOCKER_HOST", "unix://")
    if not given.startswith("unix://"):
        search.report(f"Not using {given}: an engine elsewhere doesn't see our files")
    choice = search.choice()
    if not isinstance(choice, Use) or choice.url == search.home.url:
        return None
    return describe(choice.url, search.home)


def _own_engine(search: _Search) -> Engine:
    """Called in our turn. An installation may have started Debian's own: then that one."""
    choice = search.choice()
    installed: tuple[str, ...] = ()
    if isinstance(choice, InstallThenStart):
        installed = choice.packages
        debian.install(installed, search.environment, search.report)
        choice = search.choice()
    if isinstance(choice, StartOwn):
        search.report(f"Starting a private container engine ({choice.dockerd})")
        path = debian.search_path(search.environment)
        dockerd.launch(search.home, choice.dockerd, path)
        choice = Use(search.home.url)
    return replace(_answering(choice, search.home), installed=installed)


def _answering(choice: Choice, home: Home) -> Engine:
    if isinstance(choice, Missing):
        raise PlatformError(choice.problem, where="container engine", remedy=choice.remedy)
    engine = describe(choice.url, home) if isinstance(choice, Use) else None
    if engine is None:
        raise PlatformError(
            "the container engine was found, but doesn't answer",
            where="container engine",
            remedy=f"Try again; if it stays so, read {home.log}.",
        )
    return engine


def _forbidden(url: str) -> bool:
    path = Path(url.removeprefix("unix://"))
    return path.exists() and not os.access(path, os.R_OK | os.W_OK)


def _listens(url: str) -> bool:
    # Tried here because the SDK leaves its socket open when nobody listens.
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(url.removeprefix("unix://"))
        except OSError:
            return False
    return True


def _info(url: str) -> dict[str, Any] | None:
    if not _listens(url):
        return None
    import docker  # many commands never ask, and it takes as long as all they do
    from docker.errors import DockerException

    try:
        client = docker.DockerClient(base_url=url, timeout=30)
    except DockerException:
        return None
    with contextlib.closing(client):
        try:
            return dict(client.info())
        except (DockerException, OSError):
            return None
