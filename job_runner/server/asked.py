"""What a caller sent, read within bounds; Malformed where it isn't what the manual says."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request as HttpRequest

from job_runner.requests.admission import Sealed
from job_runner.requests.request import Submission
from job_runner.server.problems import Malformed, NotJson, TooMuch

MOST_BYTES = 64 * 1024
MOST_ACTIONS = 5_000
LONGEST_WAIT = 25.0
"""Seconds. Proxies close a connection that is silent for longer."""

_SEQUENCE = re.compile(r"[0-9]{1,18}")
_SUBMISSION = (
    'Send {"signed": …, "signature": …}, or where a site takes it unsigned '
    '{"repository": …, "commit": …, "actions": […]}.'
)


@dataclass(frozen=True)
class Wait:
    """For how long, in seconds, to wait for an event of a later number than ``after``."""

    seconds: float
    after: int


async def submission(http: HttpRequest) -> Submission | Sealed:
    """What was signed and its signature; or, unsigned, exactly the keys that are known."""
    body = _object(await _body(http), _SUBMISSION)
    if "signed" in body:
        _refuse_unknown(body, {"signed", "signature"}, _SUBMISSION)
        return Sealed(_text(body, "signed"), _text(body, "signature"))
    _refuse_unknown(body, {"repository", "commit", "actions", "project"}, _SUBMISSION)
    project = None if body.get("project") is None else _text(body, "project")
    return Submission(
        _text(body, "repository"), _text(body, "commit"), _actions(body), project
    )


async def nothing(http: HttpRequest) -> None:
    """An empty body or an empty object: who sends more wants what isn't offered."""
    data = await _body(http, needs_type=False)
    if data.strip():
        remedy = "Send nothing, or {}."
        _refuse_unknown(_object(data, remedy), set(), remedy)


def wait(http: HttpRequest) -> Wait | None:
    """How long the caller would wait, if at all."""
    seconds = _seconds(http.query_params.get("wait", "0"))
    after = http.query_params.get("after")
    if after is None:
        return None
    if not _SEQUENCE.fullmatch(after):
        raise Malformed(
            f"{ascii(after)[:20]} isn't a sequence number",
            where="after",
            remedy="Send the 'sequence' of the answer that you have.",
        )
    return Wait(seconds, int(after))


def _seconds(told: str) -> float:
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


async def _body(http: HttpRequest, *, needs_type: bool = True) -> bytes:
    """The bytes that were sent; never more than the bound in memory."""
    kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (needs_type or kind):
        raise NotJson(
            "this takes JSON",
            where="Content-Type",
            remedy="Send Content-Type: application/json.",
        )
    data = b""
    async for chunk in http.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise TooMuch(
                f"more than {MOST_BYTES} bytes were sent",
                where="body",
                remedy="Name run_all rather than every action.",
            )
    return data


def _object(data: bytes, remedy: str) -> dict[str, Any]:
    try:
        body = json.loads(data, object_pairs_hook=_each_once)
        json.dumps(body, ensure_ascii=False).encode()  # no half characters either
    except _Twice:
        raise _malformed("a key is there twice", remedy) from None
    except (ValueError, RecursionError):
        raise _malformed("this isn't JSON", remedy) from None
    if not isinstance(body, dict):
        raise _malformed("this isn't a JSON object", remedy)
    return body


class _Twice(Exception):
    """Of two values of one key, nobody knows which is meant."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _refuse_unknown(body: dict[str, Any], known: set[str], remedy: str) -> None:
    unknown = body.keys() - known
    if unknown:
        raise _malformed(f"{ascii(min(unknown))[:40]} isn't a key that is known", remedy)


def _actions(body: dict[str, Any]) -> tuple[str, ...]:
    actions = body.get("actions")
    if not isinstance(actions, list) or not all(isinstance(a, str) for a in actions):
        raise _malformed("'actions' isn't a list of names", _SUBMISSION)
    if len(actions) > MOST_ACTIONS:
        raise _malformed(f"'actions' are more than {MOST_ACTIONS}", _SUBMISSION)
    return tuple(actions)


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise _malformed(f"'{key}' isn't a text", _SUBMISSION)
    return value


def _malformed(problem: str, remedy: str) -> Malformed:
    return Malformed(problem, where="body", remedy=remedy)
