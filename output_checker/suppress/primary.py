"""Which cells may not be shown, for what they are themselves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from itertools import combinations

from output_checker.claims.model import Levels
from output_checker.policy import Policy
from output_checker.verify.numbers import NOBODY, Numbers, Recomputed


class Cause(Enum):
    """Why a cell is hidden for itself."""

    SMALL = "few people"
    EMPTY_IN_SMALL = "an empty cell in a small group"
    DOMINATED = "few people make up most of the total"


def primary(found: Recomputed, policy: Policy) -> Mapping[Levels, Cause]:
    """The cells of a table to hide, totals included, and why.

    A zero is shown, except inside a group of few: there, the zeros would tell in which
    category the few all are.
    """
    causes: dict[Levels, Cause] = {}
    for levels in found.every():
        count = found.count(levels)
        if 0 < count < policy.threshold:
            causes[levels] = Cause.SMALL
        elif count and _about_few(found.cells.get(levels, NOBODY), policy):
            causes[levels] = Cause.DOMINATED
        elif not count and _hides_where_the_few_are(found, levels, policy):
            causes[levels] = Cause.EMPTY_IN_SMALL
    return causes


def in_small_group(found: Recomputed, levels: Levels, policy: Policy) -> bool:
    """Is the cell part of a group of people that is itself below the threshold?"""
    return any(0 < found.count(group) < policy.threshold for group in groups(levels))


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
    """Do a few of those measured make up so much that their values can be estimated?

    p% rule: without the largest two, less is left than p % of the largest. (n, k) rule:
    the n largest are more than k % of all. By sizes, so signs can't cancel out.
    """
    if not numbers.size:
        return False
    largest = numbers.largest
    left = numbers.size - sum(largest[:2])
    share = sum(largest[: policy.dominance_patients]) / numbers.size
    by_p = left < largest[0] * policy.p_percent / 100
    return by_p or share > policy.dominance_percent / 100
