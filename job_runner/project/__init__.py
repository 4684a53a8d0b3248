"""The project file: OpenSAFELY's grammar, read within bounds and checked as a whole."""

from __future__ import annotations

from job_runner.project.apart import parse_apart, read_once
from job_runner.project.load import load
from job_runner.project.mistakes import Mistake, ProjectErrors
from job_runner.project.model import (
    PROJECT_FILE,
    Action,
    Extraction,
    Level,
    OutputPattern,
    Project,
    Run,
)
from job_runner.project.parse import parse

__all__ = [
    "PROJECT_FILE",
    "Action",
    "Extraction",
    "Level",
    "Mistake",
    "OutputPattern",
    "Project",
    "ProjectErrors",
    "Run",
    "load",
    "parse",
    "parse_apart",
    "read_once",
]
