"""The author's machine, as a run needs it; and what a run tells of each action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from job_runner.executors.contract import Executor, Limits
from job_runner.jobs.job import Failure, Job, State
from job_runner.jobs.scheduler import Capacity
from job_runner.local.studies import Study
from job_runner.site.policy import ImagePolicy

if TYPE_CHECKING:  # with what is out of date only: they bring engines and a database
    from job_runner.definitions.extraction import DataSource
    from job_runner.jobs.ports import Told


@dataclass(frozen=True)
class Home:
    """``images``: those that can be had, by ``name:tag``.

    ``executor`` must be this study's own: whatever it still runs from before is removed.
    ``new_id``: one that no run had before, or outputs of an earlier run would pass for
    this one's. ``uid``: of a job's box; the author's own, unless that is root. ``told``:
    progress. ``stopping``: told at once when the keyboard says so. ``noted``: told what an
    author should know besides.
    """

    executor: Executor
    images: Mapping[str, ImagePolicy]
    source: DataSource
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    uid: Callable[[Job], int]
    told: Callable[[Told], None] = lambda told: None
    stopping: Callable[[], None] = lambda: None
    noted: Callable[[str], None] = lambda note: None
    limits: Limits = field(default_factory=Limits)
    capacity: Capacity = field(default_factory=lambda: Capacity(1, 1))


@dataclass(frozen=True)
class Ran:
    """One action, once all is over.

    ``why``: why it was run, as the end of a sentence; None if it was up to date or never
    began. ``told``: what is wrong, in words; ``log``: the end of what it printed.
    """

    action: str
    state: State
    failure: Failure | None
    why: str | None
    told: str
    log: str
    outputs: tuple[str, ...]

    @property
    def begun(self) -> bool:
        return self.why is not None


def up_to_date(study: Study) -> tuple[Ran, ...]:
    """What running would give where nothing has to run."""
    made = [(name, study.workspace.manifest(name)) for name in study.order]
    return tuple(
        Ran(name, State.SUCCEEDED, None, None, "", "", tuple(f.path for f in m.files))
        for name, m in made
        if m is not None
    )


class Interrupted(KeyboardInterrupt):
    """Stopped from the keyboard. ``ran``: how far each action had come."""

    def __init__(self, ran: tuple[Ran, ...]) -> None:
        super().__init__()
        self.ran = ran
