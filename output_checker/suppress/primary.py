"""Which cells may not be shown, for what they are themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import combinations
from typing import Protocol

from output_checker.claims.model import MISSING, Levels
from output_checker.policy import Policy
from output_checker.verify.numbers import NOBODY, Numbers, Recomputed


class Cause(Enum):
    """Why a cell is hidden for itself."""

    SMALL = "few people"
    EMPTY_IN_SMALL = "an empty cell in a small group"
    DOMINATED = "few people make up most of the total"
    PROVIDERS = "few providers, or few of these make up most of the total"


def primary(found: Recomputed, policy: Policy) -> Mapping[Levels, Cause]:
    """The cells of a table to hide, totals included, and why.

    A zero is shown, except inside a group of few: there, the zeros would tell in which
    category the few all are. Few people at an end of a line of bands are such a group.
    """
    causes: dict[Levels, Cause] = {}
    for levels in found.every():
        count = found.count(levels)
        if 0 < count < policy.threshold:
            causes[levels] = Cause.SMALL
        elif count and found.totals(levels) and _about_few(_of(found, levels), policy):
            causes[levels] = Cause.DOMINATED
        elif count and few_providers(_of(found, levels), found.totals(levels), policy):
            causes[levels] = Cause.PROVIDERS
        elif not count and _hides_where_the_few_are(found, levels, policy):
            causes[levels] = Cause.EMPTY_IN_SMALL
    return causes


def _of(found: Recomputed, levels: Levels) -> Numbers:
    return found.cells.get(levels, NOBODY)


def in_small_group(found: Recomputed, levels: Levels, policy: Policy) -> bool:
    """Is the cell part of a group of people that is itself below the threshold?"""
    return any(
        0 < found.count(group) < policy.threshold for group in groups(levels)
    ) or at_a_thin_end(found, levels, policy.threshold)


def at_a_thin_end(found: Recomputed, levels: Levels, least: int) -> bool:
    """Is the cell's band one of the last ones, in which there are few people together?

    Zeros after the few would tell how far the furthest of them is: a maximum. Of times,
    only the far end: that nobody has left yet tells of nobody.
    """
    place = found.ordered
    if place is None or (band := levels[place]) is None:
        return False
    bands = [one for one in found.claim.dimensions[place].levels if one != MISSING]
    if band not in bands:
        return False
    last = levels[place + 1 :] if found.claim.kind == "histogram" else (None,)
    people = [found.count((*levels[:place], one, *last)) for one in bands]
    at = bands.index(band)
    ends = [people[start:] for start in range(at + 1)]
    if found.claim.kind == "histogram":
        ends += [people[: end + 1] for end in range(at, len(people))]
    return any(0 < sum(end) < least for end in ends)


def _hides_where_the_few_are(found: Recomputed, levels: Levels, policy: Policy) -> bool:
    """Is the empty cell in a small group, and not in one shown to be empty anyway?"""
    return in_small_group(found, levels, policy) and not any(
        found.count(group) == 0 and not _hides_where_the_few_are(found, group, policy)
        for group in groups(levels)
    )


def groups(levels: Levels) -> list[Levels]:
    """The totals that a cell is part of, over one or more of its dimensions."""
    named = [place for place, level in enumerate(levels) if level is not None]
    return [
        tuple(None if place in gone else level for place, level in enumerate(levels))
        for size in range(1, len(named) + 1)
        for gone in combinations(named, size)
    ]


def _about_few(numbers: Numbers, policy: Policy) -> bool:
    return few_differ(numbers, policy) or dominated(numbers, policy)


def few_differ(numbers: Numbers, policy: Policy) -> bool:
    """Have all but a few the same value? The mean, less this value, is about the few.

    Of counts of events that most people don't have, too: three of a hundred with one each
    have a mean of 0.03.
    """
    return numbers.alike > 0 and 0 < numbers.contributors - numbers.alike < policy.threshold


def dominated(numbers: Numbers, policy: Policy) -> bool:
    """Do a few of those measured make up so much that their values can be estimated?"""
    return most_is_of_few(numbers.size, numbers.largest, policy)


def few_providers(numbers: Numbers, totals: bool, policy: Policy) -> bool:
    """Are the people from few providers, or is most of their total, if it is told?"""
    return any(
        one.count < policy.provider_threshold
        or (totals and most_is_of_few(one.size, one.largest, policy))
        for one in numbers.providers
    )


class Rules(Protocol):
    """Of a policy, what is asked of totals."""

    @property
    def p_percent(self) -> int: ...
    @property
    def dominance_patients(self) -> int: ...
    @property
    def dominance_percent(self) -> int: ...


def most_is_of_few(size: float, largest: Sequence[float], policy: Rules) -> bool:
    """p% rule: without the largest two, less is left than p % of the largest. (n, k) rule:
    the n largest are more than k % of all. By sizes, so signs can't cancel out.
    """
    if not size:
        return False
    left = size - sum(largest[:2])
    share = sum(largest[: policy.dominance_patients]) / size
    by_p = left < largest[0] * policy.p_percent / 100
    return by_p or share > policy.dominance_percent / 100
