"""What a container engine keeps to, found out from what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Guarantee(Enum):
    """What a box is held to, by the names that a site's policy may require."""

    NETWORK = "network"
    READ_ONLY = "read-only"
    SECCOMP = "seccomp"
    MEMORY = "memory"
    PROCESSES = "processes"
    CPU = "cpu"
    FILE_SIZE = "file-size"
    DISK = "disk"
    WALL_CLOCK = "wall-clock"
    OWN_UID = "own-uid"


SENTENCES: Mapping[Guarantee, tuple[str, str]] = {
    Guarantee.NETWORK: ("actions have no network", "actions may have a network"),
    Guarantee.READ_ONLY: (
        "the root filesystem is read-only and no capability is left",
        "the root filesystem can be written to",
    ),
    Guarantee.SECCOMP: (
        "system calls are filtered by Strongroom's own list",
        "system calls are not filtered",
    ),
    Guarantee.MEMORY: (
        "memory is limited",
        "memory is not limited for the box as a whole: no control group may be made here",
    ),
    Guarantee.PROCESSES: (
        "processes are limited",
        "processes are not limited: no control group may be made here",
    ),
    Guarantee.CPU: (
        "CPU time is limited",
        "CPU time is not limited: no control group may be made here",
    ),
    Guarantee.FILE_SIZE: ("files are limited in size", "files may be of any size"),
    Guarantee.DISK: ("the run's folder is measured", "the run's folder may fill the disk"),
    Guarantee.WALL_CLOCK: ("time is limited", "time is not limited"),
    Guarantee.OWN_UID: (
        "each job runs as a user of its own",
        "jobs run as one user, and only their boxes hold them apart",
    ),
}
"""For an engine that keeps to it, and for one that doesn't."""

ALWAYS = frozenset(
    {
        *(Guarantee.NETWORK, Guarantee.READ_ONLY, Guarantee.SECCOMP),
        *(Guarantee.FILE_SIZE, Guarantee.DISK, Guarantee.WALL_CLOCK),
    }
)
"""Whatever the engine, the launcher and the machine: the kernel's, or the keeper's."""
IN_GROUPS = frozenset({Guarantee.MEMORY, Guarantee.PROCESSES, Guarantee.CPU})
"""What takes a control group."""


@dataclass(frozen=True)
class Machine:
    """What decides besides. ``groups``: whether the runner may make control groups;
    ``slurm_memory``: whether Slurm's do (ConstrainRAMSpace); ``docker``: what Docker's
    own answer promises (``of_docker``)."""

    root: bool
    groups: bool
    slurm_memory: bool = False
    docker: frozenset[Guarantee] = frozenset()


def held(engine: str, launcher: str, machine: Machine) -> frozenset[Guarantee]:
    """What boxes of this combination keep to on such a machine."""
    own_uid = frozenset({Guarantee.OWN_UID} if machine.root else ())
    if engine == "docker":
        return machine.docker | own_uid
    kept = set(ALWAYS)
    if machine.groups:
        kept |= IN_GROUPS
    if launcher == "slurm" and machine.slurm_memory:
        kept.add(Guarantee.MEMORY)
    if engine == "podman":  # a limit of the box's own namespace of users, on Linux 5.14
        return frozenset(kept | {Guarantee.PROCESSES})
    return frozenset(kept | own_uid)


def of_docker(info: Info) -> frozenset[Guarantee]:
    """By what a Docker engine says of itself, and what the runner does besides."""
    promised = {promise.guarantee for promise in PROMISES if promise.holds(info)}
    broken = {promise.guarantee for promise in PROMISES if not promise.holds(info)}
    return frozenset(
        (promised - broken) | {Guarantee.FILE_SIZE, Guarantee.DISK, Guarantee.WALL_CLOCK}
    )


def sentences(
    kept: frozenset[Guarantee],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that hold, and those that tell what is missing."""
    return (
        tuple(SENTENCES[one][0] for one in Guarantee if one in kept),
        tuple(SENTENCES[one][1] for one in Guarantee if one not in kept),
    )


Info = Mapping[str, Any]
"""What ``GET /info`` of the Docker Engine API answers."""


@dataclass(frozen=True)
class Promise:
    """One property of the box, and the sentences for an engine that has or lacks it."""

    guarantee: Guarantee
    holds: Callable[[Info], bool]
    kept: str
    broken: str


def _says(key: str) -> Callable[[Info], bool]:
    return lambda info: info.get(key) is True


def security_options(info: Info) -> dict[str, dict[str, str]]:
    """``["name=seccomp,profile=default"]`` as ``{"seccomp": {"profile": "default"}}``."""
    found: dict[str, dict[str, str]] = {}
    for text in info.get("SecurityOptions") or ():
        option = dict(part.partition("=")[::2] for part in text.split(","))
        found[option.pop("name", text)] = option
    return found


def _seccomp(info: Info) -> bool:
    profile = security_options(info).get("seccomp", {}).get("profile", "")
    # Docker calls its own profile "default" up to 20.10 and "builtin" since 23.0; a path
    # is somebody's own choice, "unconfined" is none.
    return profile in {"default", "builtin"}


def _null_network(info: Info) -> bool:
    return "null" in ((info.get("Plugins") or {}).get("Network") or ())


def _linux(info: Info) -> bool:
    return info.get("OSType") == "linux"


PROMISES = (
    Promise(
        Guarantee.NETWORK,
        _null_network,
        "actions have no network",
        "actions can't be kept off the network",
    ),
    Promise(
        Guarantee.READ_ONLY,
        _linux,
        "the root filesystem is read-only and no capability is left",
        "this engine doesn't run Linux containers",
    ),
    Promise(
        Guarantee.MEMORY,
        _says("MemoryLimit"),
        "memory is limited",
        "memory is not limited: no memory cgroup",
    ),
    Promise(
        Guarantee.MEMORY,
        _says("SwapLimit"),
        "swap counts as memory",
        "swap is not limited: the kernel counts no swap",
    ),
    Promise(
        Guarantee.CPU,
        _says("CpuCfsQuota"),
        "CPU time is limited",
        "CPU time is not limited",
    ),
    Promise(
        Guarantee.PROCESSES,
        _says("PidsLimit"),
        "processes are limited",
        "processes are not limited",
    ),
    Promise(
        Guarantee.SECCOMP,
        _seccomp,
        "system calls are filtered by Docker's seccomp profile",
        "system calls are not filtered by Docker's seccomp profile",
    ),
)


def assess(info: Info) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sentences that hold, and those that tell what is missing."""
    held = tuple(p.kept for p in PROMISES if p.holds(info))
    options = security_options(info)
    if "rootless" in options:
        held = (*held, "the engine itself runs without root")
    elif "userns" in options:
        held = (*held, "root inside a container is nobody outside")
    return held, tuple(p.broken for p in PROMISES if not p.holds(info))
