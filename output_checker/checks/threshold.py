"""Few people in a cell: hidden, with as many other cells as it takes to keep it so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from output_checker.checks.subjects import Verified
from output_checker.claims.model import Levels
from output_checker.report import Finding, Hidden, Verdict
from output_checker.suppress.primary import Cause
from output_checker.suppress.told import Sums
from output_checker.verify.numbers import Recomputed, name_of

TOLD = 5
"""Cells whose attack is told in full."""


def check(subject: Verified) -> Iterator[Finding]:
    """Counts of patients, or of those measured, under the threshold."""
    found, least = subject.found, subject.policy.threshold
    small = [
        levels
        for levels, cause in subject.causes.items()
        if cause in (Cause.SMALL, Cause.EMPTY_IN_SMALL) and _told(found, levels)
    ]
    if small and subject.protected is not None:
        yield Finding(
            check="threshold",
            verdict=Verdict.PASS,
            reason=f"Cells that count fewer than {least} patients, or are empty in a group"
            f" of so few, are hidden: {len(small)}.",
            remedy="To show more, use fewer or wider groups, or a larger population.",
            cells=tuple(map(name_of, small)),
            attack=_told_of(small, Sums(found, subject.protected, subject.policy).left),
        )
    yield from _complementary(subject)


def _told_of(cells: list[Levels], told: Callable[[Levels], str]) -> tuple[str, ...]:
    """What sums of all that is shown tell, or would tell, about a few of them."""
    return tuple(f"{name_of(levels)}: {told(levels)}" for levels in cells[:TOLD])


def _told(found: Recomputed, levels: Levels) -> bool:
    """Is the cell in the table, or what is left of a group without those of a rate?"""
    return found.published(levels) or (
        found.claim.kind == "rates" and found.claim.shows(levels)
    )


def _complementary(subject: Verified) -> Iterator[Finding]:
    found, protected = subject.found, subject.protected
    if protected is None:
        return
    also = [
        levels
        for levels in found.every()
        if found.published(levels)
        and protected.hidden.get(found.key(levels)) is Hidden.COMPLEMENTARY
    ]
    if also:
        surely = (
            "No cheaper choice keeps them safe."
            if not protected.gap
            else f"A choice up to {protected.gap:.0%} cheaper may exist; time ran out."
        )
        yield Finding(
            check="threshold",
            verdict=Verdict.PASS,
            reason="Totals and other cells, here or in the job's other tables, would give"
            f" hidden cells away, so further ones are hidden: {len(also)}. {surely}",
            remedy="To show more, leave out totals (margins=False) or use wider groups.",
            cells=tuple(map(name_of, also)),
            attack=_told_of(also, Sums(found, protected, subject.policy).were_it_shown),
        )
