"""What the checker found: the file that a review and a release are made from.

A report is written on the secure side, next to the outputs it is about, and read there
only. Its JSON form is versioned; unknown keys are errors.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum


class Verdict(IntEnum):
    """Ordered: the worst one counts. Doubt is REVIEW or FAIL, never PASS."""

    PASS = 0
    REVIEW = 1
    FAIL = 2


class Verification(Enum):
    """What recomputing a claim from the cohort showed."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"
    OPAQUE = "opaque"


class Hidden(Enum):
    """Why a cell isn't shown."""

    PRIMARY = "primary"
    COMPLEMENTARY = "complementary"


@dataclass(frozen=True)
class Finding:
    """One thing that a check noticed. ``cells`` name the cells, never a person's value.

    ``attack``: how somebody would use what is shown, or what would be, in numbers, a line
    a step; for the people inside. Nothing only where nothing could be shown: checks whose
    findings have none say why on their page of the manual.
    """

    check: str
    verdict: Verdict
    reason: str
    remedy: str
    cells: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One cell as it will be released.

    ``levels``: one level per dimension of the table; None is the total over it.
    ``values``: one number per measure; None where hidden, or without a meaning.
    ``hidden``: why the cell isn't shown; or only some of its measures, those ``without``.
    ``interval``: what an attacker can work out about a hidden cell's first measure.
    """

    levels: tuple[str | None, ...]
    values: Mapping[str, float | int | None]
    hidden: Hidden | None = None
    interval: tuple[float, float] | None = None
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(v is not None for m, v in self.values.items() if self.hides(m)):
            raise ValueError("a hidden cell shows no number")
        if self.without and (self.hidden is None or {*self.without} >= {*self.values}):
            raise ValueError("a cell without some measures says why, and shows others")

    def hides(self, measure: str) -> bool:
        """Is this measure of the cell kept back?"""
        return self.hidden is not None and (not self.without or measure in self.without)


@dataclass(frozen=True)
class Table:
    """Verified and protected numbers: all that may leave, and nothing else.

    ``population``: who was counted, in words. ``variable``: what was measured, if
    anything. A shown cell's measure is None where it has no meaning (a mean of nobody).
    """

    title: str
    kind: str
    unit: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]
    protection: str
    figure: str | None = None
    population: str = "everyone in the cohort"
    variable: str | None = None


class Form(Enum):
    """What a file without a claim may be, for two people to let out."""

    TABLE = "table"
    TEXT = "text"
    PICTURE = "picture"

    @property
    def ending(self) -> str:
        """Of the name that it leaves under."""
        return _ENDINGS[self]


_ENDINGS = {Form.TABLE: "csv", Form.TEXT: "txt", Form.PICTURE: "png"}


@dataclass(frozen=True)
class Rewritten:
    """A file without a claim, read and written anew by the checker: all that may leave.

    Nobody has recomputed it. ``content``: the text itself, or a picture in base64.
    ``sha256``: of the bytes that leave.
    """

    form: Form
    content: str = field(repr=False)
    sha256: str

    def __post_init__(self) -> None:
        if hashlib.sha256(self.data).hexdigest() != self.sha256:
            raise ValueError("what was written anew has another hash")

    @property
    def data(self) -> bytes:
        """The bytes that leave."""
        if self.form is Form.PICTURE:
            return base64.b64decode(self.content, validate=True)
        return self.content.encode()

    @classmethod
    def of(cls, form: Form, data: bytes) -> Rewritten:
        """The same, from the bytes that leave."""
        picture = form is Form.PICTURE
        content = base64.b64encode(data).decode() if picture else data.decode()
        return cls(form, content, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class FileReport:
    """One output: what it claimed, what was found, and what may leave in its place.

    ``table``: of one that was recomputed; ``rewritten``: of one without a claim.
    """

    path: str
    sha256: str
    claim_sha256: str | None
    verification: Verification
    findings: tuple[Finding, ...]
    table: Table | None
    rewritten: Rewritten | None = None

    def __post_init__(self) -> None:
        if self.rewritten and self.verification is not Verification.OPAQUE:
            raise ValueError("only a file without a claim leaves without a table")

    @property
    def verdict(self) -> Verdict:
        """The worst finding's; a file that nothing verified is at least for two people."""
        floor = (
            Verdict.PASS if self.verification is Verification.VERIFIED else Verdict.REVIEW
        )
        return max([floor, *(f.verdict for f in self.findings)])


@dataclass(frozen=True)
class Report:
    """All outputs of one job, checked against one policy."""

    job_id: str
    policy_sha256: str
    files: tuple[FileReport, ...]
