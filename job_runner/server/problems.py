"""Errors on their way out: which status, which words. What nobody foresaw says nothing."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from cohort_dsl.errors import StrongroomError
from job_runner.errors import Conflict, PlatformError, ProjectError, RequestRefused
from job_runner.project.mistakes import ProjectErrors


class NobodyKnown(RequestRefused):
    """No token, or one of nobody's."""


class NotYours(RequestRefused):
    """Known, but this takes another role or person."""


class Unknown(RequestRefused):
    """There is no such thing, or not for them to know of."""


class Malformed(RequestRefused):
    """What was sent can't be understood."""

    def __init__(
        self, problem: str, *, where: str, remedy: str, too_much: bool = False
    ) -> None:
        super().__init__(problem, where=where, remedy=remedy)
        self.status = 413 if too_much else 400


STATUS_CODES: Mapping[type[StrongroomError], int] = {
    Malformed: 400,
    NobodyKnown: 401,
    NotYours: 403,
    Unknown: 404,
    Conflict: 409,
    RequestRefused: 403,
    ProjectError: 422,
    PlatformError: 503,
    StrongroomError: 500,
}

TOLD_AS = (RequestRefused, ProjectError, PlatformError)
"""The kinds that a caller knows; each error is told as one of them."""

_OUT_OF_ORDER = {
    "error": "PlatformError",
    "where": "the site",
    "problem": "the site can't do this now",
    "remedy": "Try again; if it stays so, tell the site's operator.",
}


def answer_to(error: StrongroomError) -> JSONResponse:
    """Place, problem and remedy, as JSON. The platform's own troubles stay inside."""
    status = status_of(error)
    headers = {"cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    told = _OUT_OF_ORDER if status >= 500 else _told(error)
    return JSONResponse(told, status, headers=headers)


def status_of(error: StrongroomError) -> int:
    """The status of the error's kind, or of the nearest kind that it belongs to."""
    if isinstance(error, Malformed):
        return error.status
    return next(STATUS_CODES[k] for k in type(error).__mro__ if k in STATUS_CODES)


def _told(error: StrongroomError) -> dict[str, object]:
    kind = next(k.__name__ for k in TOLD_AS if isinstance(error, k))
    body: dict[str, object] = {
        "error": kind,
        "where": error.where,
        "problem": error.problem,
        "remedy": error.remedy,
    }
    if isinstance(error, ProjectErrors):
        every = [
            {"where": e.where, "problem": e.problem, "remedy": e.remedy}
            for e in error.errors
        ]
        # A caller that reads no list still tells its person all of it.
        body |= {"problem": f"it has mistakes\n{error}", "errors": every}
        body["remedy"] = "Put these right, commit and push."
    return body
