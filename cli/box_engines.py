"""Which engine boxes run in, and who launches them, if not Docker on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors import engine as engines
from job_runner.executors import guarantees
from job_runner.executors.engine import Engine, Missing
from job_runner.executors.engines.bubblewrap import Bubblewrap
from job_runner.executors.engines.docker_run import DockerRun
from job_runner.executors.engines.podman import Podman
from job_runner.executors.engines.shape import BoxEngine
from job_runner.executors.guarantees import Guarantee, Machine
from job_runner.executors.keeper import cage
from job_runner.executors.kept import KeptExecutor
from job_runner.executors.launchers.local import Local
from job_runner.executors.launchers.shape import Launcher
from job_runner.executors.launchers.slurm import Slurm
from job_runner.images import debian
from job_runner.site.box_policy import BoxPolicy

SLURM_SETTINGS = ("SLURM_CONF", "SLURM_CLUSTERS")


def kind(policy: BoxPolicy, choice: engines.Choice) -> str:
    """Docker where it answers or may be started; else Podman, which is no root's; else
    bubblewrap. PlatformError: none. Never the machine itself."""
    if policy.engine != "auto":
        return policy.engine
    if not isinstance(choice, Missing):
        return "docker"
    if os.geteuid() != 0 and _installed("podman"):
        return "podman"
    if _installed("bwrap"):
        return "bubblewrap"
    raise PlatformError(choice.problem, where="container engine", remedy=choice.remedy)


def engine(name: str, docker_url: str) -> BoxEngine:
    """An engine for a keeper, by its name."""
    cache = engines.cache_folder(os.environ)
    if name == "docker":
        return DockerRun(docker_url)
    if name == "bubblewrap":
        return Bubblewrap(cache / "rootfs", cache / "images")
    if os.geteuid() == 0:
        raise PlatformError(
            "Podman runs boxes without root, and this is root",
            where="Podman",
            remedy="Run this as an account of its own, or choose docker or bubblewrap.",
        )
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    return Podman(Path.home(), Path(runtime))


def launcher(policy: BoxPolicy) -> Launcher:
    """As the policy says."""
    return Local() if policy.launcher == "local" else slurm(policy)


def slurm(policy: BoxPolicy) -> Slurm:
    """With what its commands need of our environment."""
    settings = {k: os.environ[k] for k in SLURM_SETTINGS if k in os.environ}
    return Slurm(settings, policy.partition, policy.completions)


def executor(made: BoxEngine, by: Launcher, policy: BoxPolicy, site: str) -> KeptExecutor:
    """Its runs lie in the policy's folder, else in the cache."""
    state = policy.folder or engines.cache_folder(os.environ) / "boxes"
    return KeptExecutor(made, by, state, site)


def found(made: BoxEngine, by: Launcher, docker: Engine | None) -> Engine:
    """For people and for the selftest's certificate: which it is, and what it keeps to."""
    kept = guarantees.held(made.name, by.name, machine(by, docker))
    sentences, lacking = guarantees.sentences(kept)
    settings = made.settings()
    where = str(settings.get("host") or settings.get("images") or settings.get("home"))
    words = tuple(sorted(one.value for one in kept))
    return Engine(where, "", False, sentences, lacking, (), made.name, by.name, words)


def machine(by: Launcher, docker: Engine | None) -> Machine:
    """Facts that decide what is kept to. Slurm's nodes are taken to be as this one is."""
    return Machine(
        root=os.geteuid() == 0,
        groups=os.geteuid() == 0 and cage.may_be_made(),
        slurm_memory=isinstance(by, Slurm) and by.limits_memory(),
        docker=frozenset(Guarantee(word) for word in docker.kept)
        if docker
        else frozenset(),
    )


def require(policy: BoxPolicy, engine: Engine) -> None:
    """PlatformError where it lacks what the site's policy requires."""
    missing = [one for one in policy.guarantees if one.value not in engine.kept]
    if missing:
        lacks = "; ".join(guarantees.SENTENCES[one][1] for one in missing)
        raise PlatformError(
            f"the site requires more than {engine.kind} ({engine.launcher}) keeps: {lacks}",
            where="boxes",
            remedy="Run it where that holds, or another engine, or change 'boxes' in "
            "site.yaml: strongroom engine list shows what each keeps to here.",
        )


def here() -> list[Engine]:
    """Every combination whose programs are on this machine, and what each keeps to."""
    home = engines.default_home(os.environ)
    choice = engines.find(os.environ, home)
    docker = engines.describe(choice.url, home) if isinstance(choice, engines.Use) else None
    cache = engines.cache_folder(os.environ)
    programs: list[BoxEngine] = []
    if docker is not None and _installed("docker"):
        programs.append(DockerRun(docker.url))
    if _installed("podman") and os.geteuid() != 0:
        programs.append(engine("podman", ""))
    if _installed("bwrap"):
        programs.append(Bubblewrap(cache / "rootfs", cache / "images"))
    launchers: list[Launcher] = [Local()]
    if _installed("sbatch"):
        launchers.append(launcher(BoxPolicy(launcher="slurm")))
    kept = [found(made, by, docker) for made in programs for by in launchers]
    local_docker = [docker] if docker is not None else []
    return local_docker + [e for e in kept if (e.kind, e.launcher) != ("docker", "local")]


def _installed(program: str) -> bool:
    path = debian.search_path(os.environ)
    return shutil.which(program, path=path) is not None
