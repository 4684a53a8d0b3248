"""A table and who is in its cells: all that is remembered of a release about its people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from output_checker.claims.model import Levels

Keys = NDArray[np.uint64]
"""Patients, each by a number that only the site can make; sorted."""
Parts = NDArray[np.int32]
"""For each key the number of the part that it is in; 0 is outside."""
Values = NDArray[np.float32]
"""For each key what they have of a column, to three digits; 0 outside, too."""


@dataclass(frozen=True)
class Dominance:
    """When few make up most of a total: the policy's (n, k) and p% rules. ``providers``:
    the fewest that cells are of."""

    dominance_patients: int
    dominance_percent: int
    p_percent: int
    providers: int = 0


EVERYONE = "everyone"
"""The population of a table that counts its whole cohort."""


@dataclass(frozen=True)
class Cell:
    """A cell that left, and what it tells: a count between ``low`` and ``high``.

    Equal where it is shown as it is; ``high`` has no end where it is hidden. ``parts``: the
    table's parts that it is made of, one for an inner cell, several for a total,
    none for nobody.
    ``total_of``: the column whose total the cell tells, or would if it weren't hidden.
    ``dominated``: hidden as few people, or few providers, make up most of that total.
    ``spread``: how far below and above the total is what its rounded mean tells.
    """

    levels: Levels
    parts: tuple[int, ...]
    low: float
    high: float
    total_of: str = ""
    dominated: bool = False
    spread: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if not self.spread[0] <= 0 <= self.spread[1]:
            raise ValueError("what is told of a total holds the total")
        if not 0 <= self.low <= self.high or min(self.parts, default=1) < 1:
            raise ValueError("a cell of those outside, or one that tells nonsense")
        if self.dominated and not (self.total_of and self.hidden):
            raise ValueError("what is dominated is a total, and hidden")

    @property
    def hidden(self) -> bool:
        return math.isinf(self.high)


@dataclass(frozen=True)
class Counted:
    """A table whose people are known. No two of its parts share anybody.

    ``release``: the request that it left with, nothing before it left. ``path``: of the
    output. ``population``: whom it counts, in words. ``definition``: hash of what it counts
    and of the cohort it is about; ``dataset``: hash of that cohort's file. ``dimensions``:
    their names. ``cells``: all that the table shows or hides, of nobody too. ``values``: of
    the column whose totals the cells tell, for those in a part. ``providers``: for each key
    who provided their care, in each column that tells it, by a number from 1 that only the
    site can make.
    """

    release: str
    path: str
    population: str
    definition: str
    cells: tuple[Cell, ...]
    keys: Keys = field(repr=False)
    parts: Parts = field(repr=False)
    dataset: str = ""
    dimensions: tuple[str, ...] = ()
    values: Values | None = field(default=None, repr=False)
    providers: Mapping[str, Parts] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        sizes = [len(self.parts), *map(len, self.providers.values())]
        sizes += [] if self.values is None else [len(self.values)]
        if any(size != len(self.keys) for size in sizes):
            raise ValueError("every key has a part")
        if self.parts.size and int(self.parts.min()) < 0:
            raise ValueError("parts are numbered from 1")

    @property
    def size(self) -> int:
        """The number of the last part."""
        told = (part for cell in self.cells for part in cell.parts)
        return max(int(self.parts.max(initial=0)), max(told, default=0))

    @property
    def name(self) -> str:
        """What a reviewer knows it by."""
        return f"{self.path} of release {self.release}" if self.release else self.path


class TooMany(Exception):
    """There is more to combine than can be gone through; ``reason`` says of what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Damaged(Exception):
    """What was remembered isn't there, or isn't as it was written."""
