"""Errors on their way out: which status, which words. What nobody foresaw says nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import PurePath

from starlette.responses import JSONResponse

from cohort_dsl.errors import StrongroomError
from job_runner.errors import (
    Conflict,
    LedgerDamaged,
    PlatformError,
    ProjectError,
    RequestRefused,
)
from job_runner.project.mistakes import ProjectErrors
from job_runner.requests.admission import NotAdmitted

HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
"""On every answer: data, never a page."""


class NobodyKnown(RequestRefused):
    """No token, or one of nobody's."""


class NotYours(RequestRefused):
    """Known, but this takes another role or person."""


class Unknown(RequestRefused):
    """There is no such thing, or not for them to know of."""


class Malformed(RequestRefused):
    """What was sent can't be understood."""


class TooMuch(Malformed):
    """More was sent than is read."""


class NotJson(Malformed):
    """It doesn't say that it is JSON."""


STATUS_CODES: Mapping[type[StrongroomError], int] = {
    Malformed: 400,
    NobodyKnown: 401,
    NotYours: 403,
    Unknown: 404,
    NotAdmitted: 403,
    Conflict: 409,
    TooMuch: 413,
    NotJson: 415,
    RequestRefused: 422,
    ProjectError: 422,
    PlatformError: 503,
    LedgerDamaged: 503,
    StrongroomError: 500,
}

TOLD_AS = (Conflict, RequestRefused, ProjectError)
"""The kinds that a caller knows; each error is told as the first that it is one of."""


def answer_to(error: Exception) -> JSONResponse:
    """Place, problem and remedy, as JSON. The platform's own troubles stay inside."""
    status = status_of(error)
    headers = dict(HEADERS)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(_told(error, status), status, headers=headers)


def status_of(error: Exception) -> int:
    """The status of the error's kind, or of the nearest kind that it belongs to."""
    kinds = (kind for kind in type(error).__mro__ if kind in STATUS_CODES)
    return STATUS_CODES[next(kinds, StrongroomError)]


def log_trouble(error: Exception) -> None:
    """For the operator: our own words as they are; of what nobody foresaw, which may hold
    a person's value in its text, only its kind and where in the code it was."""
    log = logging.getLogger("strongroom.server")
    if isinstance(error, StrongroomError):
        log.error("%s", error)
        return
    place, trace = "nowhere", error.__traceback__
    while trace is not None:
        file = PurePath(trace.tb_frame.f_code.co_filename).name
        place, trace = f"{file}, line {trace.tb_lineno}", trace.tb_next
    log.error("%s at %s", type(error).__name__, place)


def _told(error: Exception, status: int) -> Mapping[str, object]:
    if status >= 500 or not isinstance(error, StrongroomError):
        return _out_of_order(status)
    told = {
        "error": next(kind.__name__ for kind in TOLD_AS if isinstance(error, kind)),
        "where": error.where,
        "problem": error.problem,
        "remedy": error.remedy,
    }
    return {**told, **(_every_mistake(error) if isinstance(error, ProjectErrors) else {})}


def _out_of_order(status: int) -> Mapping[str, object]:
    problem = {503: "the site can't do this now"}.get(status, "the site made a mistake")
    return {
        "error": "PlatformError",
        "where": "the site",
        "problem": problem,
        "remedy": "Try again; if it stays so, tell the site's operator.",
    }


def _every_mistake(error: ProjectErrors) -> Mapping[str, object]:
    """A list, and one text for a caller that reads no list."""
    every = [
        {"where": e.where, "problem": e.problem, "remedy": e.remedy} for e in error.errors
    ]
    return {
        "problem": f"it has mistakes\n{error}",
        "remedy": "Put these right, commit and push.",
        "errors": every,
    }
