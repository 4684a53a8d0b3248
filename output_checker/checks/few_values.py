"""A mean of few different values is a count in disguise."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict
from output_checker.verify.numbers import name_of

COUNTED = 2
"""With two values, n and the mean give both counts."""
DOUBTFUL = 5
"""With a few more, n, mean, deviation and totals may still give the counts."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Measured columns with two values, or hardly more; or with few people far away."""
    found, least = subject.found, subject.policy.threshold
    apart = [levels for levels in found.apart if found.count(levels) >= least]
    if apart:
        yield Finding(
            check="few values",
            verdict=Verdict.REVIEW,
            reason=f"Fewer than {least} patients have values of {found.claim.value} further"
            " from the others' than these are from each other, so a mean may give away how"
            " many they are.",
            remedy="Look for errors and codes in the values; measure without them.",
            cells=tuple(map(name_of, apart)),
        )
    by_rank = found.claim.kind == "percentiles"
    if not found.is_summary or found.distinct > (COUNTED if by_rank else DOUBTFUL):
        return
    two = found.distinct <= COUNTED
    yield Finding(
        check="few values",
        verdict=Verdict.FAIL if two else Verdict.REVIEW,
        reason=f"{found.claim.value} has {found.distinct} different values, so its mean or"
        + (
            " total gives the count of each."
            if two
            else " total may give away how many have each."
        ),
        remedy="Count people by it with crosstab(); counts are protected.",
    )
