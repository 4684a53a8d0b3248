"""What happens to requests, as the record tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from output_checker.review.request import ReleaseRequest


class EventKind(Enum):
    """What the record tells of a review."""

    SUBMITTED = "release.submitted"
    VOTED = "release.voted"
    DECIDED = "release.decided"
    WITHDRAWN = "release.withdrawn"
    RELEASED = "release.released"
    SENT_BACK = "release.sent_back"
    HELD = "release.held"


@dataclass(frozen=True)
class Event:
    """Something that happened to a request. ``number`` is the store's; 0 before."""

    request_id: str
    kind: EventKind
    who: str
    at: datetime
    body: Mapping[str, object]
    number: int = 0


def told(kind: EventKind, request: ReleaseRequest) -> Mapping[str, object]:
    """What the record says of an event, from the request as it is after it."""
    return TOLD[kind](request)


def _files_told(request: ReleaseRequest) -> Mapping[str, object]:
    return {
        "project": request.project,
        "run": request.origin.run_id,
        "commit": request.origin.commit,
        "title": request.context.title,
        "files": [
            {
                "path": f.path,
                "job": f.job_id,
                "output_sha256": f.output_sha256,
                "entry_sha256": f.entry_sha256,
                "report_sha256": f.report_sha256,
                "policy_sha256": f.policy_sha256,
                "verdict": f.verdict.name,
                "codes": list(f.codes),
            }
            for f in request.files
        ],
    }


def _votes_told(request: ReleaseRequest) -> Mapping[str, object]:
    return {
        "status": request.status.value,
        "waived": [f.path for f in request.to_waive],
        "votes": [
            {
                "by": v.by,
                "decision": v.decision.value,
                "reason": v.reason,
                "because": v.because.value if v.because else None,
            }
            for v in request.votes
        ],
    }


def _bundle_told(request: ReleaseRequest) -> Mapping[str, object]:
    bundle = request.bundle
    return {"manifest_sha256": bundle.manifest_sha256} if bundle else {}


TOLD: Mapping[EventKind, Callable[[ReleaseRequest], Mapping[str, object]]] = {
    EventKind.SUBMITTED: _files_told,
    EventKind.VOTED: lambda request: {"votes_in": len(request.votes)},
    EventKind.DECIDED: _votes_told,
    EventKind.WITHDRAWN: lambda _request: {},
    EventKind.RELEASED: _bundle_told,
    EventKind.SENT_BACK: lambda _request: {},
    EventKind.HELD: lambda _request: {},
}
"""What an event says. SENT_BACK and HELD say their problem besides. VOTED says no
more than that: the other reviewer might read it."""
