"""What a review needs to know of runs and people, told in its own terms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cli import clock
from cli.compose.opened import OpenSite
from job_runner import project
from job_runner.jobs.job import Job, State
from job_runner.requests.repositories import Commit
from job_runner.requests.request import Request
from job_runner.workspaces.workspace import Workspace, site_workspace
from output_checker.review.request import Person, Role, Run


@dataclass(frozen=True)
class Runs:
    """Finished runs of a site, as its review sees them."""

    site: OpenSite

    def find(self, run_id: str) -> Run | None:
        """The run that a request became; None where there is none, or it isn't done."""
        request = self.site.store.request(run_id)
        if request is None:
            return None
        jobs = self.site.store.jobs(run_id)
        if any(job.state is not State.SUCCEEDED for job in jobs):
            return None
        return Run(
            id=request.id,
            project=request.project,
            author=request.submitted_by,
            repository=request.repository,
            commit=request.commit,
            queries=self.queries(request),
            reports=self._reports(request, jobs),
            patterns=self._patterns(request),
        )

    def _patterns(self, request: Request) -> tuple[str, ...]:
        """How the request's commit names its outputs."""
        commit = Commit(request.repository, request.commit)
        data = self.site.repositories.read_file(commit, project.PROJECT_FILE)
        actions = project.read_once(data).actions.values()
        return tuple(output.pattern for a in actions for output in a.outputs)

    def _workspace(self, request: Request) -> Workspace:
        return site_workspace(self.site.folder.store, request.project)

    def queries(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Which query each extraction of the request's commit asked last, by its hash."""
        actions = [job.action for job in self.site.store.jobs(request.id)]
        found = [(action, self._workspace(request).manifest(action)) for action in actions]
        return tuple(
            (action, manifest.query_sha256)
            for action, manifest in found
            if manifest and manifest.query_sha256 and manifest.commit == request.commit
        )

    def _reports(self, request: Request, jobs: tuple[Job, ...]) -> tuple[Path, ...]:
        """One report a job; of a job that was up to date, the one of its last success."""
        paths = []
        for job in jobs:
            manifest = self._workspace(request).manifest(job.action)
            made_by = [job.id, *([manifest.job_id] if manifest else [])]
            found = [self.site.folder.report(one) for one in made_by]
            paths += [path for path in found if path.is_file()][:1]
        return tuple(paths)


def identify(site: OpenSite, token: str) -> Person | None:
    """Whom a token is of, as the review knows people."""
    person = site.store.person_by_token(token, at=clock.now())
    if person is None:
        return None
    return Person(person.name, frozenset(Role(role.value) for role in person.roles))
