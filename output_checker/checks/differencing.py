"""The same question about nearly the same people: the difference is about the few others.

Within one job only, and cell by cell. Earlier releases aren't compared yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Beside, Verified
from output_checker.claims.model import Levels
from output_checker.report import Finding, Verdict
from output_checker.verify.numbers import CellKey, Recomputed, name_of


def check(subject: Verified) -> Iterator[Finding]:
    """Cells that differ by few people from a cell of another table of the job."""
    for beside in subject.others:
        other = beside.found
        if other.claim.dataset_sha256 != subject.found.claim.dataset_sha256:
            continue
        if other.people == subject.found.people:
            yield from _other_groups(subject.found, other)
        else:
            yield from _nearly_the_same(subject, beside)


def _nearly_the_same(subject: Verified, beside: Beside) -> Iterator[Finding]:
    found, other, least = subject.found, beside.found, subject.policy.threshold
    hidden = subject.protected.hidden if subject.protected else {}
    mine = _shown(found, frozenset(hidden))
    theirs = {other.key(levels): n for levels, n in _shown(other, beside.hidden).items()}
    near = [
        levels
        for levels, count in mine.items()
        if 0 < abs(count - theirs.get(found.key(levels), count)) < least
    ]
    if near:
        yield Finding(
            check="differencing",
            verdict=Verdict.REVIEW,
            reason=f"{other.path} counts other people in the same groups, and these cells"
            f" differ by fewer than {least} patients: subtracting shows the few.",
            remedy="Use the same population in both tables, or show only one of them.",
            cells=tuple(map(name_of, near)),
        )


def _shown(table: Recomputed, hidden: frozenset[CellKey]) -> dict[Levels, int]:
    return {
        levels: table.count(levels)
        for levels in table.every()
        if table.published(levels) and table.key(levels) not in hidden
    }


def _other_groups(found: Recomputed, other: Recomputed) -> Iterator[Finding]:
    mine = {d.column: d.derivation for d in found.claim.dimensions}
    both = sorted(
        d.column
        for d in other.claim.dimensions
        if d.column in mine and mine[d.column] != d.derivation
    )
    if both:
        yield Finding(
            check="differencing",
            verdict=Verdict.REVIEW,
            reason=f"{other.path} divides {', '.join(both)} in another way: two ways of"
            " cutting can leave few people between the cuts.",
            remedy="Use the same bands in all tables of a job, or show only one of them.",
        )
