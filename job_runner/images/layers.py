"""Make one layer: a root filesystem, libraries, or our own files."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors import engine
from job_runner.images import debian, tars, tool
from job_runner.images.recipes import EPOCH, HERE, SITE, Debian, Layer, Sources, Wheels

Report = Callable[[str], None]
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""A machine's name, and what Docker calls it."""


@dataclass(frozen=True)
class Tools:
    """What making a layer needs of the world."""

    uv: Path
    environment: Mapping[str, str]
    machine: str
    packages: Path
    report: Report
    compile: Callable[[Path], None]
    """Adds bytecode to a site folder."""


def find_uv(environment: Mapping[str, str]) -> Path:
    """The uv that runs us, the one that ``make setup`` got, or the one on PATH.

    PlatformError if there is none.
    """
    setups = str(engine.cache_folder(environment) / "uv" / "bin" / "uv")
    path = environment.get("PATH", "")
    found = environment.get("UV") or shutil.which(setups) or shutil.which("uv", path=path)
    if found:
        return Path(found)
    raise PlatformError(
        "uv, which installs the images' libraries, isn't installed",
        where="images",
        remedy="Run `pip install uv`, then try again.",
    )


@singledispatch
def make(layer: Layer, tools: Tools, site: Path, target: Path) -> str:
    """Write the layer's tar to ``target`` and return its digest. PlatformError if it fails.

    ``site`` is an empty folder to use; the caller deletes it.
    """
    raise NotImplementedError(type(layer).__name__)


@make.register
def _(layer: Debian, tools: Tools, site: Path, target: Path) -> str:
    tools.report(f"Unpacking Debian {layer.suite} with {layer.packages[0]} and more")
    environment = {**tools.environment, "PATH": debian.search_path(tools.environment)}
    _need_mmdebstrap(environment, tools.report)
    _run(
        debian_command(layer, target),
        {**environment, "SOURCE_DATE_EPOCH": str(EPOCH)},
        remedy="Check that Debian's mirror can be reached, then try again.",
    )
    return tars.digest(target)


@make.register
def _(layer: Wheels, tools: Tools, site: Path, target: Path) -> str:
    tools.report("Installing Python's analysis libraries from wheels")
    _run(
        wheels_command(layer, tools.uv, tools.machine, site),
        tools.environment,
        remedy="Check that the Python package index can be reached, then try again.",
    )
    trim(site, layer)
    tools.report("Compiling them, so that no action has to")
    tools.compile(site)
    return tars.pack(site, SITE, target)


@make.register
def _(layer: Sources, tools: Tools, site: Path, target: Path) -> str:
    copy(layer, tools.packages, site)
    tools.compile(site)
    return tars.pack(site, SITE, target)


def debian_command(layer: Debian, target: Path) -> tuple[str, ...]:
    """mmdebstrap's command line. ``extract`` runs no customize hook, only extract hooks."""
    hook = shlex.quote(str(HERE / layer.hook))
    variant, when = ("essential", "customize") if layer.set_up else ("extract", "extract")
    return (
        "mmdebstrap",
        "--quiet",
        f"--variant={variant}",
        "--format=tar",
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        f"--include={','.join(layer.packages)}",
        *(f"--dpkgopt=path-exclude={path}" for path in layer.left_out),
        f'--{when}-hook=sh {hook} "$1"',
        layer.suite,
        str(target),
    )


def wheels_command(layer: Wheels, uv: Path, machine: str, target: Path) -> tuple[str, ...]:
    """uv's command line: these versions, these hashes, wheels only, and nothing besides."""
    return (
        str(uv), "pip", "install", "--quiet", "--no-config",
        "--target", str(target),
        "--python", sys.executable,
        "--python-version", layer.python,
        "--python-platform", f"{machine}-manylinux_2_28",
        "--only-binary", ":all:",
        "--require-hashes", "--no-deps",
        "--requirements", str(HERE / layer.requirements),
    )  # fmt: skip


def trim(site: Path, layer: Wheels) -> None:
    """Take out what no analysis imports: tests and headers (60 MB of 514)."""
    for pattern in layer.left_out:
        for path in site.glob(pattern):
            _delete(path)
    for tests in sorted(site.rglob("tests")):
        if tests.relative_to(site).parts[0] not in layer.keep_tests_of:
            _delete(tests)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)  # gone with the folder above it


def copy(layer: Sources, packages: Path, site: Path) -> None:
    """The named part of one of our packages, below a site folder."""
    for name, path in layer.files(packages):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, site / name)


def _need_mmdebstrap(environment: Mapping[str, str], report: Report) -> None:
    if shutil.which("mmdebstrap", path=environment["PATH"]):
        return
    if os.geteuid() == 0 and shutil.which("apt-get", path=environment["PATH"]):
        debian.install(("mmdebstrap",), environment, report)
        return
    raise PlatformError(
        "mmdebstrap, which unpacks the images' Debian, isn't installed",
        where="images",
        remedy="Run `sudo apt-get install mmdebstrap uidmap`, or run this command as root.",
    )


def _run(command: Sequence[str], environment: Mapping[str, str], *, remedy: str) -> None:
    done = tool.run(command, environment, ask=signal.SIGTERM)
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        said = "; ".join(lines[-3:]) or "it said nothing"
        raise PlatformError(
            f"{Path(command[0]).name} failed: {said}", where="images", remedy=remedy
        )
