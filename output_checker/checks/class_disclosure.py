"""What is true of a whole group is true of each person in it, however large the group.

Nobody (0 %), everybody (100 %), or the same measured value for all. Counts over the
threshold don't help here, and hiding zeros that anyone could guess would be a pretence:
so people decide. A level that the population's own conditions fix tells nothing. Of a life
table a group is also all who are still there when a step begins, if all of them have the
event within it; and all whom it began with, if nobody is left when one step ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from output_checker.checks.subjects import Verified
from output_checker.claims.model import YES, Bands, Dimension, IsPresent, Levels
from output_checker.report import Finding, Verdict
from output_checker.suppress.primary import Cause
from output_checker.suppress.rounding import rounded
from output_checker.verify.numbers import NOBODY, Recomputed, at_total, name_of
from output_checker.verify.structural import empty_bands

REMEDY = (
    "Merge levels, or explain why this tells nothing about anyone that isn't known anyway"
    " (such as men and pregnancy)."
)
TOLD = 5
"""Cells whose attack is told in full."""


def check(subject: Verified) -> Iterator[Finding]:
    """Groups that are wholly in, or wholly outside, one level of another dimension."""
    found, least = subject.found, subject.policy.threshold
    seen = [levels for levels in found.every() if _seen(subject, levels)]
    divided = {levels: _divided(found, levels, least) for levels in seen}
    whole = [(levels, place) for levels, place in divided.items() if place is not None]
    everybody = [levels for levels, _ in whole if found.count(levels)]
    nobody = [levels for levels, _ in whole if not found.count(levels)]
    told = {levels: _told(subject, levels, place) for levels, place in whole}
    yield from _finding("Everybody in a group is in one category", everybody, told)
    yield from _finding("Nobody in a group is in a category", nobody, told)
    if found.claim.kind == "survival":
        gone = dict(_at_once(subject))
        yield from _finding("Everybody in a group leaves in one step", [*gone], gone)
    if found.is_summary:
        same = {c: _alike(subject, c) for c in seen if _constant(subject, c)}
        yield from _finding("Everybody in a group has the same value", [*same], same)


def _finding(
    what: str, cells: list[Levels], told: Mapping[Levels, str]
) -> Iterator[Finding]:
    if cells:
        yield Finding(
            check="class disclosure",
            verdict=Verdict.REVIEW,
            reason=f"{what}: to know that someone is in the group is to know this of them.",
            remedy=REMEDY,
            cells=tuple(map(name_of, cells)),
            attack=tuple(f"{name_of(levels)}: {told[levels]}" for levels in cells[:TOLD]),
        )


def _told(subject: Verified, levels: Levels, place: int) -> str:
    """Who is known to be in the group, and what is known of each of them by that."""
    count, group = subject.found.count(levels), at_total(levels, place)
    few, all_ = (rounded(n, subject.policy) for n in (count, subject.found.count(group)))
    what = f"{subject.found.claim.dimensions[place].name} is {'' if count else 'not '}"
    return (
        f"{few} of {all_} in {name_of(group)}, so of whoever is one of these it is known"
        f" that {what}{levels[place]}"
    )


def _alike(subject: Verified, levels: Levels) -> str:
    count = rounded(subject.found.count(levels), subject.policy)
    return f"the values of {count} don't differ, so their mean is what each of them has"


def _at_once(subject: Verified) -> Iterator[tuple[Levels, str]]:
    """Steps in which all who are still there have the event, or all whom it began with
    leave; and in how many of how many that is."""
    found, least = subject.found, subject.policy.threshold
    *by, steps, _ = found.claim.dimensions
    for group in product(*((*d.levels, None) for d in by)):
        began = at_risk = found.count((*group, None, None))
        for step in steps.levels[:-1] if found.published((*group, None, None)) else ():
            events, left = (found.count((*group, step, had)) for had in (YES, None))
            if at_risk >= least and events == at_risk < began:
                yield (*group, step, YES), _of_those_there(subject, at_risk, step)
            if left == began >= least:
                yield (*group, step, None), _of_those_there(subject, began, step, "leave")
            at_risk -= left


def _of_those_there(subject: Verified, count: int, step: str, how: str = "have it") -> str:
    all_ = rounded(count, subject.policy)
    return (
        f"{all_} are at risk when the step {step} begins and 0 when it ends, and {all_}"
        f" {how} in it: of whoever is one of these that is known"
    )


def _seen(subject: Verified, levels: Levels) -> bool:
    """Zeros in small groups are hidden, and with them where the few are."""
    hidden = subject.causes.get(levels) is Cause.EMPTY_IN_SMALL
    told = subject.found.published(levels) or _adds_up_steps(subject.found, levels)
    return told and not hidden


def _adds_up_steps(found: Recomputed, levels: Levels) -> bool:
    """Is this how many of a group have the event, or haven't, over all steps of time?"""
    return found.claim.kind == "survival" and levels[-2] is None and levels[-1] is not None


def _divided(found: Recomputed, levels: Levels, least: int) -> int | None:
    """The place of a dimension of which the cell has all, or none, of a group."""
    count = found.count(levels)
    if found.claim.kind == "survival" and levels[-2] is not None:
        return None  # in a step: nobody is known to leave then, but by having the event
    for place, dimension in enumerate(found.claim.dimensions):
        if (level := levels[place]) is None:
            continue
        group = found.count(at_total(levels, place))
        if count not in (0, group) or _is_given(found, dimension, level, count):
            continue
        if group >= least:
            return place
    return None


def _is_given(found: Recomputed, dimension: Dimension, level: str, count: int) -> bool:
    """Do the population's conditions themselves leave one level of the dimension?

    That a value is there leaves one level of whether it is there, not of what it is. Of
    bands: do they leave nobody in this one, or, where somebody is, in any other?
    """
    if isinstance(dimension.derivation, Bands):
        empty = empty_bands(dimension, found.claim.population)
        others = {*dimension.derivation.labels(), *dimension.levels} - {level}
        return others <= empty if count else level in empty
    given = {"==", "is missing"}
    if isinstance(dimension.derivation, IsPresent):
        given.add("is present")
    return any(
        c.column == dimension.column and c.operator in given for c in found.claim.population
    )


def _constant(subject: Verified, levels: Levels) -> bool:
    numbers = subject.found.cells.get(levels, NOBODY)
    return numbers.constant and levels not in subject.causes
