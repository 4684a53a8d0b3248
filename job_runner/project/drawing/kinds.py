"""What is shown of an action beside its name."""

from __future__ import annotations

from enum import Enum

from job_runner.jobs.job import Kind
from job_runner.project.model import Action, Level


class Shown(Enum):
    """What an action is to somebody who looks at the whole. The value says it."""

    EXTRACTION = "asks the warehouse"
    INSIDE = "stays inside"
    RELEASABLE = "may be released, once it is reviewed"


def shown(action: Action) -> Shown:
    """An extraction is one, whatever it writes."""
    if action.kind is Kind.EXTRACTION:
        return Shown.EXTRACTION
    levels = {output.level for output in action.outputs}
    return Shown.RELEASABLE if Level.MODERATELY_SENSITIVE in levels else Shown.INSIDE


def shortened(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
