"""Install what is missing, where apt-get is there and we are root."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping

from job_runner.errors import PlatformError
from job_runner.images import tool

SYSTEM_FOLDERS = (
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
)
"""Where daemons live, though a user's PATH often leaves half of them out."""


def search_path(environment: Mapping[str, str]) -> str:
    """The user's PATH and the folders of daemons."""
    given = environment.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(folder for folder in (*given, *SYSTEM_FOLDERS) if folder)


def install(
    packages: tuple[str, ...], environment: Mapping[str, str], report: Callable[[str], None]
) -> None:
    """Install packages without what they merely recommend. PlatformError if it fails."""
    report(f"Installing {', '.join(packages)} with apt-get")
    _apt_get(("update",), packages, environment)
    _apt_get(("install", "-y", "--no-install-recommends", *packages), packages, environment)


def _apt_get(
    arguments: tuple[str, ...], packages: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    settled = {"PATH": search_path(environment), "DEBIAN_FRONTEND": "noninteractive"}
    # On SIGINT it downloads no further, but lets dpkg finish what it is about.
    done = tool.run(
        ("apt-get", "-q", *arguments), {**environment, **settled}, ask=signal.SIGINT
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise PlatformError(
            f"apt-get {arguments[0]} failed: {said[-1] if said else 'it said nothing'}",
            where="apt-get",
            remedy=f"Install {' '.join(packages)} yourself, then try again.",
        )
