"""A cell of few providers, or of which few have the most, tells about these providers."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Verified
from output_checker.claims.model import Levels
from output_checker.report import Finding, Verdict
from output_checker.suppress.primary import Cause
from output_checker.suppress.told import of_providers
from output_checker.verify.numbers import name_of

TOLD = 3
"""Cells whose attack is told in full."""


def check(subject: Verified) -> Iterator[Finding]:
    """The threshold on distinct providers, and p% and (n, k) on their totals."""
    cells = [
        levels
        for levels, cause in subject.causes.items()
        if cause is Cause.PROVIDERS and subject.found.published(levels)
    ]
    if cells and subject.protected is not None:
        policy = subject.policy
        yield Finding(
            check="providers",
            verdict=Verdict.PASS,
            reason=f"Cells whose patients come from fewer than {policy.provider_threshold}"
            f" providers, or of whose total {policy.dominance_patients} have more than"
            f" {policy.dominance_percent}%, are hidden: {len(cells)}.",
            remedy="To show more, use groups that more providers have patients in.",
            cells=tuple(map(name_of, cells)),
            attack=tuple(f"{name_of(c)}: {_told(subject, c)}" for c in cells[:TOLD]),
        )


def _told(subject: Verified, levels: Levels) -> str:
    """What those who are few, or have the most, know of each other."""
    found = subject.found
    told = of_providers(found.cells[levels].providers, found.totals(levels), subject.policy)
    return f"were it shown: {told}"
