"""The API that takes requests and tells how they are: words of fixed lists, never a log.

Who asks is known by an Authorization header only, so no other web page can call this in
somebody's name.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cohort_dsl.errors import StrongroomError
from job_runner.job import Job
from job_runner.people import Person, Role
from job_runner.request import Request, progress
from job_runner.requests import Desk, Submission
from job_runner.server.changes import Changes
from job_runner.server.problems import (
    Malformed,
    NobodyKnown,
    NotYours,
    Unknown,
    answer_to,
)
from job_runner.server.tokens import bearer
from job_runner.store import Store

MOST_BYTES = 64_000
LONGEST_WAIT = 55.0
"""Seconds. Proxies close a silent connection after a minute."""

MOST_ACTIONS = 5_000
SEES_ALL = frozenset({Role.OPERATOR, Role.REVIEWER})

Handler = Callable[[HttpRequest, Person], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True)
class Api:
    """What the routes need. ``changes`` is told whenever the store may have changed."""

    desk: Desk
    store: Store
    changes: Changes
    clock: Callable[[], datetime]

    async def submit(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        submission = _submission(await _body(http))
        request = await run_in_threadpool(self.desk.accept, submission, person)
        return await run_in_threadpool(self._view, request)

    async def list(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        return await run_in_threadpool(self._list, person)

    async def get(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        """At once, or with ``wait`` and ``after`` once its sequence isn't ``after``."""
        request = await run_in_threadpool(self._request, http, person)
        seconds, after = _wait(http), http.query_params.get("after")
        until = asyncio.get_running_loop().time() + seconds
        with self.changes.expected() as changed:
            while True:
                changed.clear()
                view = await run_in_threadpool(self._view, request)
                left = until - asyncio.get_running_loop().time()
                if view["sequence"] != after or not await _happens(changed, left):
                    return view

    async def cancel(self, http: HttpRequest, person: Person) -> Mapping[str, object]:
        request = await run_in_threadpool(self._request, http, person)
        if request.submitted_by != person.name and Role.OPERATOR not in person.roles:
            raise NotYours(
                "this request isn't yours",
                where=f"request {request.id}",
                remedy="Ask its author, or an operator of the site.",
            )
        await run_in_threadpool(self.store.ask_cancel, request.id, at=self.clock())
        return await run_in_threadpool(self._view, request)

    def person(self, http: HttpRequest) -> Person:
        """Whose token was sent; NobodyKnown."""
        token = bearer(http.headers.get("authorization"))
        person = self.store.person_by_token(token, at=self.clock()) if token else None
        if person is None:
            raise NobodyKnown(
                "nobody is known by this token",
                where="Authorization",
                remedy="Send the token that the site's operator made for you.",
            )
        return person

    def _request(self, http: HttpRequest, person: Person) -> Request:
        """The same answer for what isn't there and what isn't theirs to see."""
        wanted = str(http.path_params["id"])
        request = self.store.request(wanted)
        if request is None or not _may_see(request, person):
            raise Unknown(
                "there is no such request of yours",
                where=f"request {ascii(wanted)[:60]}",
                remedy="Look at the list of your requests: strongroom status.",
            )
        return request

    def _list(self, person: Person) -> Mapping[str, object]:
        seen = [r for r in self.store.requests() if _may_see(r, person)]
        return {"requests": [_briefly(r, self.store.jobs(r.id)) for r in seen]}

    def _view(self, request: Request) -> Mapping[str, object]:
        jobs = self.store.jobs(request.id)
        listed = [_job(job) for job in jobs]
        sequence = hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]
        return {**_briefly(request, jobs), "jobs": listed, "sequence": sequence}


def routes(api: Api) -> list[BaseRoute]:
    """``/api/requests`` and what is below it, and ``/health``."""

    def route(path: str, handler: Handler, method: str, status: int = 200) -> Route:
        return Route(path, _endpoint(api, handler, status), methods=[method])

    return [
        route("/api/requests", api.submit, "POST", 201),
        route("/api/requests", api.list, "GET"),
        route("/api/requests/{id}", api.get, "GET"),
        route("/api/requests/{id}/cancel", api.cancel, "POST"),
        Route("/health", _health(api), methods=["GET"]),
    ]


def application(api: Api) -> Starlette:
    """These routes alone."""
    return Starlette(routes=routes(api))


def _endpoint(
    api: Api, handler: Handler, status: int
) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def answer(http: HttpRequest) -> Response:
        try:
            person = await run_in_threadpool(api.person, http)
            found = await handler(http, person)
        except StrongroomError as error:
            return answer_to(error)
        return JSONResponse(found, status, headers={"cache-control": "no-store"})

    return answer


def _health(api: Api) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def answer(_: HttpRequest) -> Response:
        try:
            await run_in_threadpool(api.store.active_jobs)
        except StrongroomError as error:
            return answer_to(error)
        return JSONResponse({"status": "ok"})

    return answer


async def _happens(changed: asyncio.Event, seconds: float) -> bool:
    """Whether something changed within the time."""
    if seconds <= 0:
        return False
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _may_see(request: Request, person: Person) -> bool:
    return request.submitted_by == person.name or bool(SEES_ALL & person.roles)


def _briefly(request: Request, jobs: tuple[Job, ...]) -> dict[str, object]:
    return {
        "id": request.id,
        "project": request.project,
        "repository": request.repository,
        "commit": request.commit,
        "actions": list(request.actions),
        "submitted_by": request.submitted_by,
        "submitted_at": request.submitted_at.isoformat(),
        "state": progress(jobs).value,
    }


def _job(job: Job) -> dict[str, object]:
    """All that anybody outside learns of a job."""
    return {
        "id": job.id,
        "action": job.action,
        "kind": job.kind.value,
        "needs": list(job.needs),
        "state": job.state.value,
        "waiting_for": job.waiting_for.value if job.waiting_for else None,
        "failure": job.failure.value if job.failure else None,
        "cancel_asked": job.cancel_asked,
    }


def _wait(http: HttpRequest) -> float:
    told = http.query_params.get("wait", "0")
    try:
        seconds = float(told)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise Malformed(
            f"{ascii(told)[:20]} isn't a number of seconds",
            where="wait",
            remedy=f"Send a number from 0 to {LONGEST_WAIT:g}.",
        )
    return min(seconds, LONGEST_WAIT)


async def _body(http: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; never more than the bound in memory."""
    data = b""
    async for chunk in http.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise _malformed(f"more than {MOST_BYTES} bytes were sent", too_much=True)
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise _malformed("this isn't JSON") from None
    if not isinstance(body, dict):
        raise _malformed("this isn't a JSON object")
    return body


def _submission(body: dict[str, Any]) -> Submission:
    """Exactly the keys that are known, each of its type."""
    unknown = body.keys() - {"repository", "commit", "actions", "project"}
    if unknown:
        raise _malformed(f"{ascii(min(unknown))[:40]} isn't a key of a submission")
    actions, project = body.get("actions"), body.get("project")
    if not isinstance(actions, list) or not all(isinstance(a, str) for a in actions):
        raise _malformed("'actions' isn't a list of names")
    if len(actions) > MOST_ACTIONS:
        raise _malformed(f"'actions' are more than {MOST_ACTIONS}")
    if project is not None and not isinstance(project, str):
        raise _malformed("'project' isn't a name")
    return Submission(
        _text(body, "repository"), _text(body, "commit"), tuple(actions), project
    )


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise _malformed(f"'{key}' isn't a text")
    return value


def _malformed(problem: str, *, too_much: bool = False) -> Malformed:
    remedy = 'Send {"repository": …, "commit": …, "actions": […]}.'
    return Malformed(problem, where="body", remedy=remedy, too_much=too_much)
