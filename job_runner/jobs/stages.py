"""What the two kinds of job do before their box starts and after it is dead."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from job_runner import outputs
from job_runner.definitions import apart, definition_box, extraction
from job_runner.definitions.extraction import DataSource
from job_runner.errors import PlatformError
from job_runner.executors.contract import KILLED, Box, Outcome
from job_runner.jobs.job import Failure, Kind
from job_runner.jobs.task import Task
from job_runner.project import Extraction, Level
from job_runner.workspaces import journal, run_folder
from job_runner.workspaces.manifest import Manifest, ManifestInput, damaged


class JobFailed(Exception):
    """The job can't succeed, for this one reason. ``told`` goes to its log."""

    def __init__(self, failure: Failure, told: str = "") -> None:
        super().__init__(failure.value)
        self.failure, self.told = failure, told


@dataclass(frozen=True)
class Begun:
    """What a run was begun with: a needed action may publish again while it runs."""

    version: str
    image: str
    command: tuple[str, ...]
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Harvest:
    """Outputs ready to be published, with the query they answer for an extraction."""

    collected: outputs.Collected
    query_sha256: str | None = None
    query: bytes | None = None


class Stages(Protocol):
    """One kind of job."""

    def prepare(self, task: Task, run: Path, uid: int) -> Box:
        """The box to start. The run's folder is new, or is made so."""

    def harvest(self, task: Task, run: Path, job_id: str, outcome: Outcome) -> Harvest:
        """What the dead box left; JobFailed if that isn't what was asked for."""


def begin(task: Task, run: Path) -> None:
    """Writes down in the run's folder what the run is made from."""
    begun = Begun(task.version, task.image, task.action.command, dict(task.input_hashes()))
    journal.write(run / "begun.json", json.dumps(asdict(begun)).encode())


def manifest(task: Task, run: Path, job_id: str, harvest: Harvest) -> Manifest:
    """The record of a run that succeeded."""
    begun = _begun(run)
    return Manifest(
        action=task.action.name,
        job_id=job_id,
        commit=begun.version,
        image=begun.image,
        command=begun.command,
        files=harvest.collected.files,
        inputs=tuple(ManifestInput(p, s) for p, s in sorted(begun.inputs.items())),
        query_sha256=harvest.query_sha256,
    )


def _begun(run: Path) -> Begun:
    path = run / "begun.json"
    try:
        found = json.loads(path.read_bytes())
        return Begun(**{**found, "command": tuple(found["command"])})
    except (OSError, ValueError, TypeError, KeyError):
        raise damaged(str(path)) from None


@dataclass(frozen=True)
class Analysis:
    """The study's own program, with other actions' outputs as its inputs."""

    limits: outputs.OutputLimits

    def prepare(self, task: Task, run: Path, uid: int) -> Box:
        action = task.action
        inputs = task.workspace.inputs(action.needs)
        ready = run_folder.prepare(run, task.code, inputs, uid=uid, outputs=action.outputs)
        return Box(
            image=task.image,
            command=action.command,
            mounts=ready.mounts,
            uid=uid,
            working_directory=run_folder.INSIDE,
            limits=task.limits,
        )

    def harvest(self, task: Task, run: Path, job_id: str, outcome: Outcome) -> Harvest:
        if (failure := _failure(outcome)) is not None:
            raise JobFailed(failure)
        ready = run_folder.prepared(run)
        if ready is None:
            raise damaged(str(run))
        return Harvest(_collected(task, run, job_id, ready.before, self.limits))


@dataclass(frozen=True)
class CohortExtraction:
    """A definition evaluated with no data, then its query answered by our own code."""

    source: DataSource
    limits: outputs.OutputLimits
    call: apart.Caller = apart.directly

    def prepare(self, task: Task, run: Path, uid: int) -> Box:
        asked, reason = task.action.extraction, extraction.why_not(task.action)
        if asked is None or reason is not None:
            raise JobFailed(Failure.NOT_ALLOWED, f"This can't be extracted: {reason}.")
        run_folder.discard(run)
        result = run / "result"
        result.mkdir(parents=True, mode=0o700)
        if uid != os.geteuid():
            os.chown(result, uid, uid)
        return definition_box.box(task.image, asked, task.code, result, uid)

    def harvest(self, task: Task, run: Path, job_id: str, outcome: Outcome) -> Harvest:
        asked = task.action.extraction
        if asked is None:
            raise PlatformError("no extraction", where=str(run), remedy="Report this.")
        if (failure := definition_box.failure(outcome)) is not None:
            raise JobFailed(failure, definition_box.explained(outcome))
        target = run_folder.run_folder(run) / asked.output
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            seconds, where = task.limits.wall_clock, str(asked.definition)
            answered, left = extraction.answered, run / "result"
            found = self.call(
                seconds, answered, self.source, left, where, target, _terms(task, asked)
            )
        except apart.Broke as broke:
            raise JobFailed(broke.failure, f"No answer came: {broke.how}.") from None
        collected = _collected(task, run, job_id, frozenset(), self.limits)
        return Harvest(collected, found.query_sha256, found.query)


def _terms(task: Task, asked: Extraction) -> extraction.Terms:
    """Exact numbers stay where people's rows do."""
    levels = {output.level for output in task.action.outputs}
    exact = levels == {Level.HIGHLY_SENSITIVE}
    declared = tuple(output.pattern for output in task.action.outputs)
    return extraction.Terms(asked.command, task.permissions, exact, asked.output, declared)


def _collected(
    task: Task, run: Path, job_id: str, before: frozenset[str], limits: outputs.OutputLimits
) -> outputs.Collected:
    patterns, where = task.action.outputs, task.workspace
    return outputs.collect(run, patterns, before, limits, workspace=where, job_id=job_id)


def _failure(outcome: Outcome) -> Failure | None:
    flags = {
        Failure.OUT_OF_MEMORY: outcome.out_of_memory,
        Failure.TIMEOUT: outcome.timed_out,
        Failure.DISK_FULL: outcome.disk_full,
        # Nobody cancelled it and no limit was met: the host or its engine went down.
        Failure.PLATFORM_ERROR: outcome.exit_code == KILLED,
        Failure.NONZERO_EXIT: outcome.exit_code != 0,
    }
    return next((failure for failure, holds in flags.items() if holds), None)


def stages(
    source: DataSource,
    limits: outputs.OutputLimits,
    call: apart.Caller = apart.directly,
) -> Mapping[Kind, Stages]:
    """Both kinds of job. ``call``: how queries are answered; a site does it apart."""
    return {
        Kind.ANALYSIS: Analysis(limits),
        Kind.EXTRACTION: CohortExtraction(source, limits, call),
    }
