"""What a submitter signs: everything that a site acts on, in one way of writing it.

The signature is over these very bytes, so a request says for which site it is, of whom, and
until when, and nobody can use it anywhere else, later, or for more.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from job_runner.errors import RequestRefused
from job_runner.requests.request import Priority, Submission

FORMAT, VERSION = "strongroom-signed-request", 1

NAMESPACE = "strongroom-request"
"""For ``ssh-keygen -Y sign -n``, so that no signature for another purpose counts."""

TOLERANCE = timedelta(minutes=5)
"""By how much a submitter's clock and a site's may differ."""

LONGEST = timedelta(hours=24)
"""From signing to expiry: a request may be signed on one day and carried in by another way,
and isn't good for ever."""

MOST_PURPOSE = 1_000
MOST_ACTIONS = 5_000

_ID = re.compile(r"[a-z0-9]{12,40}")
_TIMES = ("signed_at", "expires_at")


@dataclass(frozen=True)
class SignedRequest:
    """A request as its submitter signed it. ``id``: chosen by them, used once."""

    site: str
    id: str
    person: str
    signed_at: datetime
    expires_at: datetime
    repository: str
    commit: str
    actions: tuple[str, ...]
    project: str | None = None
    purpose: str = ""
    priority: Priority = Priority.NORMAL

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            _refuse("its 'id' isn't 12 to 40 small letters and digits")
        if self.signed_at.tzinfo is None or self.expires_at.tzinfo is None:
            _refuse("its times lack their zone")
        if not timedelta(0) < self.expires_at - self.signed_at <= LONGEST:
            _refuse(f"it isn't good for up to {LONGEST // timedelta(hours=1)} hours")
        if len(self.purpose) > MOST_PURPOSE or not all(map(_printed, self.purpose)):
            _refuse(f"its 'purpose' isn't one line of up to {MOST_PURPOSE} characters")
        if len(self.actions) > MOST_ACTIONS:
            _refuse(f"its 'actions' are more than {MOST_ACTIONS}")
        texts = (self.site, self.person, self.repository, self.commit, *self.actions)
        if not all(_whole(text) for text in (*texts, self.project or "")):
            _refuse("a text in it has half a character")

    @property
    def submission(self) -> Submission:
        """What is asked for."""
        return Submission(
            self.repository,
            self.commit,
            self.actions,
            self.project,
            self.purpose,
            self.priority,
        )


def written(request: SignedRequest) -> str:
    """The one way to write it: sorted keys, no blanks, ASCII."""
    values: dict[str, object] = {"format": FORMAT, "version": VERSION, **asdict(request)}
    for key in _TIMES:
        values[key] = getattr(request, key).astimezone(UTC).isoformat(timespec="seconds")
    values["priority"] = request.priority.value
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def read(text: str) -> SignedRequest:
    """The request; RequestRefused unless the text is exactly what ``written`` writes."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        _refuse("it isn't JSON")
    if not isinstance(values, dict):
        _refuse("it isn't a JSON object")
    if (values.pop("format", None), values.pop("version", None)) != (FORMAT, VERSION):
        _refuse(f"it isn't version {VERSION} of {FORMAT}")
    request = _understood(values)
    if written(request) != text:
        _refuse("it isn't written as it is signed: sorted keys, no blanks, ASCII, UTC")
    return request


def why_not_now(request: SignedRequest, now: datetime) -> str | None:
    """Why it doesn't count at this time, or None if it does."""
    if now < request.signed_at - TOLERANCE:
        return "it was signed in the future, by the site's clock"
    if now >= request.expires_at + TOLERANCE:
        return "it has expired"
    return None


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "site": str,
    "id": str,
    "person": str,
    "signed_at": str,
    "expires_at": str,
    "repository": str,
    "commit": str,
    "actions": list,
    "project": (str, type(None)),
    "purpose": str,
    "priority": str,
}


def _understood(values: dict[str, Any]) -> SignedRequest:
    if values.keys() != _TYPES.keys():
        _refuse(f"its keys aren't {', '.join(sorted(_TYPES))}, format and version")
    wrong = [key for key, kind in _TYPES.items() if not isinstance(values[key], kind)]
    if wrong or not all(isinstance(action, str) for action in values["actions"]):
        _refuse(f"its '{min(wrong, default='actions')}' is of another type")
    try:
        typed: dict[str, object] = {k: datetime.fromisoformat(values[k]) for k in _TIMES}
        typed["priority"] = Priority(values["priority"])
    except ValueError:
        words = ", ".join(priority.value for priority in Priority)
        _refuse(
            f"a time isn't as 2026-01-31T12:00:00+00:00, or its priority none of {words}"
        )
    return SignedRequest(**{**values, **typed, "actions": tuple(values["actions"])})


def _whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _printed(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] in "LMNPS"


def _refuse(problem: str) -> NoReturn:
    raise RequestRefused(
        f"this isn't a request that can be signed: {problem}",
        where="the signed request",
        remedy="Let strongroom submit write it and sign it.",
    )
