"""A few people make up most of a total: their values could be estimated from the mean."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Verified
from output_checker.report import Finding, Verdict
from output_checker.suppress.primary import Cause
from output_checker.verify.numbers import name_of


def check(subject: Verified) -> Iterator[Finding]:
    """The p% rule and the (n, k) rule, on patients."""
    cells = [
        levels
        for levels, cause in subject.causes.items()
        if cause is Cause.DOMINATED and subject.found.published(levels)
    ]
    if cells and subject.protected is not None:
        policy = subject.policy
        yield Finding(
            check="dominance",
            verdict=Verdict.PASS,
            reason=f"{policy.dominance_patients} patients make up more than"
            f" {policy.dominance_percent}% of a cell's total, or one's value could be"
            f" worked out to within {policy.p_percent}% by another, or fewer than"
            f" {policy.threshold} differ from all others. Hidden: {len(cells)}.",
            remedy="To show more, use wider groups or a measure with fewer extreme values.",
            cells=tuple(map(name_of, cells)),
        )
