"""What a container engine keeps to, found out from what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Info = Mapping[str, Any]
"""What ``GET /info`` of the Docker Engine API answers."""


@dataclass(frozen=True)
class Promise:
    """One property of the box, and the sentences for an engine that has or lacks it."""

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
        _null_network, "actions have no network", "actions can't be kept off the network"
    ),
    Promise(
        _linux,
        "the root filesystem is read-only and no capability is left",
        "this engine doesn't run Linux containers",
    ),
    Promise(
        _says("MemoryLimit"), "memory is limited", "memory is not limited: no memory cgroup"
    ),
    Promise(
        _says("SwapLimit"),
        "swap counts as memory",
        "swap is not limited: the kernel counts no swap",
    ),
    Promise(_says("CpuCfsQuota"), "CPU time is limited", "CPU time is not limited"),
    Promise(_says("PidsLimit"), "processes are limited", "processes are not limited"),
    Promise(
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
