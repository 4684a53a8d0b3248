"""A mean of few different values is a count in disguise."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.claims.model import Levels
from output_checker.report import Finding, Verdict
from output_checker.suppress.told import known_total, patients
from output_checker.verify.numbers import Recomputed, name_of

COUNTED = 2
"""With two values, n and the mean give both counts."""
DOUBTFUL = 5
"""With a few more, n, mean, deviation and totals may still give the counts."""
TOLD = 3
"""Cells whose attack is told in full."""


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
            attack=tuple(_of_the_few(found, levels, least) for levels in apart[:TOLD]),
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
        attack=(_equations(found, by_rank=by_rank),),
    )


def _of_the_few(found: Recomputed, levels: Levels, least: int) -> str:
    people = patients(found.count(levels))
    return (
        f"{name_of(levels)}: {known_total(found)} of {people}; each of the few"
        " adds more to it, or takes more away, than any two of the others differ by, so it"
        f" tells how many from 1 to {least - 1} they are"
    )


def _equations(found: Recomputed, *, by_rank: bool) -> str:
    """How counts follow from the numbers that are shown."""
    people, different = patients(found.in_all), found.distinct
    if by_rank:
        return (
            f"{people}, {different} values: the per cent at which percentiles go over from"
            " one to the other, times n, is the count of the first"
        )
    shown = len(found.claim.measures)
    return (
        f"{different} counts of {people} aren't known; n is their sum, and the total that"
        f" of each times its value: with {shown} numbers shown that is"
        f" {min(shown, different)} equations, and counts are whole"
    )
