"""A safe pattern soon: for each unmet need the cheapest way to move its cell.

A heuristic after J. Kelly, B. Golden and A. Assad, "Cell suppression: disclosure
protection for sensitive tabular data", Networks 22 (1992) 397-417, and F&S (2001) section
5: a table that agrees with all equations, in which the cell is as far from its value as
the need asks, and in which moving a shown cell costs its weight for each unit. The cells
that move are hidden, and are free to move for later needs.
"""

from __future__ import annotations

from itertools import pairwise

import highspy
import numpy as np

from output_checker.suppress.attack import Attacker
from output_checker.suppress.problem import SLACK, Need, Problem
from output_checker.suppress.system import Floats, quiet

DUAL = 1
"""HiGHS's dual simplex: from one need to the next only bounds change."""
TINY = 1e-3
"""What hiding a cell costs besides its weight, as a share of the mean: fewer are better."""


class Mover:
    """A layer's program: each cell's free room, and what it moves beyond, at a cost."""

    def __init__(self, problem: Problem, layer: int, attacker: Attacker) -> None:
        self.layer = problem.layers[layer]
        self._places = np.array(self.layer.cells, dtype=np.intp)
        self._attacker, self._size = attacker, len(self._places)
        fixed = np.zeros(len(problem.weights), dtype=np.bool_)
        fixed[list(problem.fixed)] = True
        self._may = ~fixed[self._places]
        weights = np.array(problem.weights)
        self._costs = (weights + TINY * (weights.mean() or 1.0))[self._places]
        self._model = self._made()

    def _made(self) -> highspy.Highs:
        rows, columns, signs = self._attacker.matrix
        model, size = quiet(), self._size
        model.setOptionValue("simplex_strategy", DUAL)
        nothing = np.zeros(3 * size)
        model.addVars(3 * size, nothing, nothing)
        costs = np.concatenate([np.zeros(size), self._costs, self._costs])
        model.changeColsCost(3 * size, np.arange(3 * size, dtype=np.int32), costs)
        ends = np.searchsorted(rows, np.arange(self._attacker.rows + 1))
        for first, last in pairwise(ends):
            at, weights = columns[first:last], signs[first:last]
            places = np.concatenate([at, at + size, at + 2 * size])
            both = np.concatenate([weights, weights, -weights])
            model.addRow(0.0, 0.0, len(places), places.astype(np.int32), both)
        return model

    def move(
        self, pattern: Floats, need: Need, sign: int, least: float, known: tuple[int, ...]
    ) -> Floats | None:
        """Deviations in which the need's cell is ``least`` away; None if there are none.

        ``known``: the cells that the attacker knows, which can't move for him.
        """
        attacker, size = self._attacker, self._size
        attacker.rooms(pattern[self._places], known)
        down, up = -attacker.down, attacker.up.copy()
        least = min(least, *self._far(need.cell, sign))
        (up if sign > 0 else down)[need.cell] = sign * least
        (down if sign > 0 else up)[need.cell] = sign * least
        full_down, full_up = attacker.hidden_rooms()
        more_up = np.where(self._may, np.maximum(full_up - attacker.up, 0), 0)
        more_down = np.where(self._may, np.maximum(full_down - attacker.down, 0), 0)
        more_up[list(known)] = more_down[list(known)] = 0
        lower = np.concatenate([down, np.zeros(2 * size)])
        upper = np.concatenate([up, more_up, more_down])
        self._model.changeColsBounds(
            3 * size, np.arange(3 * size, dtype=np.int32), lower, upper
        )
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        at = np.array(self._model.getSolution().col_value)
        moves: Floats = at[:size] + at[size : 2 * size] - at[2 * size :]
        return moves

    def _far(self, cell: int, sign: int) -> list[float]:
        down, up = self._attacker.hidden_rooms()
        return [float((up if sign > 0 else down)[cell])]


def moved(moves: Floats, down: Floats, up: Floats) -> list[int]:
    """Which cells moved beyond their room."""
    beyond = (moves > up + SLACK) | (moves < -down - SLACK)
    found: list[int] = np.flatnonzero(beyond).tolist()
    return found
