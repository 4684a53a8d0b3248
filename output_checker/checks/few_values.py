"""A mean of few different values is a count in disguise."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict

COUNTED = 2
"""With two values, n and the mean give both counts."""
DOUBTFUL = 5
"""With a few more, n, mean, deviation and totals may still give the counts."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Measured columns with two values, or hardly more."""
    found = subject.found
    if not found.is_summary or found.distinct > DOUBTFUL:
        return
    two = found.distinct <= COUNTED
    yield Finding(
        check="few values",
        verdict=Verdict.FAIL if two else Verdict.REVIEW,
        reason=f"{found.claim.value} has {found.distinct} different values, so its mean "
        + ("gives the count of each." if two else "may give away how many have each."),
        remedy="Count people by it with crosstab(); counts are protected.",
    )
