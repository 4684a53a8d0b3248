"""Who may do what, and who sees what, as tables; and the one reason when not.

Exception, button, API and test all ask ``why_not``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from output_checker.report import Verdict, Verification
from output_checker.review.codes import explained
from output_checker.review.moves import MOVES, VOTING, Move
from output_checker.review.request import (
    VOTERS,
    Person,
    ReleaseFile,
    ReleaseRequest,
    Role,
    Status,
    Vote,
)


class Standing(Enum):
    """What somebody must be to a request."""

    AUTHOR = auto()
    NOT_AUTHOR = auto()
    ANYONE = auto()


@dataclass(frozen=True)
class Rule:
    """Who makes a move: a role, and how they stand to the request."""

    role: Role
    standing: Standing


RULES: Mapping[Move, Rule] = {
    Move.SUBMIT: Rule(Role.RESEARCHER, Standing.AUTHOR),
    Move.APPROVE: Rule(Role.REVIEWER, Standing.NOT_AUTHOR),
    Move.RETURN: Rule(Role.REVIEWER, Standing.NOT_AUTHOR),
    Move.WITHDRAW: Rule(Role.RESEARCHER, Standing.AUTHOR),
    Move.RELEASE: Rule(Role.OPERATOR, Standing.ANYONE),
    Move.SEND_BACK: Rule(Role.OPERATOR, Standing.ANYONE),
}
"""RELEASE is open to any operator: it carries out what two others decided."""

DONE: Mapping[Move, str] = {
    Move.SUBMIT: "submitted",
    Move.APPROVE: "approved",
    Move.RETURN: "returned",
    Move.WITHDRAW: "withdrawn",
    Move.RELEASE: "released",
    Move.SEND_BACK: "sent back",
}

UNFIT: Mapping[Verification, str | None] = {
    Verification.VERIFIED: None,
    Verification.MISMATCH: "its numbers aren't the ones recomputed from the cohort",
    Verification.UNVERIFIABLE: "its numbers couldn't be recomputed from the cohort",
    Verification.OPAQUE: None,
}
"""Why a file that was found to be so is in no request. OPAQUE: nothing of it could be
recomputed, so no machine passes it; where its kind, its words and the site's policy don't
refuse it, two people judge what the checker wrote anew."""

ONLY_BY_NAME = frozenset({Verification.OPAQUE})
"""Not in a request that names no files: its author has to want it out."""

NOTHING_OF_OURS = "there is nothing that the checker wrote to leave in its place"


class Sight(IntEnum):
    """How much of a request somebody sees; more includes less."""

    NOTHING = 0
    STATUS = 1
    EVERYTHING = 2


SIGHT: Mapping[Role, Sight] = {
    Role.RESEARCHER: Sight.NOTHING,
    Role.REVIEWER: Sight.EVERYTHING,
    Role.OPERATOR: Sight.STATUS,
}
"""STATUS: status and enumerated codes. EVERYTHING: the report with its cells as well."""


_ONLY: Mapping[Role, str] = {
    Role.RESEARCHER: "Only a researcher may do this.",
    Role.REVIEWER: "Only a reviewer may do this.",
    Role.OPERATOR: "Only an operator may do this.",
}


def not_permitted(request: ReleaseRequest, move: Move, person: Person) -> str | None:
    """Why this is never this person's to do, or None."""
    rule = RULES[move]
    if rule.role not in person.roles:
        return _ONLY[rule.role]
    own = person.name == request.author
    if rule.standing is Standing.NOT_AUTHOR and own:
        return "Nobody reviews their own request."
    if rule.standing is Standing.AUTHOR and not own:
        return "Only the request's author may do this."
    return None


def why_not(request: ReleaseRequest, move: Move, person: Person) -> str | None:
    """Why this move is refused to this person now, or None if it may go ahead."""
    if reason := not_permitted(request, move, person):
        return reason
    if (request.status, move) not in MOVES:
        return f"A {request.status.value} request can't be {DONE[move]}."
    if move in VOTING and any(v.by == person.name for v in request.votes):
        return "You have voted; a vote stays as it was given."
    if move is Move.SUBMIT:
        return unfit(request.files)
    return None


def unfit(files: tuple[ReleaseFile, ...]) -> str | None:
    """Why these files can't be in a request, all of them named, or None."""
    reasons = [f"{f.name_outside}: {reason}" for f in files if (reason := unfit_file(f))]
    return "; ".join(reasons) + "." if reasons else None


def unfit_file(file: ReleaseFile) -> str | None:
    """Why this file can't be in a request, or None. Codes' meanings only: its author is
    outside."""
    if file.verdict is Verdict.FAIL:
        told = "; ".join(explained(code) for code in file.codes)
        return told or "the checker refuses it"
    if reason := UNFIT[file.verification]:
        return reason
    return None if file.replaced else NOTHING_OF_OURS


def asked_unnamed(file: ReleaseFile) -> bool:
    """Whether a request that names no files is about this one, too."""
    return unfit_file(file) is None and file.verification not in ONLY_BY_NAME


def needs_reason(request: ReleaseRequest, move: Move) -> str | None:
    """Why this vote takes a written reason, or None if it may be given without."""
    if move is Move.RETURN:
        return "Say why it is returned."
    if move is Move.APPROVE and request.to_waive:
        names = ", ".join(f.path for f in request.to_waive)
        return f"Say why the findings on {names} may be waived; it takes both of you."
    return None


def sight(request: ReleaseRequest, person: Person) -> Sight:
    """How much this person sees. An author never sees more than the outside does."""
    most = max((SIGHT[role] for role in person.roles), default=Sight.NOTHING)
    return Sight.STATUS if person.name == request.author else most


def votes_seen(request: ReleaseRequest, person: Person) -> tuple[Vote, ...]:
    """All votes once both are in; before, a reviewer's own and nobody else's."""
    if sight(request, person) is not Sight.EVERYTHING:
        return ()
    if len(request.votes) == VOTERS:
        return request.votes
    return tuple(v for v in request.votes if v.by == person.name)


def decided(request: ReleaseRequest) -> bool:
    """Whether the reviewers are done with it."""
    return request.status in (Status.APPROVED, Status.RELEASED, Status.RETURNED)
