"""A safe pattern soon: for each unmet need the cheapest way to move its cell.

A heuristic after J. Kelly, B. Golden and A. Assad, "Cell suppression: disclosure
protection for sensitive tabular data", Networks 22 (1992) 397-417, and F&S (2001) section
5: a table that agrees with all equations, in which the cell is as far from its value as
the need asks, and in which moving a shown cell costs its weight for each unit. The cells
that move are hidden, and are free to move for later needs.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.attack import Attacker
from output_checker.suppress.audit import as_pattern
from output_checker.suppress.by_cell import ByCell
from output_checker.suppress.problem import SLACK, Need, Problem
from output_checker.suppress.system import Floats

DUAL = 1
"""HiGHS's dual simplex: from one need to the next only bounds change."""
TINY = 1e-3
"""What hiding a cell costs besides its weight, as a share of the mean: fewer are better."""
MANY = 25_000
"""Columns past which looking at all of them takes longer than looking nearby first."""
STEPS = 2
"""Equations that lead from a cell to what is near: rectangles of a table are."""
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


class Mover:
    """A layer's program: each cell's free room, and what it moves beyond, at a cost.

    A column for the free room of each cell that has some from the start, or is needed; two
    for moving any other that may be hidden, up and down. Once one is hidden, these cost
    nothing. Where there are very many columns, those of cells nearby are asked first.
    """

    def __init__(self, problem: Problem, layer: int, attacker: Attacker) -> None:
        self.layer = problem.layers[layer]
        self._places = np.array(self.layer.cells, dtype=np.intp)
        self._attacker, self._size = attacker, len(self._places)
        weights = np.array(problem.weights)
        self._costs = (weights + TINY * (weights.mean() or 1.0))[self._places]
        self._cells, self._signs = self._columns(problem)
        self._directions = np.where(self._signs, self._signs, 1.0)
        self._equations = ByCell(attacker.matrix, self._costs, attacker.rows)
        self._everywhere: highspy.Highs | None = None
        self._told = np.zeros((3, len(self._cells)))

    def _columns(self, problem: Problem) -> tuple[Places, Floats]:
        """Of each column its cell, and 1 or -1 if it is for moving up or down, else 0."""
        pattern = as_pattern(problem, problem.hidden)[self._places]
        self._attacker.rooms(pattern)
        room = (self._attacker.down > 0) | (self._attacker.up > 0) | (pattern > 0)
        room[[need.cell for need in self.layer.needs]] = True
        fixed = as_pattern(problem, problem.fixed)[self._places] > 0
        self._has_room, free, may = room, np.flatnonzero(room), np.flatnonzero(~fixed)
        cells = np.concatenate([free, may, may])
        return cells, np.repeat([0.0, 1.0, -1.0], [len(free), len(may), len(may)])

    def move(
        self, pattern: Floats, need: Need, sign: int, least: float, known: tuple[int, ...]
    ) -> Floats | None:
        """Deviations in which the need's cell is ``least`` away; None if there are none.

        ``known``: the cells that the attacker knows, which can't move for him.
        """
        self._attacker.rooms(pattern[self._places], known)
        program = self._program(pattern[self._places] > 0, known)
        own = np.flatnonzero(self._cells == need.cell)
        program[:2, own] = 0
        program[:2, own[0]] = sign * min(least, self._far(need.cell, sign))
        at = self._nearby(need.cell, program)
        if at is None and (at := self._anywhere(program)) is None:
            return None
        moves = np.bincount(self._cells, at * self._directions, self._size)
        return moves.astype(np.float64)

    def _program(self, hidden: Flags, known: tuple[int, ...]) -> Floats:
        """From where and to where each column may go, and what it costs: three rows."""
        attacker, cells, signs = self._attacker, self._cells, self._signs
        full_down, full_up = attacker.hidden_rooms()
        down = np.where(self._has_room, attacker.down, 0)[cells]
        up = np.where(self._has_room, attacker.up, 0)[cells]
        more = np.where(signs > 0, full_up[cells] - up, full_down[cells] - down)
        lower = np.where(signs == 0, -down, 0.0)
        upper = np.where(signs == 0, up, np.maximum(more, 0))
        free = (signs == 0) | (hidden & ~self._has_room)[cells]
        stuck = np.isin(cells, known)
        lower[stuck] = upper[stuck] = 0
        return np.array([lower, upper, np.where(free, 0.0, self._costs[cells])])

    def _nearby(self, cell: int, program: Floats) -> Floats | None:
        """The same while all cells but those nearby stay where they are."""
        if len(self._cells) <= MANY:
            return None
        near = np.zeros(self._size, dtype=np.bool_)
        near[self._equations.near(cell, STEPS)] = True
        own = np.flatnonzero(near[self._cells])
        model = self._equations.program(self._cells[own], self._directions[own])
        _tell(model, np.zeros((3, len(own))), program[:, own])
        if (solved := _solved(model)) is None:
            return None
        at = np.zeros(len(self._cells))
        at[own] = solved
        return at

    def _anywhere(self, program: Floats) -> Floats | None:
        if self._everywhere is None:
            self._everywhere = self._equations.program(self._cells, self._directions)
        _tell(self._everywhere, self._told, program)
        self._told = program
        return _solved(self._everywhere)

    def _far(self, cell: int, sign: int) -> float:
        down, up = self._attacker.hidden_rooms()
        return float((up if sign > 0 else down)[cell])


def _tell(model: highspy.Highs, before: Floats, now: Floats) -> None:
    """What has changed of each column, and nothing else: there may be very many."""
    at = np.flatnonzero(np.any(now[:2] != before[:2], axis=0)).astype(np.int32)
    model.changeColsBounds(len(at), at, now[0, at], now[1, at])
    at = np.flatnonzero(now[2] != before[2]).astype(np.int32)
    model.changeColsCost(len(at), at, now[2, at])


def _solved(model: highspy.Highs) -> Floats | None:
    model.setOptionValue("simplex_strategy", DUAL)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(model.getSolution().col_value)


def moved(moves: Floats, down: Floats, up: Floats) -> list[int]:
    """Which cells moved beyond their room."""
    beyond = (moves > up + SLACK) | (moves < -down - SLACK)
    found: list[int] = np.flatnonzero(beyond).tolist()
    return found
