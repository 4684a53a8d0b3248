"""What each person is shown of a request: one place, for the pages and for the API.

The author, outside, gets a status, numbers of votes and enumerated codes. The reviewers
get the report. Nobody gets another's vote before both are in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from output_checker import report_json
from output_checker.errors import ReportChanged
from output_checker.report import Report, Verdict, Verification
from output_checker.review import permissions
from output_checker.review.codes import advice
from output_checker.review.moves import Move
from output_checker.review.permissions import Sight
from output_checker.review.reports import Reviewed
from output_checker.review.request import (
    Decision,
    Person,
    ReleaseFile,
    ReleaseRequest,
    Status,
    Vote,
)
from output_checker.review.service import Service

OFFERED = (Move.APPROVE, Move.RETURN, Move.WITHDRAW, Move.RELEASE)
"""What a person does; the site alone submits a draft and sends back."""
CHANGED = "report_changed"
UNASKED = "It wasn't asked for."
UNNAMED = "No claim says what it is: two people may let it out, if you ask for it by name."

JsonObject = dict[str, Any]


def seen(service: Service, request: ReleaseRequest, person: Person) -> JsonObject:
    """The request as this person may see it, ready for JSON."""
    shown = briefly(request, person) | {"you_may": you_may(request, person)}
    if permissions.sight(request, person) is not Sight.EVERYTHING:
        return shown
    shown["votes"] = [_vote(v) for v in permissions.votes_seen(request, person)]
    try:
        reviewed = service.reviewed(request, person)
    except ReportChanged as changed:
        return shown | {"reports": None, "report_problem": changed.problem}
    return shown | {"reports": [_entry(r) for r in reviewed], "report_problem": None}


def briefly(request: ReleaseRequest, person: Person) -> JsonObject:
    """A line of a list: status and codes, and outputs' own names to reviewers only."""
    own_names = permissions.sight(request, person) is Sight.EVERYTHING
    files = [_file(f, f.path if own_names else f.name_outside) for f in request.files]
    return _status(request) | {"files": files}


def refused(files: Sequence[ReleaseFile]) -> list[JsonObject]:
    """Outputs that aren't in a request, each with why."""
    return [
        {"path": f.name_outside, "codes": list(f.codes), "reasons": _reasons(f)}
        for f in files
    ]


def _reasons(file: ReleaseFile) -> list[str]:
    unfit = permissions.unfit_file(file)
    if unfit is None:
        return [UNNAMED if file.verification in permissions.ONLY_BY_NAME else UNASKED]
    return [advice(code) for code in file.codes] or [f"{unfit}."]


def you_may(request: ReleaseRequest, person: Person) -> Mapping[str, str | None]:
    """For each move, None if this person may make it now, else why not."""
    return {m.value: permissions.why_not(request, m, person) for m in OFFERED}


def returned_because(request: ReleaseRequest) -> list[str]:
    """Enumerated reasons of a return; the reviewers' own words stay inside."""
    if request.status is not Status.RETURNED:
        return []
    told = sorted({v.because.value for v in request.votes if v.because})
    return told or [CHANGED]


def outcome(file: ReleaseFile) -> str:
    """What became of an output, in a word or two and codes."""
    if file.verdict is Verdict.PASS:
        return "verified"
    known = "verified" if file.verification is Verification.VERIFIED else "not recomputed"
    return f"{known}, two people judge: {', '.join(file.codes)}"


def _status(request: ReleaseRequest) -> JsonObject:
    decided_at = request.decided_at
    bundle = request.bundle
    return {
        "id": request.id,
        "project": request.project,
        "author": request.author,
        "title": request.context.title,
        "purpose": request.context.purpose,
        "run": request.origin.run_id,
        "commit": request.origin.commit,
        "status": request.status.value,
        "submitted_at": request.made_at.isoformat(),
        "votes_in": len(request.votes),
        "decided_at": decided_at.isoformat() if decided_at else None,
        "returned_because": returned_because(request),
        "bundle": {"name": bundle.folder.name, "manifest_sha256": bundle.manifest_sha256}
        if bundle
        else None,
    }


def _file(file: ReleaseFile, name: str) -> JsonObject:
    """No hash of the output: anybody could try out hidden numbers until it fits."""
    return {
        "path": name,
        "outcome": outcome(file),
        "verification": file.verification.value,
        "verdict": file.verdict.name.lower(),
        "codes": list(file.codes),
    }


def _vote(vote: Vote) -> JsonObject:
    return {
        "by": vote.by,
        "vote": Decision(vote.decision).value,
        "reason": vote.reason,
        "because": vote.because.value if vote.because else None,
        "at": vote.at.isoformat(),
    }


def _entry(reviewed: Reviewed) -> JsonObject:
    alone = Report(reviewed.file.job_id, reviewed.file.policy_sha256, (reviewed.entry,))
    entry: JsonObject = json.loads(report_json.dumps(alone))["files"][0]
    return entry
