"""A project file on a disk, which may be anything at all."""

from __future__ import annotations

from pathlib import Path

from job_runner.errors import ProjectError
from job_runner.project.model import Project
from job_runner.project.parse import parse


def load(path: Path) -> Project:
    """The project in a file. ProjectError if it can't be read; else as ``parse``."""
    try:
        return parse(path.read_text(encoding="utf-8"), where=str(path))
    except FileNotFoundError:
        problem, remedy = "there is no such file", "Go to a study's folder first."
    except UnicodeDecodeError:
        problem, remedy = "it isn't UTF-8 text", "Save it as UTF-8."
    except OSError as error:
        problem, remedy = f"it can't be read ({error.strerror})", "Look at its permissions."
    raise ProjectError(problem, where=str(path), remedy=remedy)
