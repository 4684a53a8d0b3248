"""From what a person sends to a stored request. Policy decides; the commit is the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from job_runner import project
from job_runner.definitions import extraction
from job_runner.errors import RequestRefused
from job_runner.jobs.job import Job
from job_runner.project import PROJECT_FILE, Action, Project, graph
from job_runner.requests.repositories import Repositories
from job_runner.requests.request import Request, Submission
from job_runner.site.people import Person, Role
from job_runner.site.policy import ProjectPolicy, SitePolicy
from job_runner.store import Store

MOST_REFUSALS = 20


@dataclass(frozen=True)
class Proof:
    """What shows who asked, for the record: the signed text and its signature.

    ``id``: the request's, which its submitter chose and signed.
    """

    id: str
    signed: str
    signature: str
    key: str


@dataclass(frozen=True)
class Desk:
    """Where submissions are accepted. ``record``: kind, body and who, to the ledger.

    ``new_id``: a fresh id of letters, digits and hyphens each time.
    """

    policy: SitePolicy
    repositories: Repositories
    store: Store
    record: Callable[[str, Mapping[str, object], str], object]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def accept(
        self, submission: Submission, person: Person, proof: Proof | None = None
    ) -> Request:
        """The request, stored with its jobs and on the record, as is its ``proof``.

        RequestRefused (Conflict where an action is already under way) or ProjectError;
        a refusal is on the record too.
        """
        named = {"request": proof.id, **_shown(proof)} if proof else {}
        body = {"request": self.new_id(), **_asked(submission), **named}
        try:
            return self._accept(body, submission, person)
        except RequestRefused as refused:
            told = {"problem": refused.problem, "where": refused.where}
            self.record("refusal", {**body, **told}, person.name)
            raise

    def _accept(
        self, body: Mapping[str, object], submission: Submission, person: Person
    ) -> Request:
        allowed = allowed_project(self.policy, submission, person)
        commit = self.repositories.fetch(
            submission.repository, submission.commit, allowed.branches
        )
        study = project.read_once(self.repositories.read_file(commit, PROJECT_FILE))
        order = graph.order(study, submission.actions)
        refuse_all(self.policy, allowed, [study.actions[name] for name in order])
        request = Request(
            id=str(body["request"]),
            project=allowed.name,
            repository=commit.repository,
            commit=commit.sha,
            actions=submission.actions,
            submitted_by=person.name,
            submitted_at=self.clock(),
            priority=submission.priority.rank,
        )
        jobs = jobs_of(request, study, order)
        # Before it is stored: what a runner does must never be missing on the record. Where
        # it isn't stored after all, the refusal that follows names its id.
        self.record("request", body, person.name)
        self.store.create_request(request, jobs)
        return request


def jobs_of(request: Request, study: Project, order: Sequence[str]) -> list[Job]:
    """One job for each action, needs first."""
    return [
        Job(
            id=f"{request.id}-{number:04}",
            request_id=request.id,
            workspace=request.project,
            action=name,
            kind=study.actions[name].kind,
            needs=study.actions[name].needs,
            created_at=request.submitted_at,
            priority=request.priority,
        )
        for number, name in enumerate(order, 1)
    ]


def allowed_project(
    policy: SitePolicy, submission: Submission, person: Person
) -> ProjectPolicy:
    """The project that the person may submit this repository to; RequestRefused."""
    if Role.RESEARCHER not in person.roles:
        _refuse("this takes the researcher role", f"person {person.name}")
    if not submission.actions:
        _refuse("no action is named", "actions", "Name actions, or run_all.")
    found = [p for p in policy.projects.values() if submission.repository in p.repositories]
    if submission.project is not None:
        found = [p for p in found if p.name == submission.project]
    found = [p for p in found if p.allows_person(person.name)]
    if not found:
        _refuse(
            "no project of this site lets you submit this repository"
            if submission.project is None
            else "no project of that name lets you submit this repository",
            f"repository {submission.repository!a}",
        )
    if len(found) > 1:
        names = ", ".join(p.name for p in found)
        _refuse("it belongs to more than one project", "project", f"Name one of: {names}.")
    if submission.priority.rank > found[0].priority.rank:
        _refuse(
            f"its priority is above {found[0].priority.value}, the highest of this project",
            f"project {found[0].name}",
        )
    return found[0]


def refuse_all(
    policy: SitePolicy, allowed: ProjectPolicy, actions: Sequence[Action]
) -> None:
    """RequestRefused with everything that this site won't or can't run."""
    reasons = [f"{a.name}: {why}" for a in actions if (why := why_not(policy, allowed, a))]
    if reasons:
        more = len(reasons) - MOST_REFUSALS
        told = [*reasons[:MOST_REFUSALS], *([f"and {more} more"] if more > 0 else [])]
        _refuse("this can't be run here: " + "; ".join(told), f"project {allowed.name}")


def why_not(policy: SitePolicy, allowed: ProjectPolicy, action: Action) -> str | None:
    """Why the site doesn't run this action, or None if it does."""
    if not allowed.allows_action(action.name):
        return "the site's policy doesn't allow this action"
    if policy.image(action.run.image, action.run.tag) is None:
        return f"the image {action.run.reference} isn't on the site's list"
    return extraction.why_not(action) if extraction.is_one(action) else None


def _refuse(
    problem: str, where: str, remedy: str = "Ask the site's custodian what is allowed."
) -> NoReturn:
    raise RequestRefused(problem, where=where, remedy=remedy)


def _asked(submission: Submission) -> dict[str, object]:
    return {
        "repository": submission.repository,
        "commit": submission.commit,
        "actions": list(submission.actions),
        "purpose": submission.purpose,
        "priority": submission.priority.value,
    }


def _shown(proof: Proof) -> dict[str, object]:
    """Enough for anybody to verify it again, years later."""
    return {"signed": proof.signed, "signature": proof.signature, "key": proof.key}
