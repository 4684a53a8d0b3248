"""A project file on a disk, which may be anything at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from job_runner.errors import ProjectError
from job_runner.project.model import Project
from job_runner.project.parse import parse
from job_runner.project.reading import MOST_CHARACTERS

MOST_BYTES = 4 * MOST_CHARACTERS
"""More have more characters than are read, whatever they are."""


def load(path: Path) -> Project:
    """The project in a file. ProjectError if it can't be read; else as ``parse``."""
    try:
        return parse(text_of(_bytes(path)), where=str(path))
    except FileNotFoundError:
        problem, remedy = "there is no such file", "Go to a study's folder first."
    except OSError as error:
        problem, remedy = f"it can't be read ({error.strerror})", "Look at its permissions."
    raise ProjectError(problem, where=str(path), remedy=remedy)


def text_of(data: bytes) -> str:
    """What isn't UTF-8 becomes halves of characters, which the reader tells with places."""
    return data.decode("utf-8-sig", "surrogateescape")


def _bytes(path: Path) -> bytes:
    """Its first bytes: one more than are read, if it has so many. Waits for no pipe."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it isn't a regular file")
        return file.read(MOST_BYTES + 1)
