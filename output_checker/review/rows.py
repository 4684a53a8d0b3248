"""Requests, votes and events as rows of a database, there and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from output_checker.report import Verdict, Verification
from output_checker.review import request as r
from output_checker.review.events import Event, EventKind

TABLES = sa.MetaData()
REQUESTS = sa.Table(
    "review_requests",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("project", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("purpose", sa.String, nullable=False),
    sa.Column("run_id", sa.String, nullable=False),
    sa.Column("repository", sa.String, nullable=False),
    sa.Column("commit_sha", sa.String, nullable=False),
    sa.Column("queries", sa.JSON, nullable=False),
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("bundle_folder", sa.String),
    sa.Column("bundle_sha256", sa.String),
    sa.Column("version", sa.Integer, nullable=False),
)
FILES = sa.Table(
    "review_files",
    TABLES,
    sa.Column("request_id", sa.ForeignKey(REQUESTS.c.id), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.String, nullable=False),
    sa.Column("path", sa.String, nullable=False),
    sa.Column("output_sha256", sa.String, nullable=False),
    sa.Column("report", sa.String, nullable=False),
    sa.Column("report_sha256", sa.String, nullable=False),
    sa.Column("entry_sha256", sa.String, nullable=False),
    sa.Column("policy_sha256", sa.String, nullable=False),
    sa.Column("verification", sa.String, nullable=False),
    sa.Column("verdict", sa.Integer, nullable=False),
    sa.Column("codes", sa.JSON, nullable=False),
    sa.Column("has_table", sa.Boolean, nullable=False),
    sa.Column("outside", sa.String, nullable=False),
)
VOTES = sa.Table(
    "review_votes",
    TABLES,
    sa.Column("request_id", sa.ForeignKey(REQUESTS.c.id), primary_key=True),
    sa.Column("by", sa.String, primary_key=True),
    sa.Column("decision", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("because", sa.String),
)
EVENTS = sa.Table(
    "review_events",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("request_id", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("recorded", sa.Boolean, nullable=False),
)

Row = sa.RowMapping


def request_row(request: r.ReleaseRequest) -> dict[str, object]:
    """One row of REQUESTS."""
    bundle = request.bundle
    return {
        "id": request.id,
        "project": request.project,
        "author": request.author,
        "title": request.context.title,
        "purpose": request.context.purpose,
        "run_id": request.origin.run_id,
        "repository": request.origin.repository,
        "commit_sha": request.origin.commit,
        "queries": [list(pair) for pair in request.origin.queries],
        "made_at": request.made_at.isoformat(),
        "status": request.status.value,
        "bundle_folder": str(bundle.folder) if bundle else None,
        "bundle_sha256": bundle.manifest_sha256 if bundle else None,
        "version": request.version,
    }


def file_row(request_id: str, place: int, f: r.ReleaseFile) -> dict[str, object]:
    """One row of FILES."""
    return {
        "request_id": request_id,
        "place": place,
        "job_id": f.job_id,
        "path": f.path,
        "output_sha256": f.output_sha256,
        "report": str(f.report),
        "report_sha256": f.report_sha256,
        "entry_sha256": f.entry_sha256,
        "policy_sha256": f.policy_sha256,
        "verification": f.verification.value,
        "verdict": f.verdict.value,
        "codes": list(f.codes),
        "has_table": f.replaced,
        "outside": f.outside,
    }


def vote_row(request_id: str, vote: r.Vote) -> dict[str, object]:
    """One row of VOTES."""
    return {
        "request_id": request_id,
        "by": vote.by,
        "decision": vote.decision.value,
        "at": vote.at.isoformat(),
        "reason": vote.reason,
        "because": vote.because.value if vote.because else None,
    }


def event_row(event: Event) -> dict[str, object]:
    """One row of EVENTS, not yet in the ledger."""
    return {
        "request_id": event.request_id,
        "kind": event.kind.value,
        "who": event.who,
        "at": event.at.isoformat(),
        "body": dict(event.body),
        "recorded": False,
    }


def request(row: Row, files: Sequence[Row], votes: Sequence[Row]) -> r.ReleaseRequest:
    """The request that these rows hold."""
    folder = row["bundle_folder"]
    queries = tuple((action, digest) for action, digest in row["queries"])
    return r.ReleaseRequest(
        id=row["id"],
        project=row["project"],
        author=row["author"],
        context=r.Context(row["title"], row["purpose"]),
        origin=r.Origin(row["run_id"], row["repository"], row["commit_sha"], queries),
        files=tuple(_file(f) for f in files),
        made_at=datetime.fromisoformat(row["made_at"]),
        status=r.Status(row["status"]),
        votes=tuple(_vote(v) for v in votes),
        bundle=r.Bundle(Path(folder), row["bundle_sha256"]) if folder else None,
        version=row["version"],
    )


def _file(row: Row) -> r.ReleaseFile:
    return r.ReleaseFile(
        job_id=row["job_id"],
        path=row["path"],
        output_sha256=row["output_sha256"],
        report=Path(row["report"]),
        report_sha256=row["report_sha256"],
        entry_sha256=row["entry_sha256"],
        policy_sha256=row["policy_sha256"],
        verification=Verification(row["verification"]),
        verdict=Verdict(row["verdict"]),
        codes=tuple(row["codes"]),
        replaced=row["has_table"],
        outside=row["outside"],
    )


def _vote(row: Row) -> r.Vote:
    because = row["because"]
    return r.Vote(
        by=row["by"],
        decision=r.Decision(row["decision"]),
        at=datetime.fromisoformat(row["at"]),
        reason=row["reason"],
        because=r.Because(because) if because else None,
    )


def event(row: Row) -> Event:
    """The event that this row holds."""
    return Event(
        request_id=row["request_id"],
        kind=EventKind(row["kind"]),
        who=row["who"],
        at=datetime.fromisoformat(row["at"]),
        body=row["body"],
        number=row["number"],
    )
