"""What happens, told as it happens: Server-Sent Events, which browsers read by themselves.

Each event's id is its number in the store, which only grows. Who comes back with the last
one that they have (Last-Event-ID) misses none and is told none twice.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from job_runner.jobs.job import TERMINAL
from job_runner.server import identify
from job_runner.server.api import LOOK_EVERY, Api, set_within, wanted
from job_runner.server.identify import Move
from job_runner.server.problems import HEADERS, Malformed, NobodyKnown
from job_runner.store import Event

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that nobody takes it for the end. At
each, the token is looked at again: who was revoked hears no more."""

COME_BACK = 2_000
"""Milliseconds after which a browser that lost its connection comes back."""

_SEQUENCE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Streams:
    """The event streams of an API."""

    api: Api
    heartbeat: float = HEARTBEAT

    async def of_request(self, http: HttpRequest) -> Response:
        """One request's events; ends when all its jobs have. 204 where nothing can come."""
        after = _after(http)
        store, request = self.api.store, wanted(http)
        await run_in_threadpool(self.api.seen, http)

        def look(number: int) -> tuple[Event, ...]:
            return store.looks.events(number, request_id=request)

        def over() -> bool:
            status = store.looks.status(request)
            return status is not None and all(j.state in TERMINAL for j in status.jobs)

        if await run_in_threadpool(lambda: over() and not look(after or 0)):
            return Response(status_code=204, headers=HEADERS)
        return _stream(self._told(http, after or 0, look, over))

    async def of_all(self, http: HttpRequest) -> Response:
        """What happens to all requests that they may look at, from now or from a number."""
        after = _after(http)
        person = await run_in_threadpool(self.api.person, http)
        looks = self.api.store.looks
        author = None if identify.may(person, Move.LOOK) else person.name
        start = await run_in_threadpool(looks.last_sequence) if after is None else after

        def look(number: int) -> tuple[Event, ...]:
            return looks.events(number, submitted_by=author)

        return _stream(self._told(http, start, look, lambda: False))

    async def _told(
        self,
        http: HttpRequest,
        after: int,
        look: Callable[[int], tuple[Event, ...]],
        over: Callable[[], bool],
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        yield f"retry: {COME_BACK}\n\n".encode()
        with self.api.changes.expected() as changed:
            silent_since = loop.time()
            while True:
                changed.clear()
                ended = await run_in_threadpool(over)  # first: its last events come after
                events = await run_in_threadpool(look, after)
                for event in events:
                    after = event.sequence
                    yield _event(event)
                if events:
                    silent_since = loop.time()
                    continue
                if ended:
                    yield f"id: {after}\nevent: over\ndata: {{}}\n\n".encode()
                    return
                if loop.time() - silent_since >= self.heartbeat:
                    if not await run_in_threadpool(self._still_known, http):
                        return
                    silent_since = loop.time()
                    yield b": nothing new\n\n"
                await set_within(changed, min(self.heartbeat, LOOK_EVERY))

    def _still_known(self, http: HttpRequest) -> bool:
        try:
            self.api.person(http)
        except NobodyKnown:
            return False
        return True


def _stream(told: AsyncIterator[bytes]) -> Response:
    headers = {**HEADERS, "x-accel-buffering": "no"}  # proxies pass each on at once
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)


def _event(event: Event) -> bytes:
    """All that anybody outside learns of it: ids, and words of fixed lists."""
    data = {
        "request": event.request_id,
        "job": event.job_id,
        "at": event.at.isoformat(),
        "happened": event.happened,
        "state": event.state.value,
        "waiting_for": event.waiting_for.value if event.waiting_for else None,
        "failure": event.failure.value if event.failure else None,
    }
    return f"id: {event.sequence}\nevent: job\ndata: {json.dumps(data)}\n\n".encode()


def _after(http: HttpRequest) -> int | None:
    """The number of the last event that the caller has, if they say any."""
    said = http.headers.get("last-event-id") or http.query_params.get("after")
    if said is None:
        return None
    if not _SEQUENCE.fullmatch(said):
        raise Malformed(
            f"{ascii(said)[:20]} isn't an event's number",
            where="Last-Event-ID",
            remedy="Send the id of the last event that you have, or none.",
        )
    return int(said)
