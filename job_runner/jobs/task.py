"""All that running one job takes, worked out from the commit and the site's own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from job_runner.executors.contract import Limits
from job_runner.jobs.fingerprint import CODE_CHANGED, Fingerprint, why_run
from job_runner.jobs.job import Job
from job_runner.project import Action
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.workspace import Workspace


@dataclass(frozen=True)
class Task:
    """A job's action with everything around it.

    ``code``: the study's folder, only ever read. ``version``: its commit, or the hash of
    its files. ``image``: the id to run. ``forced``: run it even if it is up to date.
    ``permissions``: what its definition may claim; None is anything. ``news``: what has
    changed of the code since a success, as far as the action looks at it; None is nothing.
    ``actions``: of the whole project; what others made in its place is given up.
    """

    action: Action
    code: Path
    version: str
    image: str
    limits: Limits
    workspace: Workspace
    forced: bool = False
    permissions: frozenset[str] | None = None
    news: Callable[[Manifest], str | None] = lambda last: CODE_CHANGED
    actions: frozenset[str] | None = None

    def input_hashes(self) -> Mapping[str, str]:
        """Path → sha256 of everything that the needed actions made last."""
        made = [self.workspace.manifest(need) for need in self.action.needs]
        return {file.path: file.sha256 for m in made if m for file in m.files}

    def why_run(self) -> str | None:
        """Why the action must run, as the end of a sentence; None if it is up to date."""
        if self.forced:
            return "it was asked for"
        last = self.workspace.manifest(self.action.name)
        now = Fingerprint(
            self.version, self.image, self.action.command, self.input_hashes()
        )
        if last is None:
            return why_run(None, now)
        missing, news = self.workspace.missing(last), self.news(last)
        return why_run(_fingerprint(last), now, missing, news)


class Tasks(Protocol):
    """Where tasks come from: the site's policy and repositories, or a folder at home."""

    def task(self, job: Job) -> Task:
        """RequestRefused, ProjectError where it may not or can't run; PlatformError."""

    def workspaces(self) -> Iterable[Workspace]:
        """All that jobs may ever have written to."""


def _fingerprint(manifest: Manifest) -> Fingerprint:
    inputs = {i.path: i.sha256 for i in manifest.inputs}
    return Fingerprint(manifest.commit, manifest.image, manifest.command, inputs)
