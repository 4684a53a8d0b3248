"""What may be asked of the server: one table, of which routes and description are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cohort_dsl.errors import StrongroomError
from job_runner.errors import Conflict, PlatformError, ProjectError, RequestRefused
from job_runner.requests.admission import NotAdmitted
from job_runner.server import openapi, problems
from job_runner.server.api import Answered, Api
from job_runner.server.problems import HEADERS, STATUS_CODES, answer_to
from job_runner.server.streams import HEARTBEAT, Streams

Handler = Callable[[HttpRequest], Awaitable[Mapping[str, object] | Response]]

_ALWAYS = (StrongroomError, PlatformError)
_KNOWN = (problems.NobodyKnown, *_ALWAYS)
_BODY = (problems.Malformed, problems.TooMuch, problems.NotJson)


@dataclass(frozen=True)
class Operation:
    """One kind of call. ``answers``: the status when all is well; ``schema``: of what is
    told, by its name in ``schemas``, or the media type of what isn't JSON.

    ``refuses``: the kinds of errors it may end with. ``body``: the schema of what is sent.
    ``query``: words that may stand after the ``?``. ``also``: statuses of more refusals.
    """

    name: str
    method: str
    path: str
    summary: str
    schema: str
    answers: tuple[int, ...] = (200,)
    refuses: tuple[type[StrongroomError], ...] = _KNOWN
    body: str | None = None
    query: tuple[str, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def token(self) -> bool:
        """Whether it is for people who are known only."""
        return problems.NobodyKnown in self.refuses

    @property
    def refused(self) -> tuple[int, ...]:
        """The statuses of its refusals."""
        return tuple(sorted({*self.also, *(STATUS_CODES[k] for k in self.refuses)}))


OPERATIONS = (
    Operation(
        "about",
        "GET",
        "/api/site",
        "What a client needs to know to sign a request.",
        "Site",
    ),
    Operation(
        "serves",
        "GET",
        "/api/site/warehouse",
        "What the warehouse serves, protected, as the custodian published it.",
        "Warehouse",
        refuses=(*_KNOWN, problems.Unknown),
    ),
    Operation(
        "submit",
        "POST",
        "/api/requests",
        "Ask for actions of a commit to be run.",
        "Request",
        (201,),
        (
            *(*_KNOWN, *_BODY, problems.NotYours, NotAdmitted),
            *(Conflict, RequestRefused, ProjectError),
        ),
        body="Sent",
    ),
    Operation(
        "every",
        "GET",
        "/api/requests",
        "The latest hundred requests that you may look at.",
        "Requests",
    ),
    Operation(
        "get",
        "GET",
        "/api/requests/{id}",
        "A request and its jobs: at once, or with wait and after once it changed.",
        "Request",
        refuses=(*_KNOWN, problems.Unknown, problems.Malformed),
        query=("wait", "after"),
    ),
    Operation(
        "cancel",
        "POST",
        "/api/requests/{id}/cancel",
        "Stop all jobs of a request that haven't ended.",
        "Request",
        refuses=(*_KNOWN, *_BODY, problems.Unknown, problems.NotYours),
        body="Nothing",
    ),
    Operation(
        "cancel_job",
        "POST",
        "/api/requests/{id}/jobs/{job}/cancel",
        "Stop one job of a request, and with it those that need it.",
        "Request",
        refuses=(*_KNOWN, *_BODY, problems.Unknown, problems.NotYours),
        body="Nothing",
    ),
    Operation(
        "request_events",
        "GET",
        "/api/requests/{id}/events",
        "What happens to a request, as it happens; 204 once nothing can.",
        "text/event-stream",
        (200, 204),
        (*_KNOWN, problems.Unknown, problems.Malformed),
        query=("after",),
    ),
    Operation(
        "events",
        "GET",
        "/api/events",
        "What happens to all requests that you may look at, as it happens.",
        "text/event-stream",
        refuses=(*_KNOWN, problems.Malformed),
        query=("after",),
    ),
    Operation(
        "health",
        "GET",
        "/health",
        "Whether the site can do its work: 503 where it can't.",
        "Health",
        (200, 503),
        (StrongroomError,),
    ),
    Operation(
        "live", "GET", "/health/live", "Whether the server answers.", "Health", (200,), ()
    ),
    Operation(
        "metrics",
        "GET",
        "/metrics",
        "Numbers for Prometheus.",
        "text/plain",
        refuses=_ALWAYS,
    ),
    Operation(
        "openapi",
        "GET",
        "/openapi.json",
        "This description.",
        "application/json",
        refuses=(),
    ),
)


def routes(api: Api, *, heartbeat: float = HEARTBEAT) -> list[BaseRoute]:
    """A route for each operation."""
    handlers = _handlers(api, Streams(api, heartbeat))
    return [
        Route(one.path, _endpoint(api, one, handlers[one.name]), methods=[one.method])
        for one in OPERATIONS
    ]


def application(api: Api, *, heartbeat: float = HEARTBEAT) -> Starlette:
    """These routes alone."""
    return Starlette(routes=routes(api, heartbeat=heartbeat))


def _handlers(api: Api, streams: Streams) -> Mapping[str, Handler]:
    async def health(_http: HttpRequest) -> Response:
        ready, told = await run_in_threadpool(api.health.look)
        return JSONResponse(told, 200 if ready else 503, headers=HEADERS)

    async def live(_http: HttpRequest) -> Mapping[str, object]:
        return {"status": "ok"}

    async def metrics(_http: HttpRequest) -> Response:
        text = await run_in_threadpool(api.metrics)
        return Response(text, media_type="text/plain; version=0.0.4", headers=HEADERS)

    async def described(_http: HttpRequest) -> Mapping[str, object]:
        return api.described or openapi.document(OPERATIONS)

    return {
        "about": api.about,
        "serves": api.serves,
        "submit": api.submit,
        "every": api.every,
        "get": api.get,
        "cancel": api.cancel,
        "cancel_job": api.cancel,
        "request_events": streams.of_request,
        "events": streams.of_all,
        "health": health,
        "live": live,
        "metrics": metrics,
        "openapi": described,
    }


def _endpoint(
    api: Api, operation: Operation, handler: Handler
) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def answer(http: HttpRequest) -> Response:
        began = api.monotonic()
        response = await _answer(api, operation, handler, http)
        seconds = api.monotonic() - began
        api.answered(Answered(operation.name, response.status_code, seconds))
        return response

    return answer


async def _answer(
    api: Api, operation: Operation, handler: Handler, http: HttpRequest
) -> Response:
    try:
        found = await handler(http)
        if isinstance(found, Response):
            return found
        return JSONResponse(found, operation.answers[0], headers=HEADERS)
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
