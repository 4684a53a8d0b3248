"""All that a site's API answers, described: requests, and releases beside them."""

from __future__ import annotations

from job_runner.server import openapi
from job_runner.server.operations import OPERATIONS, Operation
from job_runner.server.problems import NobodyKnown
from job_runner.server.schemas import TEXT, TEXTS, TIME, Schema, closed, or_nothing, words
from output_checker.review.request import Because, Decision, Status
from output_checker.review.web import STATUS_CODES

_OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}

_BRIEF: Schema = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "project": TEXT,
        "author": TEXT,
        "status": words(Status),
        "submitted_at": TIME,
        "decided_at": or_nothing(TIME),
        "returned_because": TEXTS,
        "files": _OBJECTS,
    },
    "required": ["id", "project", "author", "status", "submitted_at", "files"],
}

SCHEMAS = {
    "Release": _BRIEF,
    "Releases": closed({"releases": {"type": "array", "items": _BRIEF}}),
    "ReleaseAsked": closed(
        {
            "request_id": TEXT,
            "files": TEXTS,
            "context": {"type": ["string", "object"]},
        },
        optional=["files", "context"],
    ),
    "Vote": closed(
        {"vote": words(Decision), "reason": TEXT, "because": words(Because)},
        optional=["reason", "because"],
    ),
}
"""Reports and votes are told of in the manual of the checker; here they are objects."""

_CODES = tuple(sorted(set(STATUS_CODES.values())))


def _operation(
    name: str, path: str, summary: str, *, answers: int = 200, body: str | None = None
) -> Operation:
    """A call about releases: a look, or where there is a ``body``, a move."""
    return Operation(
        f"release_{name}",
        "POST" if body else "GET",
        f"/api/releases{path}",
        summary,
        "Releases" if name == "list" else "Release",
        (answers,),
        (NobodyKnown,),
        body,
        also=_CODES,
    )


RELEASES = (
    _operation("list", "", "The requests for release that you may look at."),
    _operation(
        "submit",
        "",
        "Ask for a request's outputs to be released.",
        answers=201,
        body="ReleaseAsked",
    ),
    _operation("get", "/{id}", "A request for release, as you may see it."),
    _operation("vote", "/{id}/votes", "Approve or return it, as a reviewer.", body="Vote"),
    _operation(
        "withdraw", "/{id}/withdraw", "Take it back, as its author.", body="Nothing"
    ),
    _operation("release", "/{id}/release", "Let it out, once approved.", body="Nothing"),
)

EVERY = (*OPERATIONS, *RELEASES)


def document() -> dict[str, object]:
    """The whole description, as a site serves it."""
    return openapi.document(EVERY, SCHEMAS)
