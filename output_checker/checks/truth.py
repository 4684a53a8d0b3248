"""A claim must be what the cohort says; nothing leaves on a claim that isn't."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Untrue
from output_checker.report import Finding, Verdict


def check(subject: Untrue) -> Iterator[Finding]:
    """A claim that differs from the cohort, or that can't be recomputed from it."""
    yield Finding(
        check="truth",
        verdict=Verdict.FAIL,
        reason=subject.reason,
        remedy=subject.remedy,
        cells=subject.cells,
    )
