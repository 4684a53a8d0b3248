"""The two kinds of job, with a note of which of the study's files their boxes open."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from job_runner.executors.contract import Box, Outcome
from job_runner.jobs.job import Kind
from job_runner.jobs.stages import Harvest, Stages
from job_runner.jobs.task import Task
from job_runner.local import known, opened
from job_runner.local.known import Known
from job_runner.local.snapshot import Code
from job_runner.workspaces import run_folder


@dataclass(frozen=True)
class Listening:
    """Stages that keep what is ``known`` of a success. ``folder``: where; ``source``: what
    an extraction's patients are made of; ``watch``: how a box is listened to."""

    stages: Stages
    kind: Kind
    code: Code
    folder: Path
    source: str
    watch: Callable[..., opened.Watch | None] = opened.watch
    _watches: dict[str, opened.Watch | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, task: Task, run: Path, uid: int) -> Box:
        """As ever; an extraction gets a copy of the code that nobody else opens."""
        if self.kind is Kind.EXTRACTION:
            own = run / "code"
            box = self.stages.prepare(replace(task, code=own), run, uid)
            shutil.copytree(task.code, own)
        else:
            box, own = self.stages.prepare(task, run, uid), run_folder.run_folder(run)
        there = [path for path in self.code.files if (own / path).is_file()]
        with self._lock:
            self._watches[run.name] = self.watch(own, there)
        return box

    def harvest(self, task: Task, run: Path, job_id: str, outcome: Outcome) -> Harvest:
        with self._lock:
            watch = self._watches.pop(run.name, None)
        heard = watch.stop() if watch else None
        harvest = self.stages.harvest(task, run, job_id, outcome)
        source = self.source if self.kind is Kind.EXTRACTION else None
        files = None if heard is None else tuple(sorted(heard))
        found = Known(job_id, self.code.files, files, known.promised(task.action), source)
        known.keep(found, self.folder, task.action.name)
        return harvest
