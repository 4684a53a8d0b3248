"""What people at a site do by commands, from asking to being sent back, and then some."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import exits
from tests.a_command import contents, strongroom
from tests.a_served_site import ServedSite, init, process, served
from tests.a_study import a_commit, git

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture(scope="module")
def study(
    docker_engine: object,
    cohort_image: str,
    python_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("commands") / "study"
    assert strongroom("init", folder).code == 0
    return folder


@pytest.fixture(scope="module")
def site(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    with served(tmp_path_factory.mktemp("south") / "site", study) as site:
        yield site


@pytest.fixture(scope="module")
def request_id(site: ServedSite, study: Path) -> str:
    """A request of which every job has succeeded."""
    words = ("--study", study, "--json", *site.by("ana"), *site.signing("ana"))
    asked = strongroom("submit", *words).json
    assert site.run() == []
    return str(asked["id"])


def test_a_request_and_its_jobs_are_listed_for_who_asked(site, request_id):
    every = strongroom("status", *site.by("ana")).out.splitlines()
    assert every[0].split() == ["request", "project", "commit", "actions", "state"]
    assert [line.split()[0] for line in every[1:]] == [request_id]
    one = strongroom("status", request_id, *site.by("ana")).out.splitlines()
    assert [line.split()[:2] for line in one[2:]] == [
        ["extract", "succeeded"],
        ["tables", "succeeded"],
    ]


def test_another_researcher_does_not_know_of_it_those_of_the_site_do(site, request_id):
    words = ("bo", site.folder.root, "--role", "researcher")
    strongroom("site", "person", "add", *words, "--token-file", site.tokens / "bo")
    codes = {
        name: strongroom("status", request_id, *site.by(name)).code
        for name in ("bo", "rita", "omar")
    }
    assert codes == {"bo": 5, "rita": 0, "omar": 0}


def test_a_reviewer_returns_with_a_reason_that_stays_inside(site, request_id):
    asked = ("release", request_id, "--context", "A first look", "--json")
    release = strongroom(*asked, *site.by("ana")).json["id"]
    listed = strongroom("review", "list", *site.by("rita")).out.splitlines()
    assert [line.split()[0] for line in listed[1:]] == [release]
    reason = ("--reason", "The title says too much", "--because", "other")
    said = strongroom("review", "return", release, *reason, *site.by("rita"))
    assert said.out == f"Your vote is in. Release request {release}: submitted\n"
    again = strongroom("review", "approve", release, *site.by("rita"))
    assert (again.code, "You have voted" in again.err) == (7, True)
    own = strongroom("review", "approve", release, *site.by("ana"))
    assert own.code == 5
    shown = strongroom("review", "show", release, *site.by("ana"))
    assert "says too much" not in shown.out
    assert list(site.folder.outbox.iterdir()) == []


def test_work_that_is_not_committed_is_not_submitted_and_that_is_said(site, study):
    commit = a_commit(study, {"README.md": "One more commit"})
    (study / "notes.txt").touch()
    ana = (*site.by("ana"), *site.signing("ana"))
    submit = ("submit", "extract", "--study", study, *ana)
    said = strongroom(*submit)
    (study / "notes.txt").unlink()
    assert said.err == "Not committed, so not submitted: notes.txt\n"
    request = said.out.split()[1]
    assert said.out.startswith(f"Request {request} of commit {commit[:12]}\n")
    again = strongroom(*submit)
    assert (again.code, "under way" in again.err) == (5, True)
    stopped = strongroom("cancel", request, *site.by("ana"))
    assert stopped.code == 0
    site.run()
    watched = strongroom("status", request, "--watch", *site.by("ana"))
    assert watched.code == 6
    assert "action extract: it was stopped, as somebody asked" in watched.err


def test_a_study_with_an_origin_names_it_to_the_site(site, study, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(study), str(clone))
    a_commit(clone, {"README.md": "Never pushed"})
    ana = (*site.by("ana"), *site.signing("ana"))
    said = strongroom("submit", "extract", "--study", clone, *ana)
    assert (said.code, f"{study} at" in said.err) == (5, True)
    assert "git push" in said.err


def test_a_token_that_was_revoked_works_no_more(site, request_id):
    token = site.tokens / "eve"
    words = ("eve", site.folder.root, "--role", "operator", "--token-file", token)
    assert strongroom("site", "person", "add", *words).code == 0
    status = ("status", request_id, "--server", site.url, "--token-file", token)
    assert strongroom(*status).code == 0
    assert strongroom("site", "person", "revoke", "eve", site.folder.root).code == 0
    assert strongroom(*status).code == 5


def test_a_site_is_not_made_over_another(site, study):
    before = contents(site.folder.root)
    said = init(site.folder.root, study, site.folder.root.parent / "records.duckdb")
    assert (said.code, "something here already" in said.err) == (10, True)
    assert contents(site.folder.root) == before


def test_a_second_server_of_a_site_is_refused_and_the_first_goes_on(site):
    said = strongroom("serve", site.folder.root, "--port", "0")
    assert (said.code, str(site.folder.served) in said.err) == (10, True)
    assert strongroom("status", *site.by("ana")).code == 0


def test_a_runner_that_is_told_to_end_ends_well_and_takes_its_signs_along(site):
    folder = site.folder
    with process("runner", folder.root, sign=folder.state / "runner.json") as runner:
        assert [path.is_socket() for path in folder.wakes.iterdir()] == [True]
    assert runner.returncode == exits.OK
    assert not (folder.state / "runner.json").exists()
    assert not list(folder.wakes.iterdir())


def test_what_was_built_and_where_it_runs_is_told(docker_engine, cohort_image):
    images = strongroom("images", "list").out
    assert cohort_image in images
    engine = strongroom("engine", "status")
    assert (engine.code, docker_engine.url in engine.out) == (0, True)
    assert strongroom("engine", "status", "--json").json["url"] == docker_engine.url
    built = strongroom("images", "build", cohort_image, "--json").json
    assert cohort_image in built["images"]


def test_a_definition_and_a_project_that_are_right_are_told_as_such(study):
    said = strongroom("check", study / "analysis/dataset_definition.py")
    assert said.out.startswith(f"{study}/analysis/dataset_definition.py: 14 variables")
    project = strongroom("check", "--study", study / "analysis")
    assert project.out.startswith(f"{study}/project.yaml: 2 actions\n")


def test_what_a_definition_prints_is_shown_apart_from_the_result(study, tmp_path):
    path = study / "analysis" / "talks.py"
    text = (study / "analysis" / "dataset_definition.py").read_text()
    path.write_text(f'{text}\nprint("a word to the author")\n')
    said = strongroom("check", path, "--json")
    path.unlink()
    assert said.err == "a word to the author\n"
    assert len(said.json["variables"]) == 14
