"""The author's own machine: which study, and under which name its boxes run."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from job_runner.errors import ProjectError
from job_runner.project import PROJECT_FILE


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
