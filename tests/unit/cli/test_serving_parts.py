"""A site as its server puts it together: health, numbers, the description, strangers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.compose import folder, logging_to, serving
from cli.compose.folder import SiteFolder
from cli.compose.opened import OpenSite, opened
from job_runner.jobs.job import Failure, State
from job_runner.jobs.ports import Told
from job_runner.observing.log import Log
from job_runner.server.changes import Changes
from job_runner.site.people import Role
from tests.calls import Caller
from tests.described import DOCUMENT, demand_described
from tests.jobs_made import a_job
from tests.unit.cli.test_site_commands import SETTINGS

TOKEN = "sr_" + "A" * 43


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    made: SiteFolder = folder.create(tmp_path / "site", SETTINGS)
    with opened(made) as site:
        yield site


def caller(site: OpenSite, log: Log | None = None, token: str = TOKEN) -> Caller:
    app = serving.application(site, Changes(), https=False, log=log)
    return Caller(app, {"authorization": f"Bearer {token}"})


def test_a_new_site_is_ready_and_waits_for_a_runner(site):
    answer = caller(site).get("/health")
    told = answer.json()
    assert told.pop("version")
    assert told == {
        "status": "ok",
        "store": "ok",
        "disk": "ok",
        "ledger": "ok",
        "runner": "not_listening",
    }


def test_a_site_whose_ledger_is_damaged_is_not_ready_and_still_lives(site):
    site.folder.ledger.write_text("no ledger\n")
    asking = caller(site)
    answer = asking.get("/health")
    assert (answer.status_code, answer.json()["ledger"]) == (503, "failing")
    assert asking.get("/health/live").status_code == 200


def test_a_site_whose_disk_is_nearly_full_is_not_ready(site, monkeypatch):
    monkeypatch.setattr(serving, "FLOOR", 2**62)
    answer = caller(site).get("/health")
    assert (answer.status_code, answer.json()["disk"]) == (503, "failing")


def test_what_is_served_is_described_and_measured(site):
    lines: list[str] = []
    asking = caller(site, Log(lines.append, serving.clock.now))
    assert asking.get("/openapi.json").json() == DOCUMENT
    asking.get("/api/requests")
    answer = asking.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'strongroom_answer_seconds_count{operation="every",status="401"} 1.0' in (
        answer.text
    )
    told = [json.loads(line) for line in lines]
    assert [line["operation"] for line in told] == ["openapi", "every", "metrics"]


def test_calls_about_releases_answer_as_they_are_described(site):
    site.store.add_person("rita", [Role.REVIEWER], TOKEN, at=serving.clock.now())
    known, stranger = caller(site), caller(site, token="sr_" + "B" * 43)
    paths, review = DOCUMENT["paths"], {"vote": "approve"}
    for asking, path, verb, body in (
        (known, "/api/releases", "get", None),
        (stranger, "/api/releases", "get", None),
        (known, "/api/releases/{id}", "get", None),
        (known, "/api/releases/{id}/votes", "post", review),
        (known, "/api/releases/{id}/votes", "post", {}),
        (known, "/api/releases", "post", {"request_id": "nowhere"}),
    ):
        answer = asking.request(verb.upper(), path.replace("{id}", "nowhere"), json=body)
        demand_described(paths[path][verb], answer.status_code, answer.content)


def test_a_token_of_another_site_is_refused_and_on_the_record(site):
    """Its people are others; what is sent with it isn't even read."""
    asking = caller(site)
    for _ in range(3):
        assert asking.post("/api/requests", json={}).status_code == 401
    (entry,) = site.ledger.entries()
    assert (entry.kind, entry.who) == ("not admitted", "nobody known")
    assert entry.body == {"why": "unknown_token", "count": 1}


def test_a_site_tells_who_is_to_sign_for_it_what_it_is_called(site):
    site.store.add_person("ana", [Role.RESEARCHER], TOKEN, at=serving.clock.now())
    told = caller(site).get("/api/site").json()
    assert told["site"] == site.id
    assert told["site"].startswith("north.")
    assert (told["person"], told["signatures"]) == ("ana", "required")


def test_two_sites_of_one_name_are_two(site, tmp_path):
    with opened(folder.create(tmp_path / "other", SETTINGS)) as other:
        assert other.policy.name == site.policy.name
        assert other.id != site.id


def test_what_a_library_logs_becomes_its_kind_and_place(capsys):
    log = logging_to.standard_error()
    logger = logging.Logger("uvicorn.error")
    logger.addHandler(logging.StreamHandler())
    logger.addFilter(logging_to.Instead(log))
    try:
        raise RuntimeError("canary-8675309")
    except RuntimeError:
        logger.exception("It broke for %s", "canary-8675309")
    logger.error("canary-8675309")
    logger.warning("canary-8675309")
    said = capsys.readouterr().err
    assert "canary" not in said
    told = [json.loads(line) for line in said.splitlines()]
    assert [line["kind"] for line in told] == ["RuntimeError", "uvicorn.error"]
    assert all(line["place"].startswith("test_serving_parts.py:") for line in told)


def test_the_first_line_of_a_log_says_what_is_served(site, capsys):
    logging_to.serving(logging_to.standard_error(), site, "http://127.0.0.1:8750")
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["site"]) == ("serving", site.id)
    assert told["url"] == "http://127.0.0.1:8750"


def test_a_jobs_step_is_logged_by_ids_and_not_by_its_actions_name(capsys):
    failed = replace(a_job("canary"), state=State.FAILED, failure=Failure.PLATFORM_ERROR)
    failed = replace(failed, id="r1-0001")
    logging_to.told(logging_to.standard_error(), Told(failed, "canary"))
    said = capsys.readouterr().err
    assert "canary" not in said
    told = json.loads(said)
    assert (told["level"], told["job"], told["failure"]) == (
        "error",
        "r1-0001",
        "platform_error",
    )
