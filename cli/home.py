"""The author's own machine: which study, and under which name its boxes run."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from job_runner import images
from job_runner.errors import ProjectError
from job_runner.executors import engine
from job_runner.local.studies import Study
from job_runner.project import PROJECT_FILE
from job_runner.site.policy import listed_as


def study(start: Path) -> Path:
    """The study that a folder lies in: the nearest folder with a project.yaml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise ProjectError(
        f"there is no {PROJECT_FILE} here or above",
        where=os.fspath(start),
        remedy="Go to a study's folder, or make one: strongroom init my-study.",
    )


def boxes_of(folder: Path) -> str:
    """The name under which a study's boxes run, so that no other study tidies them up."""
    return "home-" + hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]


RECIPES = {"cohort:v1": images.COHORT, "python:v1": images.PYTHON, "r:v1": images.R}
"""By the names that project files give them: images that are built here."""

IMAGES = frozenset(RECIPES)


def references(study: Study) -> list[str]:
    """The images that a study's wanted actions run in, by their own names."""
    runs = (study.found.actions[name].run for name in study.order)
    used = {listed_as(run.image, run.tag) for run in runs}
    return [recipe.reference for name, recipe in RECIPES.items() if name in used]


def image_ids() -> dict[str, str]:
    """The ids of the images that were built here as they would be built now."""
    cache = engine.cache_folder(os.environ) / "images"
    found = images.known(cache, RECIPES.values()).images
    return {name.removeprefix("strongroom/"): image.id for name, image in found.items()}


def name_of(tables: Path | None) -> str:
    """A word for dummy tables, equal for equal ones; those that are made are all alike."""
    if tables is None:
        return ""
    whole = hashlib.sha256()
    for path in sorted(tables.iterdir()):
        if path.is_file():
            whole.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            whole.update(path.read_bytes())
    return f"tables:{whole.hexdigest()}"
