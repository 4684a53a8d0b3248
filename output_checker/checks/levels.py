"""The names of groups: each is in the data, so a rare one tells that somebody has it."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.claims.model import MISSING, AsIs
from output_checker.report import Finding, Verdict
from output_checker.verify.numbers import Recomputed

OURS = frozenset(("yes", "no", MISSING))
MANY = 10
"""Levels that a dimension may have before it is asked whether it lists people."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Dimensions with a level for every few people; and levels that few people have."""
    found, least = subject.found, subject.policy.threshold
    whole = found.count(tuple(None for _ in found.claim.dimensions))
    for place, dimension in enumerate(found.claim.dimensions):
        if not isinstance(dimension.derivation, AsIs):
            continue  # bands, years and presence are named by us
        if len(dimension.levels) >= MANY and whole < least * len(dimension.levels):
            yield _a_list(dimension.name)
        rare = [
            level
            for level in dimension.levels
            if level not in OURS and 0 < _people(found, place, level) < least
        ]
        if rare:
            yield _rare(dimension.name, least, rare)


def _people(found: Recomputed, place: int, level: str) -> int:
    levels = [level if p == place else None for p in range(len(found.claim.dimensions))]
    return found.count(tuple(levels))


def _a_list(name: str) -> Finding:
    return Finding(
        check="levels",
        verdict=Verdict.FAIL,
        reason=f"{name} has nearly as many levels as people: this lists people, it doesn't"
        " group them.",
        remedy="Group it: fewer categories, or bands(column, edges).",
    )


def _rare(name: str, least: int, rare: list[str]) -> Finding:
    return Finding(
        check="levels",
        verdict=Verdict.REVIEW,
        reason=f"Levels of {name} belong to fewer than {least} patients. Their counts are"
        " hidden, but their names would show that somebody has them.",
        remedy="Merge rare levels in the cohort definition, or explain that these names are"
        " common knowledge.",
        cells=tuple(rare),
    )
