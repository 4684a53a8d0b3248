"""A table that can't be protected, or of which nothing would be left, doesn't leave."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Verified
from output_checker.report import Finding, Verdict


def check(subject: Verified) -> Iterator[Finding]:
    """No safe pattern of hidden cells, or no cell with people in it that is shown."""
    found, protected = subject.found, subject.protected
    cells = sum(map(found.published, found.every()))
    few = sum(map(found.published, subject.causes))
    if protected is None:
        yield _refusal(
            f"The table can't be protected: {subject.refusal}.",
            f"{few} of {cells} cells are to be hidden for themselves, and no choice of"
            " others is known that keeps them from being sums of what is shown",
        )
    elif not any(
        found.published(levels)
        and found.count(levels)
        and found.key(levels) not in protected.hidden
        for levels in found.every()
    ):
        yield _refusal(
            "Every cell with somebody in it has to be hidden.",
            f"{few} of {cells} cells are to be hidden for themselves, and any other would"
            " give one of them away: nothing is left to add up",
        )


def _refusal(reason: str, attack: str) -> Finding:
    return Finding(
        check="protection",
        verdict=Verdict.FAIL,
        reason=reason,
        remedy="Use fewer or wider groups, a larger population, or several smaller tables.",
        attack=(attack,),
    )
