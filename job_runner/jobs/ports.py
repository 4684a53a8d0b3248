"""What a worker is given besides the jobs themselves, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from job_runner.jobs.job import Job, Kind
from job_runner.jobs.rests import USUAL, Rests
from job_runner.jobs.stages import Stages
from job_runner.jobs.task import Tasks
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.workspace import Workspace


@dataclass(frozen=True)
class Told:
    """A job began, and why; or it ended, and what its log says of a failure."""

    job: Job
    why: str


@dataclass(frozen=True)
class Ports:
    """What a worker is given besides the jobs themselves.

    ``after_success`` has the published outputs checked; it may be called again for the
    same job and then does the same. ``record`` appends to the ledger: kind and body.
    ``uid``: a job's own user in its box. ``told``: progress, for people on the secure
    side or at home. ``attempts``: starts of a job that the platform fails; at 1 it fails
    at once, even before it began. ``asks``: how often the warehouse is asked for one
    start. ``rests``: between all of these.
    """

    tasks: Tasks
    stages: Mapping[Kind, Stages]
    after_success: Callable[[Job, Manifest, Workspace], None]
    record: Callable[[str, Mapping[str, object]], None]
    uid: Callable[[Job], int]
    clock: Callable[[], datetime]
    told: Callable[[Told], None] = lambda told: None
    attempts: int = 3
    asks: int = 4
    rests: Rests = USUAL
