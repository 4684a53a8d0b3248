"""What can happen to a request, as a table, and the request after it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from output_checker.review.request import (
    VOTERS,
    Bundle,
    Decision,
    ReleaseRequest,
    Status,
    Vote,
)


class Move(Enum):
    """Something that somebody does to a request."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    SEND_BACK = "send back"


MOVES: Mapping[tuple[Status, Move], frozenset[Status]] = {
    (Status.DRAFT, Move.SUBMIT): frozenset({Status.SUBMITTED}),
    (Status.SUBMITTED, Move.APPROVE): frozenset(
        {Status.SUBMITTED, Status.APPROVED, Status.RETURNED}
    ),
    (Status.SUBMITTED, Move.RETURN): frozenset({Status.SUBMITTED, Status.RETURNED}),
    (Status.SUBMITTED, Move.WITHDRAW): frozenset({Status.WITHDRAWN}),
    (Status.APPROVED, Move.RELEASE): frozenset({Status.RELEASED}),
    (Status.APPROVED, Move.SEND_BACK): frozenset({Status.RETURNED}),
}
"""Where a move may lead. SEND_BACK: the site can't stand by what was approved, because the
report isn't the one that was reviewed. Nothing approved is withdrawn: it may be on its
way."""

VOTING: Mapping[Move, Decision] = {
    Move.APPROVE: Decision.APPROVE,
    Move.RETURN: Decision.RETURN,
}


def submitted(draft: ReleaseRequest) -> ReleaseRequest:
    """The draft, handed in."""
    return _moved(draft, Move.SUBMIT, Status.SUBMITTED)


def voted(request: ReleaseRequest, vote: Vote) -> ReleaseRequest:
    """With one vote more; decided if it was the last one missing."""
    votes = (*request.votes, vote)
    move = Move.APPROVE if vote.decision is Decision.APPROVE else Move.RETURN
    return replace(_moved(request, move, _decided(votes), votes), votes=votes)


def withdrawn(request: ReleaseRequest) -> ReleaseRequest:
    """Taken back by its author."""
    return _moved(request, Move.WITHDRAW, Status.WITHDRAWN)


def released(request: ReleaseRequest, bundle: Bundle) -> ReleaseRequest:
    """Gone out, as this bundle."""
    return _moved(request, Move.RELEASE, Status.RELEASED, bundle=bundle)


def sent_back(request: ReleaseRequest) -> ReleaseRequest:
    """Approved, but no longer what was reviewed."""
    return _moved(request, Move.SEND_BACK, Status.RETURNED)


def _decided(votes: tuple[Vote, ...]) -> Status:
    if len(votes) < VOTERS:
        return Status.SUBMITTED
    said = {v.decision for v in votes}
    return Status.APPROVED if said == {Decision.APPROVE} else Status.RETURNED


def _moved(
    request: ReleaseRequest,
    move: Move,
    to: Status,
    votes: tuple[Vote, ...] | None = None,
    bundle: Bundle | None = None,
) -> ReleaseRequest:
    if to not in MOVES.get((request.status, move), frozenset()):
        raise ValueError(f"{move.value} doesn't make {request.status.value} {to.value}")
    return replace(
        request,
        status=to,
        votes=request.votes if votes is None else votes,
        bundle=bundle,
        version=request.version + 1,
    )
