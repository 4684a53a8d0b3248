"""The API towards several people and processes: who may, what is told, who waits."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from cohort_dsl.errors import WarehouseError
from job_runner.errors import LedgerDamaged, PlatformError, RequestRefused
from job_runner.jobs.job import Failure, Kind, State, WaitingFor
from job_runner.jobs.wake import WakeSocket, listens
from job_runner.requests.request import Progress
from job_runner.server.api import SUBMISSIONS, Api
from job_runner.server.asked import LONGEST_WAIT
from job_runner.server.changes import Changes
from job_runner.server.health import Health
from job_runner.server.operations import application
from job_runner.server.problems import HEADERS, log_trouble
from job_runner.server.tokens import new_token
from job_runner.server.told import without_credentials
from job_runner.site.people import Role
from job_runner.store import Store
from tests.a_site import Inside, Site, an_engine
from tests.a_study import a_commit
from tests.calls import Caller
from tests.described import described
from tests.jobs_made import a_job, a_request

CANARY = "canary-8675309"
JSON = {"content-type": "application/json"}
ROLES = {
    "ana": Role.RESEARCHER,
    "bob": Role.RESEARCHER,
    "olga": Role.OPERATOR,
    "rita": Role.REVIEWER,
}


@dataclass
class Served:
    """A site with its API. No change is ever told to it: it must see them for itself."""

    site: Site
    troubles: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = {name: new_token(os.urandom) for name in ROLES}
        for name, role in ROLES.items():
            self.site.store.add_person(
                name, [role], self.tokens[name], at=self.site.clock()
            )
        site, trouble = self.site, self.troubles.append
        self.api = Api(site.admission, site.store, Changes(), site.clock, trouble=trouble)
        self.app = described(application(self.api))

    def by(self, name: str) -> Caller:
        return Caller(self.app, {"authorization": f"Bearer {self.tokens[name]}"})

    def submission(self, **other: object) -> dict[str, object]:
        asked = {"repository": str(self.site.origin), "commit": self.site.head}
        return {**asked, "actions": ["describe"], **other}

    def submitted(self, by: str = "ana") -> dict[str, object]:
        answer = self.by(by).post("/api/requests", json=self.submission())
        assert answer.status_code == 201
        return answer.json()


def with_desk(served: Served, **changes: object) -> Api:
    """The API of a site whose desk is another in these respects."""
    desk = replace(served.site.desk, **changes)
    return replace(served.api, admission=replace(served.site.admission, desk=desk))


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(Site(tmp_path))


# What is told


def test_a_request_is_told_in_these_words(served):
    told = served.submitted()
    jobs = told.pop("jobs")
    assert told.pop("submitted_at").endswith("+00:00")
    assert told == {
        "id": "r1",
        "project": "asthma",
        "repository": str(served.site.origin),
        "commit": served.site.head,
        "actions": ["describe"],
        "submitted_by": "ana",
        "state": "waiting",
        "sequence": 2,
    }
    assert jobs[0] == {
        "id": "r1-0001",
        "action": "extract",
        "kind": "extraction",
        "needs": [],
        "state": "created",
        "waiting_for": None,
        "failure": None,
        "attempts": 0,
        "cancel_asked": False,
    }


def test_each_sees_their_own_requests_and_an_operator_all(served):
    served.submitted("ana")
    served.site.store.ask_cancel("r1", at=served.site.clock())
    served.site.run()
    served.submitted("bob")
    listed = {
        name: [r["id"] for r in served.by(name).get("/api/requests").json()["requests"]]
        for name in ROLES
    }
    every = ["r2", "r1"]
    assert listed == {"ana": ["r1"], "bob": ["r2"], "olga": every, "rita": every}


def test_others_requests_do_not_push_ones_own_off_the_list(served):
    store = served.site.store
    for number in range(101):
        author = "ana" if number == 0 else "bob"
        request = replace(a_request(f"q{number}"), submitted_by=author)
        job = a_job(request=request.id, workspace=f"w{number}")
        store.create_request(request, [job])
    listed = served.by("ana").get("/api/requests").json()["requests"]
    assert [r["id"] for r in listed] == ["q0"]


STATES = [
    ((State.CREATED, State.WAITING), "waiting"),
    ((State.SUCCEEDED, State.CREATED), "running"),
    ((State.EXECUTING, State.FAILED), "running"),
    ((State.SUCCEEDED, State.SUCCEEDED), "succeeded"),
    ((State.SUCCEEDED, State.FAILED), "failed"),
]


@pytest.mark.parametrize(("states", "told"), STATES)
def test_a_list_and_the_request_itself_tell_the_same_state(served, states, told):
    store = served.site.store
    jobs = [a_job(f"a{n}") for n, _ in enumerate(states)]
    store.create_request(a_request(), jobs)
    for job, state in zip(jobs, states, strict=True):
        for to in a_job_path(state):
            failure = Failure.TIMEOUT if to is State.FAILED else None
            job = store.move(job, to, at=served.site.clock(), failure=failure)
    operator = served.by("olga")
    assert operator.get("/api/requests").json()["requests"][0]["state"] == told
    assert operator.get("/api/requests/r1").json()["state"] == told


def a_job_path(state: State) -> list[State]:
    if state is State.CREATED:
        return []
    if state is State.EXECUTING:
        return [State.WAITING, State.PREPARING, State.EXECUTING]
    return [state]


# Who may

MAY = [
    ("POST /api/requests", {"ana": 201, "olga": 403, "rita": 403}),
    ("GET /api/requests", {"ana": 200, "bob": 200, "olga": 200, "rita": 200}),
    ("GET /api/requests/r1", {"ana": 200, "bob": 404, "olga": 200, "rita": 200}),
    ("GET /api/requests/r9", {"ana": 404, "bob": 404, "olga": 404, "rita": 404}),
    ("POST /api/requests/r1/cancel", {"ana": 200, "bob": 404, "olga": 200, "rita": 403}),
    ("POST /api/requests/r1/jobs/r1-0001/cancel", {"bob": 404, "olga": 200, "rita": 403}),
    ("POST /api/requests/r9/cancel", {"ana": 404, "olga": 404, "rita": 404}),
]


@pytest.mark.parametrize(("call", "statuses"), MAY)
def test_each_role_may_do_what_this_table_says(served, call, statuses):
    verb, path = call.split()
    sent = {"json": served.submission()} if call == "POST /api/requests" else {}
    if not sent:
        served.submitted("ana")
    got = {
        name: served.by(name).request(verb, path, **sent).status_code for name in statuses
    }
    assert got == statuses


def test_a_stranger_learns_nothing_from_the_body_they_send(served):
    answer = Caller(served.app).post("/api/requests", content=b"x" * 100_000)
    assert answer.status_code == 401


TOKENS = [
    lambda t: None,
    lambda t: "",
    lambda t: "Bearer",
    lambda t: "Bearer ",
    lambda t: t,
    lambda t: f"Basic {t}",
    lambda t: f"Bearer {t} {t}",
    lambda t: f"Bearer {t[:-1]}",
    lambda t: f"Bearer {t}x",
    lambda t: f"Bearer {t.upper()}",
    lambda t: f"Bearer {new_token(os.urandom)}",
]


@pytest.mark.parametrize("header", TOKENS)
def test_only_a_whole_token_of_somebody_is_taken(served, header):
    sent = header(served.tokens["ana"])
    headers = {} if sent is None else {"authorization": sent}
    answer = Caller(served.app, headers).get("/api/requests")
    assert answer.status_code == 401
    assert answer.json()["error"] == "RequestRefused"
    assert served.tokens["ana"] not in answer.text


def test_a_token_in_a_cookie_or_an_address_is_not_looked_at(served):
    token = served.tokens["ana"]
    stranger = Caller(served.app, {"cookie": f"strongroom={token}"})
    assert stranger.get(f"/api/requests?token={token}").status_code == 401


def test_a_token_works_until_it_expires(served):
    now = served.site.clock()
    for name, expires in [("eve", now), ("eva", now + timedelta(hours=1))]:
        token = new_token(os.urandom)
        served.site.store.add_person(
            name, [Role.RESEARCHER], token, at=now, expires=expires
        )
        served.tokens[name] = token
    assert served.by("eve").get("/api/requests").status_code == 401
    assert served.by("eva").get("/api/requests").status_code == 200


# What isn't understood


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_submission_says_that_it_is_json(served, kind):
    headers = {"content-type": kind} if kind else {}
    answer = served.by("ana").post("/api/requests", content=b"{}", headers=headers)
    assert answer.status_code == 415


CANCELS = [
    (b"", 200),
    (b"{}", 200),
    (b" ", 200),
    (b'{"actions": ["x"]}', 400),
    (b"[]", 400),
]


@pytest.mark.parametrize(("body", "status"), CANCELS)
def test_a_cancel_takes_nothing_with_it(served, body, status):
    told = served.submitted()
    path = f"/api/requests/{told['id']}/cancel"
    answer = served.by("ana").post(path, content=body, headers=JSON)
    assert answer.status_code == status
    asked = any(job.cancel_asked for job in served.site.store.jobs("r1"))
    assert asked == (status == 200)


@pytest.mark.parametrize("after", ["", "-1", "x", "1.0", "9" * 19])
def test_after_is_a_sequence_number(served, after):
    served.submitted()
    answer = served.by("ana").get(f"/api/requests/r1?wait=1&after={after}")
    assert answer.status_code == 400


# Cancelling


def test_one_job_can_be_cancelled_by_its_id(served):
    served.submitted()
    path = "/api/requests/r1/jobs"
    [first, *others] = served.site.store.jobs("r1")
    answer = served.by("ana").post(f"{path}/{first.id}/cancel", json={})
    unknown = served.by("ana").post(f"{path}/r2-0001/cancel", json={})
    asked = {job["id"]: job["cancel_asked"] for job in answer.json()["jobs"]}
    assert asked == {first.id: True, **{job.id: False for job in others}}
    assert unknown.status_code == 404
    cancels = [body for kind, body in served.site.record if kind == "cancel"]
    assert cancels == [{"request": "r1", "job": first.id, "who": "ana"}]


def test_a_cancel_is_on_the_record_once(served):
    served.submitted()
    for _ in range(2):
        answer = served.by("olga").post("/api/requests/r1/cancel", json={})
        assert {job["cancel_asked"] for job in answer.json()["jobs"]} == {True}
    cancels = [body for kind, body in served.site.record if kind == "cancel"]
    assert cancels == [{"request": "r1", "who": "olga"}]


def test_what_is_over_stays_so(served):
    served.submitted()
    served.site.run()
    answer = served.by("ana").post("/api/requests/r1/cancel")
    assert answer.status_code == 200
    assert answer.json()["state"] == "succeeded"
    assert [kind for kind, _ in served.site.record if kind == "cancel"] == []


# Waiting


def test_waiting_sees_what_another_process_changed(served):
    """No tap reaches this API, as when one gets lost: it looks for itself."""
    told = served.submitted()

    def elsewhere() -> None:
        with Store(f"sqlite:///{served.site.root / 'site.sqlite'}") as other:
            other.ask_cancel(told["id"], at=served.site.clock())

    async def story():
        async with served.by("ana").client() as ana:
            path = f"/api/requests/{told['id']}?wait=25&after={told['sequence']}"
            waiting = asyncio.create_task(ana.get(path))
            while not served.api.changes._waiting:
                await asyncio.sleep(0.01)
            change = threading.Thread(target=elsewhere)
            change.start()
            answer = await asyncio.wait_for(waiting, LONGEST_WAIT / 2)
            change.join()
            return answer.json()

    later = asyncio.run(story())
    assert later["sequence"] > told["sequence"]
    assert all(job["cancel_asked"] for job in later["jobs"])


def test_waiting_for_one_request_is_not_ended_by_another(served):
    told = served.submitted()

    async def story():
        async with served.by("ana").client() as ana:
            path = f"/api/requests/{told['id']}?wait=0.5&after={told['sequence']}"
            waiting = asyncio.create_task(ana.get(path))
            while not served.api.changes._waiting:
                await asyncio.sleep(0.01)
            other = a_request("other")
            served.site.store.create_request(other, [a_job(request="other")])
            served.api.changes.tell()
            return (await waiting).json()

    assert asyncio.run(story()) == told


def test_nobody_is_waited_for_who_has_left(served):
    """Told by the server's receive channel, as uvicorn does."""
    told = served.submitted()
    messages = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]

    async def receive():
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message):
        pass

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/api/requests/{told['id']}",
        "query_string": b"wait=25&after=%d" % told["sequence"],
        "headers": [(b"authorization", f"Bearer {served.tokens['ana']}".encode())],
    }
    asyncio.run(asyncio.wait_for(served.app(scope, receive, send), LONGEST_WAIT / 2))
    assert not served.api.changes._waiting


def test_a_client_that_leaves_amid_its_submission_is_no_trouble(served):
    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/requests",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {served.tokens['ana']}".encode()),
            (b"content-type", b"application/json"),
        ],
    }
    asyncio.run(served.app(scope, receive, send))
    assert served.troubles == []


def test_slow_submissions_leave_room_for_those_who_look(served):
    """As when a repository never answers."""
    free, held = threading.Event(), []

    def slow():
        held.append(not free.is_set())
        free.wait(60)
        return served.site.clock()

    app = application(with_desk(served, clock=slow))

    async def story():
        async with Caller(app, served.by("ana").headers).client() as ana:
            send = partial(ana.post, "/api/requests", json=served.submission())
            posts = [asyncio.create_task(send()) for _ in range(60)]
            while len(held) < SUBMISSIONS:
                await asyncio.sleep(0.01)
            seen = [await ana.get("/api/requests") for _ in range(20)]
            free.set()
            return seen[-1].json(), sorted({(await post).status_code for post in posts})

    assert asyncio.run(story()) == ({"requests": []}, [201, 409])
    assert sum(held) == SUBMISSIONS


# What must never be told


def leaky(inside: Inside) -> int:
    inside.say(f"patient {CANARY}\n".encode())
    inside.write(f"output/{CANARY}.csv", CANARY.encode())
    return 1


def test_nothing_of_definitions_logs_and_errors_is_told(tmp_path):
    served = Served(Site(tmp_path, an_engine(describe=leaky)))
    site = served.site
    a_commit(site.origin, {"analysis/describe.py": f"print('{CANARY}')"})
    texts = [served.by("ana").post("/api/requests", json=served.submission()).text]
    site.source.breaks = [RuntimeError(CANARY) for _ in range(99)]
    site.run()
    site.source.breaks = [
        WarehouseError(CANARY, where=CANARY, remedy=CANARY) for _ in range(99)
    ]
    texts.append(served.by("ana").post("/api/requests", json=served.submission()).text)
    site.run()
    a_commit(site.origin, {"analysis/dataset.py": f"raise Exception('{CANARY}')"})
    texts.append(served.by("ana").post("/api/requests", json=served.submission()).text)
    site.run()
    paths = ["/api/requests", "/health", *(f"/api/requests/r{n}" for n in (1, 2, 3))]
    answers = [served.by("olga").get(path) for path in paths]
    texts += [answer.text + str(answer.headers) for answer in answers]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    assert not [text for text in texts if CANARY in text]
    failures = {j["failure"] for answer in answers[2:] for j in answer.json()["jobs"]}
    assert failures >= {"platform_error", "warehouse_error", "definition_error"}


def test_the_canary_would_be_seen_in_a_log_that_is_kept(tmp_path):
    served = Served(Site(tmp_path, an_engine(describe=leaky)))
    served.submitted()
    served.site.run()
    told = served.by("ana").get("/api/requests/r1").text
    assert CANARY in served.site.workspace.log_path("describe").read_text()
    assert CANARY not in told
    assert "nonzero_exit" in told


BREAKS = [
    (PlatformError(CANARY, where=CANARY, remedy=CANARY), 503),
    (LedgerDamaged(CANARY, where=CANARY, remedy=CANARY), 503),
    (WarehouseError(CANARY, where=CANARY, remedy=CANARY), 500),
    (RuntimeError(CANARY), 500),
    (KeyError(CANARY), 500),
]


@pytest.mark.parametrize(("error", "status"), BREAKS)
def test_a_broken_platform_says_nothing_of_how(served, error, status):
    def breaks(kind, body, who):
        raise error

    app = application(with_desk(served, record=breaks))
    ana = Caller(app, served.by("ana").headers)
    answer = ana.post("/api/requests", json=served.submission())
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "where", "problem", "remedy"}
    assert answer.json()["error"] == "PlatformError"
    assert CANARY not in answer.text + str(answer.headers)
    assert served.troubles == [error]
    assert served.site.store.requests() == ()


def test_the_operators_log_has_our_words_and_of_the_unforeseen_only_the_place(
    served, caplog
):
    ours = PlatformError("the disk is full", where="/data", remedy="Make room.")
    told = []
    for error in (ours, RuntimeError(CANARY)):

        def breaks(kind, body, who, error=error):
            raise error

        api = replace(with_desk(served, record=breaks), trouble=log_trouble)
        ana = Caller(application(api), served.by("ana").headers)
        with caplog.at_level(logging.ERROR):
            ana.post("/api/requests", json=served.submission())
        told.append(caplog.text)
    assert "/data: the disk is full" in told[0]
    assert "RuntimeError at test_api_requests.py, line" in told[1]
    assert CANARY not in told[1]


def test_every_answer_says_that_it_is_data_and_not_to_be_kept(served):
    calls = ["/health", "/api/requests", "/api/requests/r9"]
    answers = [served.by("ana").get(path) for path in calls]
    answers.append(Caller(served.app).get("/api/requests"))
    for answer in answers:
        assert answer.headers["content-type"] == "application/json"
        assert HEADERS.items() <= dict(answer.headers).items()


WORDS = {
    "state": {state.value for state in State},
    "waiting_for": {None, *(reason.value for reason in WaitingFor)},
    "failure": {None, *(failure.value for failure in Failure)},
    "kind": {kind.value for kind in Kind},
}


def test_a_job_is_told_in_words_of_fixed_lists(served):
    served.submitted()
    served.site.run()
    told = served.by("ana").get("/api/requests/r1").json()
    assert told["state"] in {progress.value for progress in Progress}
    for job in told["jobs"]:
        assert all(job[key] in words for key, words in WORDS.items())
        free = job.keys() - WORDS.keys()
        assert free == {"id", "action", "needs", "attempts", "cancel_asked"}


# Health


def test_health_tells_a_version_and_whether_a_runner_listens(served, tmp_path):
    path = tmp_path / "wake.sock"
    health = Health(version="1.2", runner_listens=lambda: listens(path))
    api = replace(served.api, health=health)
    stranger = Caller(application(api))
    assert stranger.get("/health").json()["runner"] == "not_listening"
    with WakeSocket(path) as socket:
        told = stranger.get("/health").json()
        assert told == {"status": "ok", "version": "1.2", "runner": "listening"}
        assert not socket.wait(0)


# Addresses


ADDRESSES = [
    ("https://example.org/a.git", "https://example.org/a.git"),
    ("https://me:secret@example.org:8443/a.git", "https://example.org:8443/a.git"),
    ("https://token@example.org/a", "https://example.org/a"),
    ("ssh://git@example.org/a", "ssh://example.org/a"),
    ("git@example.org:a/b", "git@example.org:a/b"),
    ("/srv/git/a", "/srv/git/a"),
    ("file:///srv/git/a", "file:///srv/git/a"),
]


@pytest.mark.parametrize(("kept", "told"), ADDRESSES)
def test_a_repositorys_address_is_told_without_a_password(kept, told):
    assert without_credentials(kept) == told


def test_a_password_in_an_address_is_not_told(served):
    address = "https://me:secret@example.org/a"
    request = replace(a_request(), repository=address)
    served.site.store.create_request(request, [a_job()])
    assert "secret" not in served.by("olga").get("/api/requests/r1").text


def test_refusals_are_told_as_they_are_raised(served):
    """A refusal is the desk's own words: place, problem and remedy."""

    def refuses(kind, body, who):
        raise RequestRefused("no", where="here", remedy="Ask.")

    api = with_desk(served, record=refuses)
    ana = Caller(application(api), served.by("ana").headers)
    answer = ana.post("/api/requests", json=served.submission())
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "RequestRefused",
        "where": "here",
        "problem": "no",
        "remedy": "Ask.",
    }
    assert served.troubles == []
