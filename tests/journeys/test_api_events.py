"""What happens at a site is told as it happens: each event once, to whom it may be told."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from starlette.types import ASGIApp

from job_runner.jobs.job import State
from job_runner.server.api import Api
from job_runner.server.changes import Changes
from job_runner.server.operations import application
from job_runner.server.tokens import new_token
from job_runner.site.people import Role
from tests.a_site import Site
from tests.calls import Caller
from tests.described import DOCUMENT, described
from tests.jobs_made import a_job, a_request
from tests.listening import listening_to

NAMES = {"ana": Role.RESEARCHER, "bob": Role.RESEARCHER, "olga": Role.OPERATOR}


class Told:
    """A site's API with people; a heartbeat is quick."""

    def __init__(self, root: Path, *, heartbeat: float = 0.05) -> None:
        self.site = Site(root)
        changes = Changes()
        self.site.store.on_change(changes.tell)
        self.tokens = {name: new_token(os.urandom) for name in NAMES}
        for name, role in NAMES.items():
            now = self.site.clock()
            self.site.store.add_person(name, [role], self.tokens[name], at=now)
        api = Api(self.site.admission, self.site.store, changes, self.site.clock)
        self.app: ASGIApp = described(application(api, heartbeat=heartbeat))

    def headers(self, name: str, **more: str) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.tokens[name]}", **more}

    def asked(self, number: int = 1, by: str = "ana") -> str:
        """A stored request with one job."""
        request = replace(a_request(f"q{number}"), submitted_by=by)
        job = a_job(request=request.id, workspace=f"w{number}")
        self.site.store.create_request(request, [job])
        return request.id

    def moved(self, request_id: str, *states: State) -> None:
        (job,) = self.site.store.jobs(request_id)
        for state in states:
            job = self.site.store.move(job, state, at=self.site.clock())


TO_THE_END = (
    *(State.WAITING, State.PREPARING, State.EXECUTING),
    *(State.COLLECTING, State.SUCCEEDED),
)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def run(story: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(story())


def test_a_request_is_told_from_its_beginning_to_its_end_and_then_the_stream_ends(told):
    request = told.asked()

    async def story() -> None:
        path = f"/api/requests/{request}/events"
        async with listening_to(told.app, path, told.headers("ana")) as listener:
            first = await listener.events(1)
            told.moved(request, *TO_THE_END)
            rest = await listener.events(len(TO_THE_END))
            states = [event["state"] for _, event in first + rest]
            assert states == ["created", *(state.value for state in TO_THE_END)]
            numbers = [number for number, _ in first + rest]
            assert numbers == sorted(set(numbers))
            assert (await listener.next()).splitlines()[1] == "event: over"
            assert await listener.next() == ""

    run(story)


def test_an_event_is_told_in_the_form_that_is_described(told):
    request = told.asked()
    schema = {**DOCUMENT["components"]["schemas"]["Event"]}

    async def story() -> None:
        async with listening_to(
            told.app, "/api/events?after=0", told.headers("ana")
        ) as listener:
            ((_, event),) = await listener.events(1)
            jsonschema.Draft202012Validator(schema).validate(event)
            assert event["request"] == request

    run(story)


def test_who_comes_back_with_the_last_event_misses_none_and_gets_none_twice(told):
    request = told.asked()

    async def story() -> None:
        path = f"/api/requests/{request}/events"
        async with listening_to(told.app, path, told.headers("ana")) as listener:
            ((last, _),) = await listener.events(1)
        told.moved(request, *TO_THE_END)
        again = {"last-event-id": str(last)}
        async with listening_to(told.app, path, told.headers("ana") | again) as listener:
            events = await listener.events(len(TO_THE_END))
            assert [e["state"] for _, e in events] == [s.value for s in TO_THE_END]
            last = events[-1][0]
        async with Caller(told.app, told.headers("ana")).client() as client:
            answer = await client.get(f"{path}?after={last}")
        assert (answer.status_code, answer.content) == (204, b"")

    run(story)


def test_all_that_one_may_look_at_is_told_from_now_on(told):
    told.asked(1)

    async def story() -> None:
        path = "/api/events"
        async with (
            listening_to(told.app, path, told.headers("bob")) as bob,
            listening_to(told.app, path, told.headers("olga")) as olga,
        ):
            for one in (bob, olga):
                assert (await one.next()).startswith("retry: ")
            told.asked(2, by="ana")
            told.asked(3, by="bob")
            assert [e["request"] for _, e in await olga.events(2)] == ["q2", "q3"]
            assert [e["request"] for _, e in await bob.events(1)] == ["q3"]

    run(story)


def test_silence_is_told_so_that_nobody_takes_it_for_the_end(told):
    async def story() -> None:
        async with listening_to(told.app, "/api/events", told.headers("ana")) as listener:
            assert (await listener.next()).startswith("retry: ")
            assert await listener.next() == ": nothing new\n\n"

    run(story)


def test_whose_token_is_revoked_hears_no_more(told):
    async def story() -> None:
        async with listening_to(told.app, "/api/events", told.headers("bob")) as listener:
            await listener.next()
            told.site.store.revoke("bob")
            while await listener.next():
                pass

    run(story)


def test_many_who_listen_keep_nobody_from_being_answered(tmp_path):
    told, listeners = Told(tmp_path, heartbeat=60), 100
    request = told.asked()

    async def story() -> None:
        path = f"/api/requests/{request}/events"
        async with asyncio.TaskGroup() as group:
            over = asyncio.Event()
            started = asyncio.Semaphore(0)

            async def listen() -> None:
                async with listening_to(told.app, path, told.headers("ana")) as listener:
                    await listener.events(1)
                    started.release()
                    await over.wait()
                    await listener.events(len(TO_THE_END))

            for _ in range(listeners):
                group.create_task(listen())
            for _ in range(listeners):
                await started.acquire()
            async with Caller(told.app, told.headers("ana")).client() as client:
                answer = await client.get(f"/api/requests/{request}")
            assert answer.json()["state"] == "waiting"
            told.moved(request, *TO_THE_END)
            over.set()

    run(story)


@pytest.mark.parametrize("after", ["-1", "last", "1" * 19])
def test_an_events_number_is_a_number(told, after):
    caller = Caller(told.app, {**told.headers("ana"), "last-event-id": after})
    assert caller.get("/api/events").status_code == 400


def test_anothers_events_are_as_those_of_a_request_that_is_not_there(told):
    request = told.asked(by="ana")
    bob = Caller(told.app, told.headers("bob"))
    for wanted in (request, "nowhere"):
        assert bob.get(f"/api/requests/{wanted}/events").status_code == 404
    stranger = Caller(told.app)
    assert stranger.get("/api/events").status_code == 401
