"""A few people make up most of a total: their values could be estimated from the mean.

Or most of the difference of two totals, of two columns that are alike for all others.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Verified
from output_checker.claims.model import Levels
from output_checker.report import Finding, Verdict
from output_checker.suppress.primary import Cause
from output_checker.suppress.told import known_total, of_few
from output_checker.verify.numbers import name_of

TOLD = 3
"""Cells whose attack is told in full."""


def check(subject: Verified) -> Iterator[Finding]:
    """The p% rule and the (n, k) rule, on patients, and on differences of two columns."""
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
            attack=tuple(_total(subject, levels) for levels in cells[:TOLD]),
        )
    for column, alike in subject.nearly.items():
        shown = [levels for levels in alike if subject.found.published(levels)] or [*alike]
        yield Finding(
            check="dominance",
            verdict=Verdict.REVIEW,
            reason=f"{subject.found.claim.value} and {column}, in another table of the job,"
            " differ for few patients, or mostly for few: the means, one less the other,"
            " tell of these.",
            remedy="Leave out one of the two columns, or use wider groups for both.",
            cells=tuple(map(name_of, shown)),
            attack=tuple(
                f"{name_of(levels)}: n times the one mean less n times the other is the"
                f" total of what they differ by; {of_few(alike[levels], subject.policy)}"
                for levels in shown[:TOLD]
            ),
        )


def _total(subject: Verified, levels: Levels) -> str:
    """How a total is known, and of whom it tells."""
    found = subject.found
    few = of_few(found.cells[levels], subject.policy)
    return f"{name_of(levels)}: were it shown, {known_total(found)}; {few}"
