"""Several at the same instant, a server that is away for a day, and clocks that step."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from job_runner.errors import Conflict, StrongroomError
from job_runner.jobs.job import TERMINAL, State
from job_runner.requests import signed, ssh_keys
from job_runner.requests.admission import Replayed, Sealed
from job_runner.requests.request import Request, Submission
from job_runner.requests.signed import SignedRequest
from job_runner.server.api import Api
from job_runner.server.changes import Changes
from job_runner.server.operations import application
from job_runner.server.tokens import new_token
from job_runner.site.people import Role
from job_runner.store import PersonKey
from tests.a_site import ANA, SITE, Site
from tests.calls import Caller
from tests.listening import listening_to
from tests.ssh_keys import a_key, a_signature

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT_ONCE = 6

T = TypeVar("T")


def at_once(calls: list[Callable[[], T]]) -> list[T | StrongroomError]:
    """What each of the calls gave, all begun at the same instant."""
    ready = threading.Barrier(len(calls))
    found: list[T | StrongroomError] = []

    def made(call: Callable[[], T]) -> None:
        ready.wait()
        try:
            found.append(call())
        except StrongroomError as error:
            found.append(error)

    threads = [threading.Thread(target=made, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


class Signing:
    """A site where ana signs what she asks for."""

    def __init__(self, root: Path) -> None:
        self.now = NOON
        self.site = Site(root, clock=lambda: self.now)
        self.key, self.token = root / "key", new_token(os.urandom)
        self.site.store.add_person("ana", [Role.RESEARCHER], self.token, at=NOON)
        key = ssh_keys.read_key(a_key(self.key).read_text())
        self.site.store.keys.add(PersonKey("ana", key.fingerprint, str(key)), at=NOON)

    def sealed(self, number: int = 1) -> Sealed:
        asked = SignedRequest(
            SITE,
            f"request{number:08}",
            "ana",
            self.now,
            self.now + HOUR,
            str(self.site.origin),
            self.site.head,
            ("describe",),
        )
        text = signed.written(asked)
        return Sealed(text, a_signature(self.key, text))

    def api(self) -> Api:
        changes = Changes()
        self.site.store.on_change(changes.tell)
        return Api(self.site.admission, self.site.store, changes, lambda: self.now)


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return Signing(tmp_path)


def test_one_signed_request_sent_many_times_at_once_runs_once(signing):
    sent, site = signing.sealed(), signing.site
    found = at_once([lambda: site.admission.admit(sent, ANA)] * AT_ONCE)
    (request,) = site.store.requests()
    assert {type(one) for one in found} <= {Request, Replayed}
    assert next(one for one in found if isinstance(one, Request)) == request
    assert len(site.store.jobs(request.id)) == 2
    kinds = [kind for kind, _ in site.record]
    assert kinds.count("request") == 1
    assert kinds.count("not admitted") == AT_ONCE - 1


def test_the_same_action_asked_for_many_times_at_once_is_one_job(signing):
    site = signing.site
    every = [signing.sealed(number) for number in range(AT_ONCE)]
    found = at_once([lambda s=s: site.admission.admit(s, ANA) for s in every])
    (accepted,) = [one for one in found if isinstance(one, Request)]
    assert [type(one) for one in found].count(Conflict) == AT_ONCE - 1
    assert site.store.requests() == (accepted,)
    assert {job.request_id for job in site.store.active_jobs()} == {accepted.id}


@pytest.mark.parametrize("attempt", range(3))
def test_a_cancel_that_meets_the_end_leaves_the_end_as_it_is(tmp_path, attempt):
    site = Site(tmp_path)
    request = site.submit("extract")
    (job,) = site.store.jobs(request.id)
    for state in (State.WAITING, State.PREPARING, State.EXECUTING, State.COLLECTING):
        job = site.store.move(job, state, at=site.clock())
    at_once(
        [
            lambda: site.store.move(job, State.SUCCEEDED, at=site.clock()),
            lambda: site.store.ask_cancel(request.id, at=site.clock()),
        ]
    )
    (ended,) = site.store.jobs(request.id)
    assert ended.state is State.SUCCEEDED
    site.run()
    assert site.store.jobs(request.id) == (ended,)
    after = site.store.ask_cancel(request.id, at=site.clock())
    assert (after, site.store.jobs(request.id)) == ((), (ended,))


def test_an_answer_that_was_lost_is_had_by_sending_the_same_again(signing):
    """As a client does whose connection broke, or whose server was away meanwhile."""
    sent = signing.sealed()
    body = {"signed": sent.signed, "signature": sent.signature}
    answers = [
        Caller(
            application(signing.api()), {"authorization": f"Bearer {signing.token}"}
        ).post("/api/requests", json=body)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(signing.site.store.requests()) == 1


def test_a_server_that_is_away_for_a_day_holds_up_no_job_and_tells_each_end_once(signing):
    site = signing.site
    headers = {"authorization": f"Bearer {signing.token}"}
    request = site.admission.admit(signing.sealed(), ANA)
    path = f"/api/requests/{request.id}/events"

    async def listen(last: int, count: int) -> list[tuple[int, str]]:
        more = {"last-event-id": str(last)}
        async with listening_to(application(signing.api()), path, headers | more) as heard:
            return [(n, e["state"]) for n, e in await heard.events(count)]

    before = asyncio.run(listen(0, 2))
    site.run()  # nobody serves
    signing.now += DAY
    events = site.store.looks.events(before[-1][0], request_id=request.id)
    after = asyncio.run(listen(before[-1][0], len(events)))
    assert [number for number, _ in after] == [event.sequence for event in events]
    assert [state for _, state in after].count("succeeded") == 2
    told = Caller(application(signing.api()), headers).get(f"/api/requests/{request.id}")
    assert told.json()["state"] == "succeeded"
    assert {job.state for job in site.store.jobs(request.id)} <= TERMINAL


STEPS = {"an hour back": -HOUR, "a day on": DAY}


@pytest.mark.parametrize("step", STEPS)
def test_whatever_the_clock_does_events_are_told_in_the_order_they_happened(signing, step):
    site = signing.site
    request = site.admission.admit(signing.sealed(), ANA)
    signing.now += STEPS[step]
    site.run()
    events = site.store.looks.events(0, request_id=request.id)
    numbers = [event.sequence for event in events]
    assert numbers == sorted(numbers)
    for job in site.store.jobs(request.id):
        states = [e.state for e in events if e.job_id == job.id]
        assert states[0] is State.CREATED
        assert states[-1] is State.SUCCEEDED
        assert job.failure is None  # nothing timed out because of the step


def test_a_site_whose_clock_stepped_says_so_rather_than_trusting_a_signature(signing):
    sent = signing.sealed()
    for step in (-HOUR, DAY):
        signing.now = NOON + step
        with pytest.raises(StrongroomError) as caught:
            signing.site.admission.admit(sent, ANA)
        assert "clock" in str(caught.value)
    signing.now = NOON
    assert signing.site.admission.admit(sent, ANA)


def test_unsigned_and_signed_requests_share_their_ids_without_a_clash(signing):
    """A site names what isn't signed; a submitter what is."""
    site = signing.site
    first = site.admission.admit(signing.sealed(), ANA)
    site.run()
    taken = replace(site.admission, desk=replace(site.desk, new_id=lambda: first.id))
    plain = Submission(str(site.origin), site.head, ("describe",))
    with pytest.raises(Conflict, match="is here already"):
        taken.admit(plain, ANA)
