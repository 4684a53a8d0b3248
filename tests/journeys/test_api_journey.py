"""What a researcher, a stranger and an operator can do through the API, and no more."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from job_runner.jobs.wake import notify
from job_runner.server.api import Api
from job_runner.server.changes import Changes, listening
from job_runner.server.health import Check, Health
from job_runner.server.operations import application
from job_runner.server.tokens import new_token
from job_runner.site.people import Role
from tests.a_site import Site, until
from tests.a_study import a_commit
from tests.calls import Caller
from tests.described import described

PEOPLE = {
    "ana": [Role.RESEARCHER],
    "bob": [Role.RESEARCHER],
    "olga": [Role.OPERATOR],
    "rita": [Role.REVIEWER],
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def changes(site) -> Changes:
    changes = Changes()
    site.store.on_change(changes.tell)
    return changes


@pytest.fixture
def app(site, changes):
    health = Health({Check.STORE: lambda: site.store.looks.last_sequence() >= 0})
    api = Api(site.admission, site.store, changes, site.clock, health=health)
    return described(application(api))


@pytest.fixture
def tokens(site) -> dict[str, str]:
    tokens = {name: new_token(os.urandom) for name in PEOPLE}
    for name, roles in PEOPLE.items():
        site.store.add_person(name, roles, tokens[name], at=site.clock())
    return tokens


@pytest.fixture
def by(app, tokens):
    """A client for each person."""

    def client(name: str) -> Caller:
        return Caller(app, {"authorization": f"Bearer {tokens[name]}"})

    return client


def submission(site: Site, **other: object) -> dict[str, object]:
    return {
        "repository": str(site.origin),
        "commit": site.head,
        "actions": ["describe"],
        **other,
    }


def test_a_request_is_taken_run_and_seen_to_its_end(site, by):
    ana = by("ana")
    answer = ana.post("/api/requests", json=submission(site))
    assert answer.status_code == 201
    told = answer.json()
    assert told["state"] == "waiting"
    assert told["project"] == "asthma"
    assert [job["action"] for job in told["jobs"]] == ["extract", "describe"]
    site.run()
    told = ana.get(f"/api/requests/{told['id']}").json()
    assert told["state"] == "succeeded"
    assert {job["state"] for job in told["jobs"]} == {"succeeded"}
    listed = ana.get("/api/requests").json()["requests"]
    assert [(r["id"], r["state"]) for r in listed] == [(told["id"], "succeeded")]


def test_a_failure_is_told_by_its_word_and_nothing_else(site, by):
    a_commit(site.origin, {"analysis/dataset.py": "raise Exception('patient 1234567')"})
    told = by("ana").post("/api/requests", json=submission(site)).json()
    site.run()
    answer = by("ana").get(f"/api/requests/{told['id']}")
    assert [job["failure"] for job in answer.json()["jobs"]] == [
        "definition_error",
        "dependency_failed",
    ]
    assert "1234567" not in answer.text


def test_waiting_ends_when_a_job_changes(site, by):
    async def story() -> tuple[str, str]:
        async with by("ana").client() as ana:
            told = (await ana.post("/api/requests", json=submission(site))).json()
            path = f"/api/requests/{told['id']}?wait=50&after={told['sequence']}"
            waiting = asyncio.create_task(ana.get(path))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            site.store.ask_cancel(told["id"], at=site.clock())
            return told["sequence"], (await waiting).json()["sequence"]

    before, after = asyncio.run(story())
    assert before != after


def test_waiting_for_what_has_changed_already_is_no_waiting(site, by):
    told = by("ana").post("/api/requests", json=submission(site)).json()
    answer = by("ana").get(f"/api/requests/{told['id']}?wait=50&after=0")
    assert answer.json() == told


def test_waiting_ends_after_its_time(site, by):
    told = by("ana").post("/api/requests", json=submission(site)).json()
    path = f"/api/requests/{told['id']}?wait=0.05&after={told['sequence']}"
    assert by("ana").get(path).json() == told


@pytest.mark.parametrize("wait", ["-1", "nan", "inf", "soon"])
def test_a_wait_is_a_number_of_seconds(site, by, wait):
    told = by("ana").post("/api/requests", json=submission(site)).json()
    answer = by("ana").get(f"/api/requests/{told['id']}?wait={wait}")
    assert answer.status_code == 400


def test_its_author_and_an_operator_may_cancel(site, by):
    for who in ("ana", "olga"):
        told = by("ana").post("/api/requests", json=submission(site)).json()
        answer = by(who).post(f"/api/requests/{told['id']}/cancel")
        assert all(job["cancel_asked"] for job in answer.json()["jobs"])
        site.run()
        told = by("ana").get(f"/api/requests/{told['id']}").json()
        assert {job["failure"] for job in told["jobs"]} == {"cancelled"}


def test_a_reviewer_sees_a_request_but_may_not_cancel_it(site, by):
    told = by("ana").post("/api/requests", json=submission(site)).json()
    assert by("rita").get(f"/api/requests/{told['id']}").status_code == 200
    assert by("rita").post(f"/api/requests/{told['id']}/cancel").status_code == 403


def test_anothers_request_looks_like_one_that_is_not_there(site, by):
    told = by("ana").post("/api/requests", json=submission(site)).json()
    bob = by("bob")
    assert bob.get("/api/requests").json() == {"requests": []}
    theirs, none = bob.get(f"/api/requests/{told['id']}"), bob.get("/api/requests/r99")
    assert theirs.status_code == none.status_code == 404
    assert theirs.json()["problem"] == none.json()["problem"]
    assert bob.post(f"/api/requests/{told['id']}/cancel").status_code == 404


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer sr_" + "a" * 43}, {"authorization": "Basic x"}]
)
@pytest.mark.parametrize(
    "call",
    [
        "GET /api/requests",
        "POST /api/requests",
        "GET /api/requests/r1",
        "POST /api/requests/r1/cancel",
    ],
)
def test_nobody_gets_past_without_a_token(app, header, call):
    verb, path = call.split()
    answer = Caller(app, header).request(verb, path)
    assert answer.status_code == 401
    assert answer.json()["error"] == "RequestRefused"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_nobodys(site, by):
    assert by("ana").get("/api/requests").status_code == 200
    site.store.revoke("ana")
    assert by("ana").get("/api/requests").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[" * 5_000, 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"{}", 400),
        (b'{"repository": 1, "commit": "c", "actions": []}', 400),
        (b'{"repository": "r", "commit": "", "actions": []}', 400),
        (b'{"repository": "r", "commit": "c", "actions": "all"}', 400),
        (b'{"repository": "r", "commit": "c", "actions": [1]}', 400),
        (b'{"repository": "r", "commit": "c", "actions": [], "force": true}', 400),
        (b'{"repository": "r", "commit": "c", "actions": [], "project": 1}', 400),
        (b'{"repository": "r", "commit": "c", "actions": ["\\ud800"]}', 400),
        (b'{"repository": "r", "commit": "c", "commit": "d", "actions": []}', 400),
        (b'{"x": "' + b"y" * 2**16 + b'"}', 413),
    ],
)
def test_what_cannot_be_understood_is_refused(by, body, status):
    json = {"content-type": "application/json; charset=utf-8"}
    answer = by("ana").post("/api/requests", content=body, headers=json)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "where", "problem", "remedy"}


def test_more_actions_than_any_study_has_are_refused(site, by):
    body = submission(site, actions=["a"] * 5_001)
    assert by("ana").post("/api/requests", json=body).status_code == 400


def test_a_refusal_has_a_status_by_its_kind(site, by):
    ana = by("ana")
    assert ana.post("/api/requests", json=submission(site)).status_code == 201
    refusals = [
        (409, "Conflict", submission(site)),
        (422, "RequestRefused", submission(site, repository="https://example.org/other")),
        (422, "RequestRefused", submission(site, commit="c" * 40)),
        (422, "RequestRefused", submission(site, commit="main")),
        (422, "RequestRefused", submission(site, actions=[])),
        (422, "RequestRefused", submission(site, project="another")),
        (422, "ProjectError", submission(site, actions=["misspelt"])),
    ]
    for status, kind, body in refusals:
        answer = ana.post("/api/requests", json=body)
        assert (answer.status_code, answer.json()["error"]) == (status, kind)
        assert answer.json()["remedy"]
    assert by("olga").post("/api/requests", json=submission(site)).status_code == 403


def test_every_mistake_of_a_project_file_is_told(site, by):
    broken = "version: 5\nactions:\n  a:\n    runs: x\n  b:\n    outputs: 3\n"
    a_commit(site.origin, {"project.yaml": broken})
    answer = by("ana").post("/api/requests", json=submission(site))
    assert answer.status_code == 422
    told = answer.json()
    assert told["error"] == "ProjectError"
    assert len(told["errors"]) > 2
    assert all(e["problem"] in told["problem"] for e in told["errors"])


def test_health_is_anybodys_to_ask(app):
    assert Caller(app).get("/health").json() == {"status": "ok", "store": "ok"}
    assert Caller(app).get("/health/live").json() == {"status": "ok"}


def test_a_site_without_its_database_says_so_without_saying_where(site, app, by):
    ana = by("ana")
    site.store.close()
    database = site.root / "site.sqlite"
    database.unlink()
    database.mkdir()
    for answer in (Caller(app).get("/health"), ana.get("/api/requests")):
        assert answer.status_code == 503
        assert str(site.root) not in answer.text


def test_taps_on_a_socket_become_changes(tmp_path):
    told: list[int] = []
    with listening(tmp_path / "serve.sock", lambda: told.append(1)):
        assert notify(tmp_path / "serve.sock")
        until(lambda: bool(told))
    assert not (tmp_path / "serve.sock").exists()
