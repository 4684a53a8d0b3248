"""Which needs are met already, by tables that agree with what is shown (witnesses).

One witness often settles hundreds of needs. What no witness settles is asked for cell by
cell, so a tally saves work and decides nothing: a need that isn't met has no witness.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.problem import SLACK, Need

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Asked:
    """The needs of a layer as arrays: how far up, down, and how wide."""

    def __init__(self, needs: Sequence[Need], values: Sequence[float]) -> None:
        self.needs = tuple(needs)
        self.cells = np.array([need.cell for need in needs], dtype=np.intp)
        value = np.array([values[need.cell] for need in needs])
        self.up = np.array([need.high for need in needs]) - value
        self.down = value - np.array([need.low for need in needs])
        self.width = np.array([need.width for need in needs])


class Tally:
    """How far up and down the needs' cells can surely be, for some attackers at once.

    A row for each attacker, a column for each need. ``counts``: whose needs these are
    (nobody attacks a cell that he knows).
    """

    def __init__(self, asked: Asked, counts: Flags) -> None:
        self.asked, self.counts = asked, counts
        self.up, self.down = np.zeros(counts.shape), np.zeros(counts.shape)

    def take(self, moves: Floats, touched: Flags | None = None) -> None:
        """Witnesses, by how far they move the needs' cells.

        ``touched``: for which attackers each of them isn't one; none, if left out.
        """
        for n in range(len(self.up)):
            mine = moves if touched is None else moves[~touched[:, n]]
            if len(mine):
                np.maximum(self.up[n], mine.max(axis=0), out=self.up[n])
                np.maximum(self.down[n], -mine.min(axis=0), out=self.down[n])

    def lacks(self) -> tuple[Flags, Flags, Flags]:
        """Where up, down and width aren't reached."""
        asked = self.asked
        up = self.up < asked.up - SLACK
        down = self.down < asked.down - SLACK
        width = self.up + self.down < asked.width - SLACK
        return up & self.counts, down & self.counts, width & self.counts

    def open(self) -> Flags:
        up, down, width = self.lacks()
        return np.asarray(up | down | width)

    def left(self) -> int:
        """How many ways and widths aren't reached."""
        return sum(int(lack.sum()) for lack in self.lacks())

    def aims(self, who: Flags, number: int) -> Floats:
        """For each need 1 or -1 where some of these attackers lack that, else 0."""
        up, down, width = (lack[who].any(axis=0) for lack in self.lacks())
        coin = np.random.default_rng(number).random(len(self.asked.cells)) < 0.5
        signs = np.where(down & ~up, -1.0, np.where(up & ~down, 1.0, np.where(coin, 1, -1)))
        return np.where(up | down | width, signs, 0.0)

    def caps(self, who: Flags, size: int) -> tuple[Floats, Floats]:
        """How far down and up is enough, for each cell of the layer."""
        asked, down, up = self.asked, np.full(size, np.inf), np.full(size, np.inf)
        least_up, least_down = self.up[who].min(axis=0), self.down[who].min(axis=0)
        down[asked.cells] = np.maximum(asked.down, asked.width - least_up).clip(0)
        up[asked.cells] = np.maximum(asked.up, asked.width - least_down).clip(0)
        return down, up
