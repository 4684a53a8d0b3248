"""Percentiles with few people beyond them are kept back; those that coincide tell a value.

Where two percentiles of a group are the same number, all between them have it: with the
25th and the 75th, at least half of the group. Where two are near each other and are not,
there are few people between two numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from output_checker.checks.subjects import Verified
from output_checker.claims.model import Levels, percent_of
from output_checker.report import Cell, Finding, Verdict
from output_checker.suppress.percentile import beyond
from output_checker.suppress.rounding import rounded
from output_checker.suppress.told import patients
from output_checker.verify.numbers import NOBODY, name_of

TOLD = 3
"""Cells whose attack is told in full."""


def check(subject: Verified) -> Iterator[Finding]:
    """What of a table of percentiles isn't shown, and where they are one and the same."""
    if subject.found.claim.kind != "percentiles" or subject.table is None:
        return
    kept = [cell.levels for cell in subject.table.cells if cell.without]
    if kept:
        yield Finding(
            check="percentiles",
            verdict=Verdict.PASS,
            reason=f"Percentiles with fewer than {subject.policy.threshold} patients below"
            " or above, or of values that lie too far apart to be rounded to a common one,"
            f" are hidden in cells: {len(kept)}.",
            remedy="To show more, use wider groups, or percentiles further inside.",
            cells=tuple(map(name_of, kept)),
            attack=tuple(
                f"{name_of(c.levels)}: {_kept(subject, c)}"
                for c in subject.table.cells
                if c.without
            )[:TOLD],
        )
    near = {
        cell.levels: between
        for cell in subject.table.cells
        if (between := _few_between(subject, cell))
    }
    if near:
        yield Finding(
            check="percentiles",
            verdict=Verdict.REVIEW,
            reason="Percentiles of a group are so near each other that fewer than"
            f" {subject.policy.threshold} patients are between two different numbers.",
            remedy="Use percentiles further from each other, or wider groups.",
            cells=tuple(map(name_of, near)),
            attack=tuple(
                f"{name_of(levels)}: {between}"
                for levels, between in [*near.items()][:TOLD]
            ),
        )
    same = {
        cell.levels: share
        for cell in subject.table.cells
        if not cell.hidden and (share := _share_alike(subject, cell.levels))
    }
    if same:
        yield Finding(
            check="percentiles",
            verdict=Verdict.REVIEW,
            reason="Percentiles of a group are the same number: so many have just this"
            " value that to know that someone is in the group is to nearly know it.",
            remedy="Merge groups, or explain why this tells nothing about anyone.",
            cells=tuple(map(name_of, same)),
            attack=tuple(
                f"{name_of(levels)}: at least {share:g}% of {_many(subject, levels)} have"
                " the same value, so who guesses it of any of them is right as often"
                for levels, share in [*same.items()][:TOLD]
            ),
        )


def _many(subject: Verified, levels: Levels) -> int:
    return rounded(subject.found.count(levels), subject.policy)


def _kept(subject: Verified, cell: Cell) -> str:
    """How few people the first percentile that is kept back tells of."""
    people = subject.found.cells.get(cell.levels, NOBODY).contributors
    name = next(iter(cell.without))
    below, above = beyond(people, percent_of(name) or 0.0)
    asked = f"{subject.policy.threshold} asked for"
    if min(below, above) < subject.policy.threshold:
        return f"{name} has {patients(below)} below and {above} above it ({asked})"
    return f"{name} is one patient's value, and no round number stands for enough ({asked})"


def _few_between(subject: Verified, cell: Cell) -> str:
    """Two neighbours that are shown and differ, with few people from one to the other."""
    people = subject.found.cells.get(cell.levels, NOBODY).contributors
    shown = [
        (percent, value)
        for name, value in cell.values.items()
        if (percent := percent_of(name)) is not None and value is not None
    ]
    least = subject.policy.threshold
    for (low, one), (high, other) in pairwise(sorted(shown)):
        few = (people - 1) * (high - low) / 100
        if few < least and one != other:
            return (
                f"from p{low:g} to p{high:g} are {high - low:g}% of {people}: about"
                f" {few:.0f} are known to be between two numbers ({least} asked for)"
            )
    return ""


def _share_alike(subject: Verified, levels: Levels) -> float:
    """The most per cent of a cell that lies between two percentiles that are the same."""
    found = subject.found.cells.get(levels, NOBODY).percentiles
    ends: dict[float, list[float]] = {}
    for name, value in found.items():
        ends.setdefault(value, []).append(percent_of(name) or 0.0)
    return max((max(shares) - min(shares) for shares in ends.values()), default=0.0)
