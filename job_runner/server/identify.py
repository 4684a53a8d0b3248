"""Who asks, and what each role may do here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum

from job_runner.requests.request import Request
from job_runner.server.problems import NobodyKnown, NotYours, Unknown
from job_runner.server.tokens import bearer
from job_runner.site.people import Person, Role
from job_runner.store import Store
from job_runner.store.looks import Status


class Move(Enum):
    """What may be asked of the API. The value is how a refusal says it."""

    SUBMIT = "submit a request"
    LOOK = "look at this request"
    CANCEL = "cancel this request"


ANYBODYS: Mapping[Move, frozenset[Role]] = {
    Move.SUBMIT: frozenset({Role.RESEARCHER}),
    Move.LOOK: frozenset({Role.OPERATOR, Role.REVIEWER}),
    Move.CANCEL: frozenset({Role.OPERATOR}),
}
"""Who may do so whosever the request is. To look and to cancel, its author may too."""


def person(header: str | None, store: Store, clock: Callable[[], datetime]) -> Person:
    """Whose token an Authorization header holds; NobodyKnown."""
    token = bearer(header)
    return _known(store.person_by_token(token, at=clock()) if token else None)


def may(someone: Person, move: Move, request: Request | None = None) -> bool:
    """Whether they may; of their own request, or in a role that may of anybody's."""
    own = request is not None and request.submitted_by == someone.name
    return own or bool(ANYBODYS[move] & someone.roles)


def refuse_unless(someone: Person, move: Move, request: Request | None = None) -> None:
    """NotYours with the roles that may."""
    if not may(someone, move, request):
        roles = " or ".join(sorted(role.value for role in ANYBODYS[move]))
        raise NotYours(
            f"to {move.value} takes the {roles} role",
            where=f"person {someone.name}",
            remedy=f"Ask an {roles}." if request else "Ask the site's custodian for it.",
        )


def seen(
    header: str | None, store: Store, clock: Callable[[], datetime], wanted: str
) -> tuple[Person, Status]:
    """Who asks, and the request as it is; NobodyKnown, and the same Unknown for what isn't
    there and what isn't theirs."""
    found: tuple[Person | None, Status | None] = None, None
    if token := bearer(header):
        found = store.looks.status_for(token, wanted, at=clock())
    someone, status = _known(found[0]), found[1]
    if status is None or not may(someone, Move.LOOK, status.request):
        raise Unknown(
            "there is no such request of yours",
            where=f"request {ascii(wanted)[:60]}",
            remedy="Look at the list of your requests: strongroom status.",
        )
    return someone, status


def _known(found: Person | None) -> Person:
    if found is None:
        raise NobodyKnown(
            "nobody is known by this token",
            where="Authorization",
            remedy="Send the token that the site's operator made for you.",
        )
    return found
