"""Drain, pause, resume and list by commands, on a site of each kind of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.compose import folder, opened, running
from cli.compose.folder import SiteFolder
from job_runner.errors import PlatformError
from job_runner.executors.fake import FakeEngine, FakeExecutor
from job_runner.jobs.job import Claim, Kind
from job_runner.ledger import Ledger
from job_runner.store import Store
from tests.a_command import strongroom
from tests.jobs_made import NOON
from tests.unit.cli.test_site_commands import SETTINGS, add


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> SiteFolder:
    if request.param == "sqlite":
        return folder.create(tmp_path / "site", SETTINGS)
    state = {"database": request.getfixturevalue("postgres_url")}
    return folder.create(tmp_path / "site", {**SETTINGS, **state})


def kinds(site: SiteFolder) -> list[str]:
    return [entry.kind for entry in Ledger(site.ledger).entries()]


def test_people_and_runners_are_kept_where_the_policy_says(site, tmp_path):
    assert add(site, "ana", tmp_path / "token").code == 0
    with Store(site.database, make=False) as store:
        assert [person.name for person in store.people()] == ["ana"]
    assert (site.state / "strongroom.sqlite").exists() is ("sqlite" in site.database)
    assert strongroom("runner", "list", site.root, "--json").json["runners"] == []


def test_runners_are_drained_and_work_again(site):
    assert "No runner is there." in strongroom("runner", "drain", site.root).out
    with Store(site.database, make=False) as store:
        store.roll.join(Claim("one", "north"), at=NOON)
        said = strongroom("runner", "drain", site.root, "--requeue", "--json")
        assert (said.code, said.json) == (10, {"safe_to_stop": [], "busy": ["one"]})
        store.roll.safe_to_stop("one")
        listed = strongroom("runner", "list", site.root)
        assert "safe to stop" in listed.out
        said = strongroom("runner", "drain", site.root, "--runner", "one", "--wait", "0.1")
        assert said.code == 10
        assert strongroom("runner", "resume", site.root).code == 0
        assert "working" in strongroom("runner", "list", site.root).out
    said = strongroom("runner", "drain", site.root, "--runner", "two")
    assert (said.code, "there is no runner two" in said.err) == (5, True)
    assert kinds(site) == ["drain", "drain", "drain", "resume"]


def test_a_site_and_its_projects_are_paused_and_resumed(site):
    said = strongroom("runner", "pause", site.root, "--project", "asthma")
    assert said.out == "Project asthma is paused.\n"
    told = strongroom("runner", "pause", site.root, "--json").json
    assert told == {"site_paused": True, "paused_projects": ["asthma"]}
    assert "The site is paused" in strongroom("runner", "list", site.root).out
    assert strongroom("runner", "resume", site.root).out == "Project asthma is paused.\n"
    said = strongroom("runner", "resume", site.root, "--project", "asthma")
    assert said.out == "Nothing is paused.\n"
    said = strongroom("runner", "pause", site.root, "--project", "heart")
    assert (said.code, "no project heart" in said.err) == (5, True)
    assert kinds(site) == ["pause", "pause", "resume", "resume"]


def test_a_runner_is_put_together_by_the_policy(tmp_path):
    site = folder.create(tmp_path / "site", SETTINGS)
    with opened.opened(site) as there:
        runner = running.runner(
            there,
            FakeExecutor(FakeEngine(), "north"),
            told=lambda told: None,
            trouble=lambda error: None,
        )
        assert not there.runner_listens()
        runner.run(until_idle=True)
        rules = running._rules(there.policy)
        assert rules.most["asthma"] == rules.capacity
        assert rules.closed(NOON) == frozenset[Kind]()
        running._recorded(there, "query", {"query": "{}"})
    (entry,) = Ledger(site.ledger).entries()
    assert entry.body["opposition"] == "not_stated"


def test_another_sites_database_is_not_taken_for_a_new_ones(site, tmp_path):
    add(site, "ana", tmp_path / "token")
    if "postgresql" in site.database:
        again = {**SETTINGS, "database": site.database}
        with pytest.raises(PlatformError, match="holds the state of a site already"):
            folder.create(tmp_path / "another", again)
    assert not (tmp_path / "another").exists()


def test_a_site_whose_database_is_gone_is_not_begun_anew(site):
    if "sqlite" in site.database:
        (site.state / "strongroom.sqlite").unlink()
        said = strongroom("runner", "list", site.root)
        assert (said.code, "No such file" in said.err) == (10, True)
        assert not (site.state / "strongroom.sqlite").exists()
