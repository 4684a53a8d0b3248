"""Actions carried out at home: an engine, its boxes, dummy patients."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli import clock, console, home, live, served
from cli.boxes import ready
from cli.evaluating import images
from cli.users import uid_of
from cohort_dsl.model.question import Question
from job_runner.jobs.scheduler import Capacity
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


@dataclass(frozen=True)
class _Source:
    """Dummy patients; what makes them is imported with the first that are asked for."""

    tables: Path | None
    study: Path
    board: live.Shown

    def produce(self, question: Question, target: Path) -> None:
        from cli.dummies import DummySource

        board = self.board
        site = served.description(self.study)
        source = DummySource(
            tables=self.tables, site=site, told=board.note, shown=board.extracting
        )
        source.produce(question, target)


def carried_out(study: Study, how: How) -> tuple[Ran, ...]:
    """Runs what is out of date, in boxes, and tells how it goes."""
    local.refuse_all(study, home.IMAGES)
    with (
        ready(home.boxes_of(study.root), home.references(study), console.note) as boxes,
        _shown(study, how) as board,
    ):
        ours = Home(
            executor=boxes.executor,
            images=images(boxes),
            source=_Source(how.tables, study.root, board),
            clock=clock.now,
            monotonic=time.monotonic,
            new_id=clock.new_id,
            uid=uid_of,
            told=board.told,
            stopping=lambda: board.note("Stopping: what runs in a box is ended."),
            noted=board.note,
            capacity=Capacity(how.jobs, 1),
        )
        return local.run(study, ours, keep_going=how.keep_going)


def _shown(study: Study, how: How) -> AbstractContextManager[live.Shown]:
    """A board only where somebody looks at it: no file and no log of a CI."""
    if how.quiet:
        return nullcontext(live.Silence())
    screen = None
    if not how.plain and not os.environ.get("CI"):
        found = Console(stderr=True)
        screen = found if found.is_terminal and not found.is_dumb_terminal else None
    return live.shown(study.order, time.monotonic, screen)
