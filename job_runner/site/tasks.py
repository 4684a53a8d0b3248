"""Tasks at the site: from a stored request, its commit and today's policy."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from job_runner import project
from job_runner.errors import RequestRefused
from job_runner.executors.contract import Executor
from job_runner.jobs.job import Job
from job_runner.jobs.task import Task
from job_runner.project import PROJECT_FILE, Project
from job_runner.requests.intake import refuse_all
from job_runner.requests.repositories import Commit, Repositories
from job_runner.requests.request import Request
from job_runner.site.policy import SitePolicy
from job_runner.store import Store
from job_runner.workspaces.workspace import Workspace, site_workspace


@dataclass
class SiteTasks:
    """``code``: a folder for exported commits. ``outputs``: where all workspaces live."""

    policy: SitePolicy
    repositories: Repositories
    store: Store
    executor: Executor
    code: Path
    outputs: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _projects: dict[Path, Project] = field(default_factory=dict)

    def task(self, job: Job) -> Task:
        """RequestRefused where policy has changed since the request was accepted."""
        request = self.store.request(job.request_id)
        if request is None:
            raise _gone(job, "its request is unknown")
        code, study = self._study(request)
        allowed = self.policy.projects.get(request.project)
        if allowed is None or request.repository not in allowed.repositories:
            raise _gone(job, "the site's policy no longer has its project")
        action = study.actions[job.action]
        refuse_all(self.policy, allowed, [action])
        image = self.policy.image(action.run.image, action.run.tag)
        assert image is not None, "refuse_all looked"
        return Task(
            action=action,
            code=code,
            version=request.commit,
            image=self.executor.image_id(image.reference, image.layers),
            limits=allowed.limits or self.policy.limits,
            workspace=site_workspace(self.outputs, request.project),
            forced=job.action in request.actions,
            permissions=allowed.permissions,
            actions=frozenset(study.actions),
        )

    def workspaces(self) -> Iterator[Workspace]:
        """Also of projects that policy no longer has."""
        for folder in sorted(self.outputs.glob("high/[!.]*")):
            yield site_workspace(self.outputs, folder.name)

    def _study(self, request: Request) -> tuple[Path, Project]:
        """The commit's files, exported once, and its project."""
        repository = hashlib.sha256(request.repository.encode()).hexdigest()[:12]
        code = self.code / f"{repository}-{request.commit}"
        with self._lock:
            if not code.exists():
                commit = Commit(request.repository, request.commit)
                self.repositories.export(commit, code)
            if code not in self._projects:
                data = (code / PROJECT_FILE).read_bytes()
                self._projects[code] = project.read_once(data)
            return code, self._projects[code]


def _gone(job: Job, problem: str) -> RequestRefused:
    return RequestRefused(problem, where=f"job {job.id}", remedy="submit the request again")
