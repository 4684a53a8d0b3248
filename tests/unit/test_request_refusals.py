"""What a site takes in, and each reason for which it doesn't."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from job_runner.errors import Conflict, ProjectError, RequestRefused
from job_runner.requests.request import Priority, Submission
from job_runner.site.people import Person, Role
from tests.a_site import ANA, PROJECT, Site, a_policy
from tests.a_study import a_commit, git


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def submission(site: Site, **changes: object) -> Submission:
    asked = Submission(str(site.origin), site.head, ("describe",))
    return replace(asked, **changes)


def under(site: Site, **policy: str) -> Site:
    """The site with a policy in which each text is replaced by another."""
    changed = a_policy(site.root, str(site.origin), **policy)
    site.policy = changed
    site.desk = replace(site.desk, policy=changed)
    return site


def refused(site: Site, asked: Submission, person: Person = ANA) -> str:
    with pytest.raises((RequestRefused, ProjectError)) as caught:
        site.desk.accept(asked, person)
    assert caught.value.remedy
    assert site.store.requests() == ()
    return str(caught.value)


def test_a_request_has_a_job_for_each_action_needs_first(site):
    request = site.desk.accept(submission(site), ANA)
    jobs = site.store.jobs(request.id)
    assert [(j.id, j.action, j.needs) for j in jobs] == [
        ("r1-0001", "extract", ()),
        ("r1-0002", "describe", ("extract",)),
    ]
    assert request.project == "asthma"
    assert request.submitted_by == "ana"
    assert request.actions == ("describe",)


@pytest.mark.parametrize("roles", [[], [Role.REVIEWER], [Role.OPERATOR]])
def test_it_takes_the_researcher_role(site, roles):
    person = Person("rita", frozenset(roles))
    assert "researcher role" in refused(site, submission(site), person)


def test_the_repository_must_be_a_projects(site):
    other = submission(site, repository="https://example.org/x")
    assert "lets you submit this repository" in refused(site, other)


def test_the_person_must_be_one_of_the_projects_people(site):
    under(site, **{'actions: ["*"]': 'actions: ["*"]\n    people: [bob]'})
    told = refused(site, submission(site))
    assert "lets you submit this repository" in told
    assert "bob" not in told


def test_the_project_may_be_named_and_must_then_have_the_repository(site):
    assert site.desk.accept(submission(site, project="asthma"), ANA).project == "asthma"
    with pytest.raises(RequestRefused, match="no project of that name"):
        site.desk.accept(submission(site, project="heart", actions=("count",)), ANA)


def test_a_repository_of_two_projects_needs_the_projects_name(site):
    second = f'  heart:\n    repositories: ["{site.origin}"]\n    actions: ["*"]\nimages:'
    under(site, **{"images:": second})
    assert "Name one of: asthma, heart" in refused(site, submission(site))
    assert site.desk.accept(submission(site, project="heart"), ANA).project == "heart"


def test_the_commit_must_be_there(site):
    assert "Push it first" in refused(site, submission(site, commit="1" * 40))
    assert "full commit id" in refused(site, submission(site, commit="main"))


def test_the_commit_must_be_on_a_branch_that_policy_names(site):
    under(site, **{'actions: ["*"]': 'actions: ["*"]\n    branches: [release]'})
    assert "a branch like release" in refused(site, submission(site))
    git(site.origin, "branch", "release")
    assert site.desk.accept(submission(site), ANA)


def test_a_request_is_as_urgent_as_its_project_may_be_and_its_jobs_with_it(site):
    told = refused(site, submission(site, priority=Priority.HIGH))
    assert "above normal, the highest of this project" in told
    low = site.desk.accept(submission(site, priority=Priority.LOW), ANA)
    assert [job.priority for job in site.store.jobs(low.id)] == [-1, -1]
    site.run()
    under(site, **{'actions: ["*"]': 'actions: ["*"]\n    priority: high'})
    assert site.desk.accept(submission(site, priority=Priority.HIGH), ANA).priority == 1


def test_at_least_one_action_is_named(site):
    assert "no action is named" in refused(site, submission(site, actions=()))


def test_the_actions_must_be_the_projects(site):
    told = refused(site, submission(site, actions=("descrbe",)))
    assert "describe" in told


def test_policy_names_the_actions_that_may_run_their_needs_included(site):
    under(site, **{'actions: ["*"]': 'actions: ["desc*"]'})
    assert "extract: the site's policy doesn't allow" in refused(site, submission(site))


def test_images_must_be_on_the_sites_list(site):
    a_commit(site.origin, {"project.yaml": PROJECT.replace("python:v1", "r:v1")})
    assert "image r:v1 isn't on the site's list" in refused(site, submission(site))


def test_what_this_version_cannot_extract_is_refused_with_all_else(site):
    project = PROJECT.replace("cohort.parquet", "cohort.xlsx").replace("python:v1", "r:v1")
    a_commit(site.origin, {"project.yaml": project})
    told = refused(site, submission(site))
    assert "extract: 'output/cohort.xlsx' doesn't end in .parquet" in told
    assert "describe: the image r:v1" in told


EXTRACTIONS = [
    ("generate-dataset", "generate-tables", "doesn't say which definition"),
    (" --output", " --dummy-rows=3 --output", "isn't understood"),
]


@pytest.mark.parametrize(("old", "new", "reason"), EXTRACTIONS)
def test_an_extraction_that_means_something_else_is_refused(site, old, new, reason):
    a_commit(site.origin, {"project.yaml": PROJECT.replace(old, new, 1)})
    assert reason in refused(site, submission(site))


def test_a_project_file_must_be_there_and_text(site):
    (site.origin / "project.yaml").write_bytes(b"\xff\xfe")
    a_commit(site.origin, {})
    assert "as UTF-8" in refused(site, submission(site))
    (site.origin / "project.yaml").unlink()
    a_commit(site.origin, {})
    assert "no file 'project.yaml'" in refused(site, submission(site))


def test_many_refusals_are_told_up_to_a_number(site):
    actions = "".join(
        f"  a{n}:\n    run: r:v1 Rscript a.R\n    outputs:\n"
        f"      moderately_sensitive:\n        t: output/{n}.csv\n"
        for n in range(30)
    )
    a_commit(site.origin, {"project.yaml": f"version: 5\nactions:\n{actions}"})
    assert "and 10 more" in refused(site, submission(site, actions=("run_all",)))


def test_an_action_that_is_under_way_is_not_taken_again(site):
    first = site.desk.accept(submission(site), ANA)
    with pytest.raises(Conflict, match=first.id):
        site.desk.accept(submission(site), ANA)
    assert len(site.store.requests()) == 1


def test_requests_and_refusals_are_on_the_record_by_name(site):
    site.desk.accept(submission(site), ANA)
    with pytest.raises(Conflict):
        site.desk.accept(submission(site), ANA)
    with pytest.raises(RequestRefused):
        site.desk.accept(submission(site, repository="x"), Person("bob", frozenset()))
    told = [(kind, body["who"], body["request"]) for kind, body in site.record]
    assert told == [
        ("request", "ana", "r1"),
        ("request", "ana", "r2"),
        ("refusal", "ana", "r2"),
        ("refusal", "bob", "r3"),
    ]
    assert "under way" in site.record[2][1]["problem"]
