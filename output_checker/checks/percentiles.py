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
from output_checker.verify.numbers import NOBODY, name_of


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
        )
    near = [cell.levels for cell in subject.table.cells if _few_between(subject, cell)]
    if near:
        yield Finding(
            check="percentiles",
            verdict=Verdict.REVIEW,
            reason="Percentiles of a group are so near each other that fewer than"
            f" {subject.policy.threshold} patients are between two different numbers.",
            remedy="Use percentiles further from each other, or wider groups.",
            cells=tuple(map(name_of, near)),
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
                f"{name_of(levels)}: at least {share:g}% have the same value"
                for levels, share in list(same.items())[:3]
            ),
        )


def _few_between(subject: Verified, cell: Cell) -> bool:
    """Do two neighbours that are shown differ, with few people from one to the other?"""
    people = subject.found.cells.get(cell.levels, NOBODY).contributors
    shown = [
        (percent, value)
        for name, value in cell.values.items()
        if (percent := percent_of(name)) is not None and value is not None
    ]
    return any(
        (people - 1) * (high - low) / 100 < subject.policy.threshold and one != other
        for (low, one), (high, other) in pairwise(sorted(shown))
    )


def _share_alike(subject: Verified, levels: Levels) -> float:
    """The most per cent of a cell that lies between two percentiles that are the same."""
    found = subject.found.cells.get(levels, NOBODY).percentiles
    ends: dict[float, list[float]] = {}
    for name, value in found.items():
        ends.setdefault(value, []).append(percent_of(name) or 0.0)
    return max((max(shares) - min(shares) for shares in ends.values()), default=0.0)
