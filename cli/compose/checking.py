"""The runner's outputs, handed to the output checker in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from cli.compose.folder import SiteFolder
from cli.compose.remembering import past
from cohort_dsl.disclosure import Rounding
from cohort_dsl.event_file import events_folder
from job_runner.definitions import apart
from job_runner.definitions.apart import Ahead
from job_runner.executors.contract import Box, Outcome
from job_runner.jobs.job import Job
from job_runner.jobs.stages import Harvest, JobFailed, Stages
from job_runner.jobs.task import Task
from job_runner.project import Level
from job_runner.workspaces import journal
from job_runner.workspaces.manifest import Manifest, ManifestFile
from job_runner.workspaces.workspace import Workspace
from output_checker import check, report_json
from output_checker.policy import Policy
from output_checker.review.store import Store

FRAMES = (".parquet", ".csv")
"""What frames that an action made are read from: files that tell how large they are."""


@dataclass(frozen=True)
class Checking:
    """Has every job's moderately sensitive outputs checked, and keeps the reports."""

    site: SiteFolder
    policy: Policy
    reviews: Store
    call: Ahead = field(default_factory=lambda: Ahead(check.__name__))

    def after_success(
        self, job: Job, made: Manifest, workspace: Workspace, *, seconds: float
    ) -> None:
        """Write the job's report, at once or not at all; the same again if asked again.

        JobFailed where the claims are too much for the checker within so many seconds.
        """
        files = [f.path for f in made.files if f.level is Level.MODERATELY_SENSITIVE]
        if files:
            where = workspace.folder(Level.MODERATELY_SENSITIVE)
            read = dict(datasets(made, workspace))
            try:
                report = self.call(
                    seconds,
                    check.check,
                    where,
                    files,
                    read,
                    self.policy,
                    made.job_id,
                    past=past(self.site, self.reviews),
                    cohorts=tuple(extracted(workspace).values()),
                )
            except apart.Broke as broke:
                told = f"Its outputs couldn't be checked: {broke.how}."
                raise JobFailed(broke.failure, told) from None
            journal.write(self.site.report(made.job_id), report_json.dumps(report))


@dataclass(frozen=True)
class Expecting:
    """A kind of job. Where its outputs are to be checked, the checker gets ready while the
    box runs: to import it takes as long as a short action."""

    stages: Stages
    checking: Checking

    def prepare(self, task: Task, run: Path, uid: int) -> Box:
        if any(o.level is Level.MODERATELY_SENSITIVE for o in task.action.outputs):
            self.checking.call.get_ready()
        return self.stages.prepare(task, run, uid)

    def harvest(self, task: Task, run: Path, job_id: str, outcome: Outcome) -> Harvest:
        return self.stages.harvest(task, run, job_id, outcome)


def rounding_of(policy: Policy) -> Rounding:
    """How a disclosure policy wants the numbers of measures to be shown."""
    midpoint = policy.rounding == "midpoint"
    return Rounding(policy.name, policy.threshold, policy.round_to, midpoint)


def datasets(made: Manifest, workspace: Workspace) -> Mapping[str, check.Dataset]:
    """What the action may claim about, with the hashes that the runner recorded.

    The cohort files that it read; not their event tables, as claims are about patients,
    each once. And frames that an action made of any cohort: highly sensitive files that
    it read, or wrote itself.
    """
    read = {one.path: one.sha256 for one in made.inputs}
    own = {file.path: file.sha256 for file in made.files}
    manifests = workspace.manifests().values()
    cohorts = extracted(workspace)
    frames = {
        file.path: workspace.path(file.level, file.path)
        for manifest in (*manifests, made)
        if manifest.query_sha256 is None
        for file in manifest.files
        if _may_be_a_frame(file)
    }
    of = tuple(cohorts.values())
    return {
        path: check.Dataset(one.path, read[path])
        for path, one in cohorts.items()
        if path in read
    } | {
        path: check.Dataset(where, (read | own)[path], of)
        for path, where in frames.items()
        if of and path in read | own
    }


def extracted(workspace: Workspace) -> Mapping[str, check.Dataset]:
    """Every cohort file of the study, as it was extracted."""
    return {
        file.path: check.Dataset(workspace.path(file.level, file.path), file.sha256)
        for manifest in workspace.manifests().values()
        if manifest.query_sha256 is not None
        for file in _cohorts(manifest.files)
    }


def _may_be_a_frame(file: ManifestFile) -> bool:
    inside = file.level is Level.HIGHLY_SENSITIVE
    return inside and PurePosixPath(file.path).suffix in FRAMES


def _cohorts(files: Sequence[ManifestFile]) -> list[ManifestFile]:
    """The files of an extraction that aren't in a folder of event tables."""
    paths = [PurePosixPath(file.path) for file in files]
    folders = {path.with_name(events_folder(path.name)) for path in paths}
    return [f for f in files if PurePosixPath(f.path).parent not in folders]
