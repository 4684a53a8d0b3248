"""What the checker found: the file that a review and a release are made from.

A report is written on the secure side, next to the outputs it is about, and read there
only. Its JSON form is versioned; unknown keys are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

    ``attack``: how somebody would use what is shown, in numbers that are shown, a line a
    step; for the people inside.
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


@dataclass(frozen=True)
class FileReport:
    """One output: what it claimed, what was found, and what may leave in its place."""

    path: str
    sha256: str
    claim_sha256: str | None
    verification: Verification
    findings: tuple[Finding, ...]
    table: Table | None

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
