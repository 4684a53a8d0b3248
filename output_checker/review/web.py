"""What is the same for every page and every API call: who asks, limits, headers, errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from output_checker.errors import (
    CheckerError,
    NotPermitted,
    NotSignedIn,
    ReleaseRefused,
    RequestUnknown,
    RequestUnreadable,
    SiteBroken,
)
from output_checker.review.request import Person
from output_checker.review.sessions import Sessions

MOST_BYTES = 64_000
MOST_FIELDS = 20

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # not no-referrer: browsers would then send a form's own origin as "null"
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
"""On every answer. Nothing runs in these pages, and nothing comes from elsewhere."""

STATUS_CODES: Mapping[type[CheckerError], int] = {
    RequestUnreadable: 400,
    NotSignedIn: 401,
    NotPermitted: 403,
    RequestUnknown: 404,
    SiteBroken: 500,
    ReleaseRefused: 409,
    CheckerError: 409,
}

Identify = Callable[[str], Person | None]


@dataclass(frozen=True)
class Ask:
    """One call: who, where, what. ``by_cookie``: a browser sent who it is by itself."""

    person: Person | None
    cookie: str | None = field(repr=False)
    by_cookie: bool
    from_elsewhere: bool
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(repr=False)
    address: str

    def known(self) -> Person:
        """Whoever asks; NotSignedIn if nobody is known."""
        if self.person is None:
            raise nobody()
        return self.person

    def form(self) -> Mapping[str, str]:
        """The fields of a form, each once; RequestUnreadable otherwise."""
        try:
            text = self.body.decode("utf-8")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise unreadable("this isn't a form of this site's", "form") from None
        return dict(pairs)


@dataclass(frozen=True)
class Door:
    """How people are known here: by a token in a header, or by a session's cookie."""

    identify: Identify
    sessions: Sessions
    https: bool

    @property
    def cookie_name(self) -> str:
        """The prefix makes browsers hold the site to Secure and Path=/."""
        return "__Host-strongroom" if self.https else "strongroom"

    def person(self, token: str | None) -> Person | None:
        """Whoever this token is of."""
        return self.identify(token) if token else None

    def let_in(self, response: Response, cookie: str) -> Response:
        """The answer, with the session's cookie."""
        response.set_cookie(
            self.cookie_name, cookie, httponly=True, samesite="strict", secure=self.https
        )
        return response


Handler = Callable[[Ask], Response]
OnError = Callable[[Ask, CheckerError], Response]


def endpoint(
    door: Door, handler: Handler, on_error: OnError
) -> Callable[[Request], Awaitable[Response]]:
    """A route's function: reads what is asked, within bounds, and answers in a thread."""

    async def answer(request: Request) -> Response:
        body = await _body(request)

        def work() -> Response:
            ask = _ask(door, request, body or b"")
            try:
                if body is None:
                    raise unreadable(f"more than {MOST_BYTES} bytes were sent", "body")
                return handler(ask)
            except CheckerError as error:
                return on_error(ask, error)

        return await run_in_threadpool(work)

    return answer


def status_code(error: CheckerError) -> int:
    """The HTTP status of a kind of error."""
    kinds = [kind for kind in type(error).__mro__ if kind in STATUS_CODES]
    return STATUS_CODES[kinds[0]]


def nobody() -> NotSignedIn:
    """Nobody is known by what was sent."""
    return NotSignedIn(
        "nobody is signed in, or the token isn't one that is known here",
        where="Authorization",
        remedy="Sign in with the token that the site's operator gave you.",
    )


def unreadable(problem: str, where: str) -> RequestUnreadable:
    """What was sent can't be understood."""
    return RequestUnreadable(problem, where=where, remedy="Send it as the manual says.")


def from_nobody(request: Request) -> Ask:
    """A call of which nothing is looked at but its address."""
    return Ask(None, None, True, True, {}, {}, b"", request.url.path)


class SafeHeaders:
    """Middleware: HEADERS on every answer that doesn't set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


def _ask(door: Door, request: Request, body: bytes) -> Ask:
    header = request.headers.get("authorization")
    cookie = request.cookies.get(door.cookie_name)
    token = door.sessions.token(cookie) if header is None else _bearer(header)
    return Ask(
        person=door.person(token),
        cookie=cookie,
        by_cookie=header is None,
        from_elsewhere=request.headers.get("sec-fetch-site", "none")
        not in ("same-origin", "none"),
        path=request.path_params,
        query=request.query_params,
        body=body,
        address=request.url.path,
    )


def _bearer(header: str) -> str | None:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def _body(request: Request) -> bytes | None:
    """What was sent, or None if that is too much; never more than the bound in memory."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body
