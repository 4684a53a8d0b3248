"""Pages and API as one web application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from output_checker.errors import CheckerError, RequestUnknown, SiteBroken
from output_checker.review import api
from output_checker.review.pages import Pages, PublicRun
from output_checker.review.service import Service
from output_checker.review.sessions import Sessions
from output_checker.review.shown import Templates, stylesheet
from output_checker.review.web import (
    Door,
    Handler,
    Identify,
    SafeHeaders,
    endpoint,
    from_nobody,
)

Answer = Callable[[Request, Exception], Awaitable[Response]]


def review_site(
    service: Service,
    *,
    identify: Identify,
    public_runs: Callable[[], Sequence[PublicRun]],
    key: bytes,
    clock: Callable[[], datetime],
    new_secret: Callable[[], str],
    https: bool = True,
    site_name: str = "Strongroom",
) -> ASGIApp:
    """The public record at ``/``, the reviewers' pages and ``/api/releases``.

    ``identify``: whom a token is of, asked anew at every call. ``key``: at least 32 secret
    bytes that sign cookies. ``new_secret``: text that nobody can guess, safe in a cookie.
    ``https``: whether browsers come by TLS; only False lets a cookie travel without.
    """
    if len(key) < 32:
        raise ValueError("a signing key has at least 32 bytes")
    door = Door(identify, Sessions(key, clock, new_secret), https)
    pages = Pages(service, door, Templates(site_name), public_runs)
    app = Starlette(
        routes=[*api.routes(service, door), *page_routes(pages), _style()],
        exception_handlers={404: _nowhere(pages), 500: _broken(pages)},
    )
    return SafeHeaders(app)  # outermost, so that no answer goes without


def page_routes(pages: Pages) -> list[BaseRoute]:
    """Every page and form."""

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        answer = endpoint(pages.door, handler, pages.on_error)
        return Route(path, answer, methods=[method])

    return [
        route("/", pages.record),
        route("/sign-in", pages.sign_in_form),
        route("/sign-in", pages.sign_in, "POST"),
        route("/sign-out", pages.sign_out, "POST"),
        route("/releases", pages.requests),
        route("/releases/{id}", pages.request),
        route("/releases/{id}/votes", pages.vote, "POST"),
        route("/releases/{id}/withdraw", pages.withdraw, "POST"),
        route("/releases/{id}/release", pages.release, "POST"),
        route("/releases/{id}/pictures/{name}", pages.picture),
        route("/releases/{id}/bundle", pages.bundle),
        route("/releases/{id}/bundle/{name}", pages.bundle_file),
    ]


def _style() -> Route:
    style = stylesheet()

    async def answer(_request: Request) -> Response:
        headers = {"cache-control": "public, max-age=300"}
        return Response(style, media_type="text/css; charset=utf-8", headers=headers)

    return Route("/static/style.css", answer)


def _nowhere(pages: Pages) -> Answer:
    return _told(
        pages,
        RequestUnknown(
            "there is nothing at this address",
            where="address",
            remedy="Start from the first page.",
        ),
    )


def _broken(pages: Pages) -> Answer:
    """Nothing of the mistake is told; the server's own log has it."""
    return _told(
        pages,
        SiteBroken(
            "something went wrong on this site; what was stored before is safe",
            where="site",
            remedy="Try again; if it stays so, tell the site's operator.",
        ),
    )


def _told(pages: Pages, error: CheckerError) -> Answer:
    """JSON below /api, a page elsewhere; uses nothing that may be what is broken."""

    async def answer(request: Request, _error: Exception) -> Response:
        to_api = request.url.path.startswith("/api/")
        on_error = api.on_error if to_api else pages.on_error
        return on_error(from_nobody(request), error)

    return answer
