"""The API of releases: what a command line, or another site, asks and is told.

Known by an Authorization header only: a browser never sends one by itself, so no other
page can call this in somebody's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from output_checker.errors import CheckerError, RequestUnreadable
from output_checker.review import views
from output_checker.review.request import Because, Context, Decision, Person
from output_checker.review.service import Service
from output_checker.review.web import (
    Ask,
    Door,
    Handler,
    endpoint,
    nobody,
    status_code,
    unreadable,
)

Words = TypeVar("Words", Decision, Because)


def routes(service: Service, door: Door) -> list[BaseRoute]:
    """/api/releases and what is below it."""
    api = Api(service)

    def route(path: str, handler: Handler, method: str) -> Route:
        return Route(path, endpoint(door, handler, on_error), methods=[method])

    return [
        route("/api/releases", api.list, "GET"),
        route("/api/releases", api.submit, "POST"),
        route("/api/releases/{id}", api.get, "GET"),
        route("/api/releases/{id}/votes", api.vote, "POST"),
        route("/api/releases/{id}/withdraw", api.withdraw, "POST"),
        route("/api/releases/{id}/release", api.release, "POST"),
    ]


def on_error(_ask: Ask, error: CheckerError) -> Response:
    """Place, problem and remedy, as JSON."""
    body = {
        "error": type(error).__name__,
        "where": error.where,
        "problem": error.problem,
        "remedy": error.remedy,
    }
    return JSONResponse(body, status_code(error))


class Api:
    """Each method answers one kind of call."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def list(self, ask: Ask) -> Response:
        person = _person(ask)
        requests = self._service.list_for(person)
        return JSONResponse({"releases": [views.briefly(r, person) for r in requests]})

    def submit(self, ask: Ask) -> Response:
        person = _person(ask)
        body = _body(ask, {"request_id"}, {"files", "context"})
        done = self._service.submit(
            _text(body, "request_id"), _files(body), _context(body), person
        )
        shown = views.seen(self._service, done.request, person)
        return JSONResponse(shown | {"refused": views.refused(done.left_out)}, 201)

    def get(self, ask: Ask) -> Response:
        person = _person(ask)
        request = self._service.seen(ask.path["id"], person)
        return JSONResponse(views.seen(self._service, request, person))

    def vote(self, ask: Ask) -> Response:
        person = _person(ask)
        body = _body(ask, {"vote"}, {"reason", "because"})
        decision = word(Decision, _text(body, "vote"), "vote")
        request = self._service.vote(
            ask.path["id"],
            decision,
            person,
            reason=_text(body, "reason", ""),
            because=because(decision, _text(body, "because", "")),
        )
        return JSONResponse(views.seen(self._service, request, person))

    def withdraw(self, ask: Ask) -> Response:
        person = _person(ask)
        request = self._service.withdraw(ask.path["id"], person)
        return JSONResponse(views.seen(self._service, request, person))

    def release(self, ask: Ask) -> Response:
        person = _person(ask)
        request = self._service.release(ask.path["id"], person)
        return JSONResponse(views.seen(self._service, request, person))


def because(decision: Decision, told: str) -> Because | None:
    """Why a request is returned: "other" where nothing was said, None if it is approved."""
    if decision is Decision.APPROVE:
        if told:
            raise unreadable("only a return says because of what", "because")
        return None
    return word(Because, told or Because.OTHER.value, "because")


def word(kind: type[Words], told: str, where: str) -> Words:
    """One of the kind's words; RequestUnreadable names them all otherwise."""
    try:
        return kind(told)
    except ValueError:
        words = ", ".join(w.value for w in kind)
        raise RequestUnreadable(
            "this isn't one of the words that are known here",
            where=where,
            remedy=f"Send one of: {words}.",
        ) from None


def _person(ask: Ask) -> Person:
    if ask.by_cookie:
        raise nobody()
    return ask.known()


def _body(ask: Ask, needed: set[str], allowed: set[str]) -> Mapping[str, Any]:
    try:
        body = json.loads(ask.body, object_pairs_hook=_each_once)
        json.dumps(body, ensure_ascii=False).encode()  # no half characters either
    except _Twice:
        raise unreadable("a key is there twice", "body") from None
    except (ValueError, RecursionError):
        raise unreadable("this isn't JSON", "body") from None
    if not isinstance(body, dict):
        raise unreadable("this isn't a JSON object", "body")
    if wrong := sorted((needed - body.keys()) | (body.keys() - needed - allowed)):
        names = ", ".join(wrong)[:200]
        raise unreadable(f"these keys are missing or unknown: {names}", "body")
    return body


class _Twice(Exception):
    """Of two values of one key, nobody knows which is meant."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _text(body: Mapping[str, Any], key: str, otherwise: str | None = None) -> str:
    value = body.get(key, otherwise)
    if not isinstance(value, str):
        raise unreadable("this isn't text", key)
    return value


def _files(body: Mapping[str, Any]) -> list[str] | None:
    files = body.get("files")
    if files is None:
        return None
    if not isinstance(files, list) or not all(isinstance(f, str) for f in files):
        raise unreadable("this isn't a list of output names", "files")
    return files


def _context(body: Mapping[str, Any]) -> Context:
    """Either one text, what the reviewers should know, or a title and a purpose."""
    context = body.get("context", "")
    if isinstance(context, str):
        return Context(purpose=context)
    if not isinstance(context, dict) or context.keys() - {"title", "purpose"}:
        raise unreadable("this isn't a text, nor a title and a purpose", "context")
    return Context(_text(context, "title", ""), _text(context, "purpose", ""))
