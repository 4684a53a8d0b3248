"""What is in each image. Data only; how it is made is in ``build``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from job_runner.errors import PlatformError

HERE = Path(__file__).parent
PACKAGES = HERE.parent.parent
"""Where our own packages lie side by side, in a clone as in an installation."""
SITE = "/usr/local/lib/python3.11/dist-packages"
"""Where Debian's Python finds what isn't Debian's."""
EPOCH = 1_700_000_000
"""Every file's newest possible time, seconds since 1970 (14 November 2023, 22:13 UTC)."""
COMPILER = HERE / "compile_site.py"

ENVIRONMENT = (
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "LANG=C.UTF-8",
    "HOME=/tmp",  # the only place that a box can write to, but for its workspace
    "PYTHONDONTWRITEBYTECODE=1",  # else a study's outputs lie among __pycache__ folders
)


@dataclass(frozen=True)
class Debian:
    """A root filesystem from Debian packages, and a hook that puts it in order.

    ``set_up``: whether the packages' own scripts run. Most need none, and unpack faster.
    """

    name: str
    suite: str
    packages: tuple[str, ...]
    left_out: tuple[str, ...]
    hook: str
    set_up: bool = False

    def files(self, packages: Path) -> Iterator[tuple[str, Path]]:
        yield "hook", HERE / self.hook


@dataclass(frozen=True)
class Wheels:
    """Python libraries from wheels, with every hash in a requirements file."""

    requirements: str
    python: str = "3.11"
    keep_tests_of: tuple[str, ...] = ("numpy",)  # numpy.testing imports its own
    left_out: tuple[str, ...] = (
        "bin",
        "share",
        "pyarrow/include",
        "*.dist-info/RECORD",  # holds the building machine's path to Python, hashed
    )
    name = "wheels"

    def files(self, packages: Path) -> Iterator[tuple[str, Path]]:
        yield "requirements", HERE / self.requirements
        yield "compiler", COMPILER


@dataclass(frozen=True)
class Sources:
    """Part of one of our own packages: modules, and folders (ending in "/") whole."""

    package: str
    paths: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.package

    def files(self, packages: Path) -> Iterator[tuple[str, Path]]:
        """(path in the site folder, file), sorted. PlatformError if one is missing."""
        root = packages / self.package
        for path in self.paths:
            found = (
                sorted((root / path).rglob("*")) if path.endswith("/") else [root / path]
            )
            if not any(file.is_file() for file in found):
                raise PlatformError(
                    "this file belongs to an image and isn't there",
                    where=str(root / path),
                    remedy="Install Strongroom again, or check its sources out whole.",
                )
            for file in found:
                if file.is_file() and "__pycache__" not in file.parts:
                    yield file.relative_to(packages).as_posix(), file


Layer = Debian | Wheels | Sources


@dataclass(frozen=True)
class Recipe:
    """An image: its layers from the bottom up."""

    reference: str
    layers: tuple[Layer, ...]


def key(layer: Layer, packages: Path, architecture: str) -> str:
    """Equal for equal ingredients: the recipe and the bytes of each file that it takes."""
    files = {name: _sha256(path) for name, path in layer.files(packages)}
    ingredients = [layer.name, asdict(layer), files, architecture, EPOCH]
    return hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


_LEFT_OUT = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/lintian/*",
)

_DEBIAN = Debian(
    name="base",
    suite="bookworm",
    packages=(
        "base-files",
        "bash",
        "coreutils",
        "dash",
        "libgcc-s1",
        "libgomp1",  # with libstdc++6: without them numpy and its friends don't import
        "libpython3-stdlib",
        "libstdc++6",
        "media-types",
        "python3",
        "python3-minimal",
        "tzdata",
    ),
    left_out=_LEFT_OUT,
    hook="base/hook.sh",
)

_R = Debian(
    name="r",
    suite="bookworm",
    packages=(
        "r-base-core",
        "r-cran-data.table",
        "r-cran-digest",  # what claims are sealed with
        "r-cran-jsonlite",
        "r-cran-survival",  # Cox regressions and survival curves, in analyses and claims
    ),
    left_out=_LEFT_OUT,
    hook="r/hook.sh",
    set_up=True,  # R finds its linear algebra and its settings by its packages' scripts
)

BASE = Recipe("strongroom/base:v1", (_DEBIAN,))

COHORT = Recipe(
    "strongroom/cohort:v1",
    (
        _DEBIAN,
        # What an author's code may reach: the standard library and this, nothing else.
        Sources(
            "cohort_dsl",
            (
                "__init__.py",
                "errors.py",
                "codes.py",
                "load.py",
                "evaluate.py",
                "language/",
                "tables/",
                "model/",
            ),
        ),
    ),
)

PYTHON = Recipe(
    "strongroom/python:v1",
    (
        _DEBIAN,
        Wheels("python/requirements.txt"),
        # So that an action can say what its outputs claim.
        Sources("output_checker", ("__init__.py", "errors.py", "claims/")),
    ),
)

R = Recipe("strongroom/r:v1", (_R,))

USUAL = (BASE, COHORT, PYTHON)
"""Enough for most studies."""

RECIPES = {recipe.reference: recipe for recipe in (*USUAL, R)}
