"""What anybody may know of a site's runs: names, hashes, words of fixed lists."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from cli.compose.folder import SiteFolder
from cli.compose.opened import OpenSite
from cli.compose.serving import public_runs
from job_runner.jobs.job import Failure, State
from job_runner.ledger import Ledger
from job_runner.requests.repositories import Repositories
from job_runner.store import Store
from job_runner.workspaces import journal, manifest
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.workspace import site_workspace
from output_checker.review.pages import PublicRun
from tests.a_site import a_policy
from tests.jobs_made import NOON, a_job, a_request

QUERY = "ab12" * 16


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    folder = SiteFolder(tmp_path)
    folder.state.mkdir()
    with Store(folder.database) as store:
        repositories = Repositories(folder.repositories, {})
        policy = a_policy(tmp_path, "/srv/study")
        yield OpenSite(folder, policy, store, Ledger(folder.ledger), repositories)


def extracted(site: OpenSite) -> None:
    """The manifest that an extraction of ``a_request`` leaves."""
    workspace = site_workspace(site.folder.store, "study")
    made = Manifest("extract", "r1.extract", "c0ffee", "image", (), (), (), QUERY)
    journal.write(workspace.manifest_path("extract"), manifest.dumps(made))


def test_the_public_sees_what_ran_and_how_it_ended(site: OpenSite) -> None:
    jobs = [a_job("extract"), a_job("report", needs="extract")]
    site.store.create_request(a_request(actions=["report"]), jobs)
    extracted(site)
    site.store.move(jobs[0], State.SUCCEEDED, at=NOON)
    site.store.move(jobs[1], State.FAILED, failure=Failure.TIMEOUT, at=NOON)
    assert public_runs(site) == [
        PublicRun(
            id="r1",
            project="study",
            repository="https://example.org/study",
            commit="c0ffee",
            queries=(("extract", QUERY),),
            actions=[("extract", "succeeded"), ("report", "timeout")],
            started_at=NOON,
        )
    ]


def test_the_latest_run_is_the_first_and_nobody_is_told_who_asked(site: OpenSite) -> None:
    for number in range(3):
        request = a_request(f"q{number}")
        job = a_job(request=request.id, workspace=f"w{number}")
        site.store.create_request(request, [job])
    assert [run.id for run in public_runs(site)] == ["q2", "q1", "q0"]
    assert not {field.name for field in fields(PublicRun)} & {"author", "submitted_by"}


def test_a_password_in_an_address_is_not_on_record(site: OpenSite) -> None:
    address = "https://me:secret@example.org/a"
    site.store.create_request(replace(a_request(), repository=address), [a_job()])
    assert [run.repository for run in public_runs(site)] == ["https://example.org/a"]
