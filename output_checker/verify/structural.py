"""Zeros by definition: bands that the conditions of a population leave nobody in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from output_checker.claims.model import MISSING, Bands, Condition, Dimension

Band = tuple[float, float]
"""From its lower edge to under its upper one."""


def empty_bands(dimension: Dimension, whom: Sequence[Condition]) -> frozenset[str]:
    """Levels of a dimension of bands in which nobody of a population can be.

    That some value is asked for leaves nobody in the level of missing ones.
    """
    bands = dimension.derivation
    mine = [c for c in whom if c.column == dimension.column]
    if not isinstance(bands, Bands):
        return frozenset()
    edges = pairwise((-math.inf, *bands.edges, math.inf))
    named = zip(bands.labels(), edges, strict=True)
    empty = {name for name, band in named if not all(_may_meet(band, c) for c in mine)}
    asked = any(c.operator != "is missing" for c in mine)
    return frozenset(empty | ({MISSING} if asked else set()))


def _may_meet(band: Band, condition: Condition) -> bool:
    """May some number of the band meet the condition? Numbers needn't be whole."""
    low, high = band
    value = condition.value
    several = value if isinstance(value, tuple) else (value,)
    numbers = [v for v in several if isinstance(v, int | float)]
    match condition.operator:
        case "<":
            return any(low < number for number in numbers)
        case "<=":
            return any(low <= number for number in numbers)
        case ">" | ">=":
            return any(high > number for number in numbers)
        case "==" | "in":
            return any(low <= number < high for number in numbers)
        case operator:
            return operator != "is missing"
