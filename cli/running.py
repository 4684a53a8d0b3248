"""Actions carried out at home: an engine, its boxes, dummy patients."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from cli import clock, console, dummies, home, progress
from cli.boxes import ready
from cli.evaluating import images
from cli.users import uid_of
from job_runner.jobs.job import TERMINAL
from job_runner.jobs.scheduler import Capacity
from job_runner.jobs.worker import Told
from job_runner.local import run as local
from job_runner.local.home import Home, Ran
from job_runner.local.studies import Study


@dataclass(frozen=True)
class How:
    """``tables``: a folder of dummy tables, else they are made. ``quiet``: nothing is told
    meanwhile; ``plain``: in lines, also on a terminal."""

    tables: Path | None
    jobs: int
    keep_going: bool
    quiet: bool
    plain: bool


def carried_out(study: Study, how: How) -> tuple[Ran, ...]:
    """Runs what is out of date, in boxes, and tells how it goes."""
    local.refuse_all(study, home.IMAGES)
    with ready(home.boxes_of(study.root), home.references(study), console.note) as boxes:
        ours = Home(
            executor=boxes.executor,
            images=images(boxes),
            source=dummies.DummySource(
                tables=how.tables, told=console.note, shown=progress.Terminal().at_home
            ),
            clock=clock.now,
            monotonic=time.monotonic,
            new_id=clock.new_id,
            uid=uid_of,
            told=_progress if not how.quiet else lambda told: None,
            stopping=lambda: console.note("Stopping: what runs in a box is ended."),
            noted=console.note,
            capacity=Capacity(how.jobs, 1),
        )
        return local.run(study, ours, keep_going=how.keep_going)


def _progress(told: Told) -> None:
    if told.job.state not in TERMINAL:
        console.say(f"{told.job.action}: running, because {told.why}")
