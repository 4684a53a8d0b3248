"""The names of groups: each is in the data, so a rare one tells that somebody has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from output_checker.checks.subjects import Candidate
from output_checker.claims.model import MISSING, AsIs, Dimension, Year
from output_checker.report import Finding, Verdict
from output_checker.suppress.told import patients
from output_checker.verify.numbers import Recomputed

OURS = frozenset(("yes", "no", MISSING))
MANY = 10
"""Levels that a dimension may have before it is asked whether it lists people."""
MANY_GROUPS = 20
"""Groups with people that a table may have before the same is asked of it."""
TOLD = 3
"""Levels whose attack is told in full."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Groups or levels for every few people; and levels that few people have."""
    found, least = subject.found, subject.policy.threshold
    named = [  # bands and presence are named by us
        place
        for place, dimension in enumerate(found.claim.dimensions)
        if isinstance(dimension.derivation, AsIs | Year)
    ]
    yield from _lists(found, named, least)
    for place in named:
        levels = found.claim.dimensions[place].levels
        counts = {level: _people(found, place, level) for level in levels}
        rare = [level for level, n in counts.items() if level not in OURS and 0 < n < least]
        if rare:
            yield _rare(found, place, least, rare)


def _lists(found: Recomputed, named: Iterable[int], least: int) -> Iterator[Finding]:
    """A table that divides people until hardly anybody is left in a group."""
    whole = found.in_all
    dimensions = [found.claim.dimensions[place] for place in named]
    lists = [d for d in dimensions if MANY <= len(d.levels) > whole / least]
    groups = sum(None not in levels and found.count(levels) > 0 for levels in found.cells)
    if lists:
        yield from (_a_list(d, whole) for d in lists)
    elif MANY_GROUPS <= groups > whole / least:
        yield _scattered(least, groups, whole)


def _people(found: Recomputed, place: int, level: str) -> int:
    levels = [level if p == place else None for p in range(len(found.claim.dimensions))]
    return found.count(tuple(levels))


def _a_list(dimension: Dimension, whole: int) -> Finding:
    name, many = dimension.name, len(dimension.levels)
    return Finding(
        check="levels",
        verdict=Verdict.FAIL,
        reason=f"{name} has nearly as many levels as people: this lists people, it doesn't"
        " group them.",
        remedy="Group it: fewer categories, or bands(column, edges).",
        attack=(
            f"{patients(whole)} have {many} levels: {whole / many:.1f} a level, so whoever"
            " knows somebody's level finds them, or sees that they aren't there",
        ),
    )


def _scattered(least: int, groups: int, whole: int) -> Finding:
    return Finding(
        check="levels",
        verdict=Verdict.FAIL,
        reason=f"Groups hold fewer than {least} patients on average: which are empty and"
        " which aren't tells almost as much as a list of the people.",
        remedy="Use fewer or wider groups, or fewer dimensions.",
        attack=(
            f"{patients(whole)} are in {groups} groups, {whole / groups:.1f} in each: that"
            " a group isn't empty is about so few",
        ),
    )


def _rare(found: Recomputed, place: int, least: int, rare: list[str]) -> Finding:
    name, most = found.claim.dimensions[place].name, min(least - 1, found.in_all)
    return Finding(
        check="levels",
        verdict=Verdict.REVIEW,
        reason=f"Levels of {name} belong to fewer than {least} patients. Their counts are"
        " hidden, but their names would show that somebody has them.",
        remedy="Merge rare levels in the cohort definition, or explain that these names are"
        " common knowledge.",
        cells=tuple(rare),
        attack=tuple(
            f"{level}: from 1 to {most} of {patients(found.in_all)}, as nobody names a"
            " level that no one has: whoever knows a person so rare learns that they are"
            " among these"
            for level in rare[:TOLD]
        ),
    )
