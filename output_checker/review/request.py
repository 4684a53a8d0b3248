"""A request to release: which outputs, of whom, and what the reviewers said.

Everything a researcher writes here (title, purpose) leaves with the release, so it is
plain printable text of bounded length, and the reviewers see it as part of what leaves.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from output_checker.errors import RequestUnreadable
from output_checker.report import Verdict, Verification

VOTERS = 2
LONGEST_TITLE = 200
LONGEST_PURPOSE = 2000
LONGEST_REASON = 2000
SPACES = " \u00a0\u202f"
"""The last two stand before a colon or a question mark in French."""
BLANKS = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        *(0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    )
)
"""Letters, marks and signs by Unicode's categories that show nothing: fillers, joiners,
variation selectors and an empty Braille cell."""


class Role(Enum):
    """What somebody may be, for the purpose of a review."""

    RESEARCHER = "researcher"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


class Status(Enum):
    """Where a request is. DRAFT: being made, in nobody's store yet."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Decision(Enum):
    """What a reviewer says."""

    APPROVE = "approve"
    RETURN = "return"


class Because(Enum):
    """Why a request is returned, as its author is told. A reviewer's words stay inside."""

    DISCLOSIVE = "disclosive"
    DIFFERENCING = "differencing"
    UNCLEAR = "unclear"
    OUT_OF_SCOPE = "out_of_scope"
    OTHER = "other"


def plain(text: str, *, where: str, longest: int) -> str:
    """The text without outer spaces; RequestUnreadable if it hides anything or is too long.

    Refuses control, formatting (bidirectional overrides, zero width) and unassigned
    characters: what a reviewer reads must be what leaves.
    """
    text = text.strip()
    if len(text) > longest:
        raise RequestUnreadable(
            f"{len(text)} characters, and at most {longest} may be sent",
            where=where,
            remedy="Say it in fewer words.",
        )
    if not printable(text):
        raise RequestUnreadable(
            "it has a line break, a control character or another that can't be seen",
            where=where,
            remedy="Write it as one line of plain text.",
        )
    return text


def printable(text: str) -> bool:
    """Whether every character can be seen, or is a space of ordinary writing."""
    return all(c in SPACES or _is_seen(c) for c in text)


def _is_seen(c: str) -> bool:
    return unicodedata.category(c)[0] not in "CZ" and ord(c) not in BLANKS


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    name: str
    roles: frozenset[Role]

    def __post_init__(self) -> None:
        if not self.name or not printable(self.name):
            raise ValueError("a person has a printable name")


@dataclass(frozen=True)
class Context:
    """What the researcher says about the request; it leaves with the release.

    Without a title, the service gives one that names project and run.
    """

    title: str = ""
    purpose: str = ""

    def __post_init__(self) -> None:
        title = plain(self.title, where="context.title", longest=LONGEST_TITLE)
        purpose = plain(self.purpose, where="context.purpose", longest=LONGEST_PURPOSE)
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "purpose", purpose)


@dataclass(frozen=True)
class Run:
    """A finished run of a study, as the site that ran it knows it.

    ``queries``: pairs of an action and the sha256 of the query it extracted.
    ``reports``: where the checker wrote its reports, one file a job.
    ``patterns``: what the project file says of its outputs' names.
    """

    id: str
    project: str
    author: str
    repository: str
    commit: str
    queries: tuple[tuple[str, str], ...]
    reports: tuple[Path, ...]
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where the numbers come from: facts of the site's, never the researcher's words."""

    run_id: str
    repository: str
    commit: str
    queries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReleaseFile:
    """One output of a request, tied by hash to the report entry that is reviewed.

    ``codes``: the checks behind a verdict that isn't a pass; enumerated, so the author may
    see them.
    ``replaced``: whether the checker wrote something to leave in the output's place.
    ``outside``: what its author is told in place of a name that the study's code made up.
    That code saw the records, so such a name may hold them.
    """

    job_id: str
    path: str
    output_sha256: str
    report: Path
    report_sha256: str
    entry_sha256: str
    policy_sha256: str
    verification: Verification
    verdict: Verdict
    codes: tuple[str, ...]
    replaced: bool
    outside: str = ""

    @property
    def name_outside(self) -> str:
        """How to call it to those who don't see the report."""
        return self.outside or self.path

    def __post_init__(self) -> None:
        if self.verdict is Verdict.PASS and self.verification is not Verification.VERIFIED:
            raise ValueError(
                "only what was recomputed passes without two people's judgement"
            )
        if not self.path or not printable(self.path):
            raise RequestUnreadable(
                "an output's name has characters that can't be seen",
                where="files",
                remedy="Give the output a plain name.",
            )


@dataclass(frozen=True)
class Vote:
    """One reviewer's word. ``reason`` stays inside; ``because`` is told to the author."""

    by: str
    decision: Decision
    at: datetime
    reason: str = ""
    because: Because | None = None

    def __post_init__(self) -> None:
        if (self.decision is Decision.RETURN) != (self.because is not None):
            raise ValueError("returning has a because, approving has none")
        reason = plain(self.reason, where="reason", longest=LONGEST_REASON)
        object.__setattr__(self, "reason", reason)


@dataclass(frozen=True)
class Bundle:
    """A released request's folder in the outbox, and the sha256 of its manifest."""

    folder: Path
    manifest_sha256: str


@dataclass(frozen=True)
class ReleaseRequest:
    """Outputs of one run that are asked to leave together.

    ``version`` counts the moves so far: the store refuses a move made from an older one.
    """

    id: str
    project: str
    author: str
    context: Context
    origin: Origin
    files: tuple[ReleaseFile, ...]
    made_at: datetime
    status: Status = Status.DRAFT
    votes: tuple[Vote, ...] = ()
    bundle: Bundle | None = None
    version: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        for problem in self._nonsense():
            raise ValueError(problem)

    def _nonsense(self) -> tuple[str, ...]:
        voters = {v.by for v in self.votes}
        said = {v.decision for v in self.votes}
        full = len(self.votes) == VOTERS
        approved = full and said == {Decision.APPROVE}
        wrong = {
            "a request is about something": not self.files,
            "a file is asked for once": len({(f.job_id, f.path) for f in self.files})
            < len(self.files),
            "nobody votes twice": len(voters) < len(self.votes),
            "nobody votes on their own request": self.author in voters,
            "two people vote": len(self.votes) > VOTERS,
            "two votes decide": full and self.status is Status.SUBMITTED,
            "only two votes decide": self.status is Status.RETURNED and not full,
            "both approve what leaves": self.status in (Status.APPROVED, Status.RELEASED)
            and not approved,
            "what was released has a bundle, and only that": (self.bundle is not None)
            != (self.status is Status.RELEASED),
        }
        return tuple(problem for problem, so in wrong.items() if so)

    @property
    def decided_at(self) -> datetime | None:
        """When the second vote came, or None while votes are missing."""
        full = len(self.votes) == VOTERS
        return max(v.at for v in self.votes) if full else None

    @property
    def to_waive(self) -> tuple[ReleaseFile, ...]:
        """The files with findings that take two people's judgement."""
        return tuple(f for f in self.files if f.verdict is Verdict.REVIEW)
