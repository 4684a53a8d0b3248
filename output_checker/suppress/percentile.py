"""A percentile as it may be shown: with enough people beyond it, and never one's own value.

A percentile is one person's value, or lies between two people's. Griffiths et al.,
"Handbook on Statistical Disclosure Control for Outputs" (Safe Data Access Professionals,
2019), refuses minimum and maximum and judges other positions by how many people stand
behind them. Made into numbers here (the choice is ours): at least the threshold below and
above; and rounded until at least as many people's values are rounded to the same number,
so that it is the value of a crowd.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from output_checker.claims.model import Value, percent_of
from output_checker.policy import Policy
from output_checker.verify.numbers import Numbers

STEPS = (1, 2, 5)
"""Of each power of ten, what is rounded to."""


def as_shown(numbers: Numbers, name: str, policy: Policy) -> Value:
    """The cell's percentile of this name as it may leave; None if it may not."""
    value, percent = numbers.percentiles.get(name), percent_of(name)
    least = policy.threshold
    if value is None or percent is None:
        return None
    if min(beyond(numbers.contributors, percent)) < least:
        return None
    return _of_a_crowd(value, numbers.near[name], least, policy.significant_digits)


def beyond(people: int, percent: float) -> tuple[int, int]:
    """How many stand before and after the one or two people that a percentile is made of.

    It is at place (n - 1) · percent of n people in line, counted from 0.
    """
    place = (people - 1) * (percent / 100)
    return math.floor(place), people - 1 - math.ceil(place)


def _of_a_crowd(value: float, near: Sequence[float], least: int, digits: int) -> Value:
    """The value to the finest step at which as many as ``least`` people share it."""
    if value == 0:
        return 0.0 if near.count(0.0) >= least else None
    for step in _steps(value, digits):
        place = math.floor(value / step + 0.5)
        alike = sum(math.floor(one / step + 0.5) == place for one in near)
        if place and alike >= least:
            return float(f"{place * step:.{digits}g}")
    return None


def _steps(value: float, digits: int) -> Iterator[float]:
    """From the last of a value's significant digits to its first."""
    first = math.floor(math.log10(abs(value)))
    for power in range(first - digits + 1, first + 1):
        yield from (float(f"{step}e{power}") for step in STEPS)
