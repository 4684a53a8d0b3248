"""The API that takes requests and tells how they are: words of fixed lists, never a log.

Who asks is known by an Authorization header only, so no other web page can call this in
somebody's name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cohort_dsl.errors import StrongroomError
from job_runner.jobs.job import TERMINAL
from job_runner.requests import signed
from job_runner.requests.admission import Admission
from job_runner.requests.request import Request
from job_runner.server import asked, identify, told
from job_runner.server.changes import Changes
from job_runner.server.identify import Move
from job_runner.server.problems import HEADERS, answer_to, log_trouble
from job_runner.site.people import Person
from job_runner.store import Store

LOOK_EVERY = 1.0
"""Seconds between looks at the store while somebody waits. Taps tell of changes at once;
this is for taps that get lost. A look takes a millisecond: at five a second, fifty who
wait took a quarter of a core."""

SUBMISSIONS = 4
"""Taken up at once. Others queue, so that a repository that never answers holds up
submissions only, and nobody who looks at a request."""

Handler = Callable[[HttpRequest, Person], Awaitable[Mapping[str, object]]]


def _hands() -> Executor:
    return ThreadPoolExecutor(SUBMISSIONS, thread_name_prefix="submission")


@dataclass(frozen=True)
class Api:
    """What the routes need. ``admission``: the door to the desk that takes requests.
    ``changes`` is told whenever the store may have changed.

    ``version`` and ``runner_listens``, if given, are told at ``/health``. ``trouble`` is
    told, for the operator, what a caller only sees as the site being out of order.
    """

    admission: Admission
    store: Store
    changes: Changes
    clock: Callable[[], datetime]
    version: str | None = None
    runner_listens: Callable[[], bool] | None = None
    trouble: Callable[[Exception], object] = log_trouble
    submissions: Executor = field(default_factory=_hands)

    async def submit(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        identify.refuse_unless(person, Move.SUBMIT)
        submission = await asked.submission(http)
        loop, admit = asyncio.get_running_loop(), self.admission.admit
        request = await loop.run_in_executor(self.submissions, admit, submission, person)
        return await run_in_threadpool(self._told, request)

    async def about(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        """What a client needs to know to sign a request for this site."""
        required = self.admission.required
        return {
            "site": self.admission.site,
            "person": person.name,
            "signatures": "required" if required else "optional",
            "format": signed.FORMAT,
            "version": signed.VERSION,
        }

    async def every(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        return {"requests": await run_in_threadpool(self._every, person)}

    async def get(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        """At once, or with ``wait`` and ``after`` once there is a later event."""
        wait = asked.wait(http)
        request = await run_in_threadpool(self._seen, http, person)
        if wait is not None:
            await self._later_event(http, request, wait)
        return await run_in_threadpool(self._told, request)

    async def cancel(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        request = await run_in_threadpool(self._seen, http, person)
        identify.refuse_unless(person, Move.CANCEL, request)
        await asked.nothing(http)
        await run_in_threadpool(self._cancel, request, person)
        return await run_in_threadpool(self._told, request)

    def person(self, http: HttpRequest) -> Person:
        """Whose token was sent; NobodyKnown."""
        return identify.person(http.headers.get("authorization"), self.store, self.clock)

    def health(self) -> Mapping[str, object]:
        """What may be told to anybody; PlatformError where the database can't be used."""
        self.store.last_event("")
        health: dict[str, object] = {"status": "ok"}
        if self.version is not None:
            health["version"] = self.version
        if self.runner_listens is not None:
            health["runner"] = "listening" if self.runner_listens() else "not_listening"
        return health

    async def _later_event(
        self, http: HttpRequest, request: Request, wait: asked.Wait
    ) -> None:
        """Returns at a later event, or when the time is over or the caller gone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait.seconds
        with self.changes.expected() as changed:
            while await run_in_threadpool(self.store.last_event, request.id) <= wait.after:
                left = until - loop.time()
                if left <= 0 or await http.is_disconnected():
                    return
                await _set_within(changed, min(left, LOOK_EVERY))
                changed.clear()

    def _every(self, person: Person) -> list[dict[str, object]]:
        author = None if identify.may(person, Move.LOOK) else person.name
        requests = self.store.requests(submitted_by=author)
        states = self.store.states([request.id for request in requests])
        return [told.briefly(request, states[request.id]) for request in requests]

    def _seen(self, http: HttpRequest, person: Person) -> Request:
        return identify.seen(self.store, str(http.path_params["id"]), person)

    def _told(self, request: Request) -> Mapping[str, object]:
        # In this order: an event between the two is told again, rather than missed.
        sequence = self.store.last_event(request.id)
        return told.request(request, self.store.jobs(request.id), sequence)

    def _cancel(self, request: Request, person: Person) -> None:
        jobs = self.store.jobs(request.id)
        if all(job.state in TERMINAL or job.cancel_asked for job in jobs):
            return
        # Before it is done: what a runner does must never be missing on the record.
        self.admission.desk.record("cancel", {"request": request.id}, person.name)
        self.store.ask_cancel(request.id, at=self.clock())


def routes(api: Api) -> list[BaseRoute]:
    """``/api/requests`` and what is below it, and ``/health``."""

    def route(path: str, handler: Handler, method: str, status: int = 200) -> Route:
        async def known(http: HttpRequest) -> Mapping[str, object]:
            return await handler(http, await run_in_threadpool(api.person, http))

        return Route(path, _endpoint(api, known, status), methods=[method])

    async def health(http: HttpRequest) -> Mapping[str, object]:
        return await run_in_threadpool(api.health)

    return [
        route("/api/site", api.about, "GET"),
        route("/api/requests", api.submit, "POST", 201),
        route("/api/requests", api.every, "GET"),
        route("/api/requests/{id}", api.get, "GET"),
        route("/api/requests/{id}/cancel", api.cancel, "POST"),
        Route("/health", _endpoint(api, health, 200), methods=["GET"]),
    ]


def application(api: Api) -> Starlette:
    """These routes alone."""
    return Starlette(routes=routes(api))


def _endpoint(
    api: Api, found: Callable[[HttpRequest], Awaitable[Mapping[str, object]]], status: int
) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def answer(http: HttpRequest) -> Response:
        try:
            return JSONResponse(await found(http), status, headers=HEADERS)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except StrongroomError as error:
            refused = answer_to(error)
            if refused.status_code >= 500:
                api.trouble(error)
            return refused
        except Exception as error:  # noqa: BLE001  its text may hold anything
            api.trouble(error)
            return answer_to(error)

    return answer


async def _set_within(changed: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return
