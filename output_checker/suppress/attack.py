"""The attacker: what anyone can work out about a hidden cell from all that is shown.

For one layer and one pattern, the lowest and highest value that a cell can have in any
table that agrees with what is shown. Two linear programs per cell; whole numbers are
settled by branch and bound where the linear optimum isn't whole. An insider is the same
attacker who knows some hidden cells besides.

A table that agrees is kept as a witness, as deviations from the true one: it shows at once
how far many cells can be, and often for the next pattern, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from output_checker.suppress.problem import SLACK, Layer
from output_checker.suppress.program import Program
from output_checker.suppress.system import Floats, Matrix, equations

NODES = 2000
"""Branch-and-bound nodes for one whole-number question, a fixed amount of work."""
NODES_TOGETHER = 50
"""The same for a question about many cells at once, which needn't be answered fully."""


class SolverFailed(Exception):
    """HiGHS gave no answer. Never shown as an answer."""


@dataclass(frozen=True)
class Reach:
    """How far from its true value a cell can be, in one direction, and what shows that.

    ``duals``: of the equations. ``unknown``: 0 for each cell that this attacker knows.
    """

    cell: int
    sign: int
    distance: float
    whole: bool
    duals: Floats
    unknown: Floats


@dataclass(frozen=True)
class Bound:
    """How far a cell can be at most, for every pattern x (1 hidden, 0 shown).

    distance(x) <= constant + slopes @ x, by weak duality, with equality at the x that it
    was found for.
    """

    constant: float
    slopes: Floats


class Attacker:
    """All the linear programs of one layer; they share a matrix, so they start warm."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.size = layer, len(layer.values)
        values = np.array(layer.values)
        shown = [s or p for s, p in zip(layer.shown, layer.possible, strict=True)]
        self._down = _rooms(values - np.array([p[0] for p in layer.possible]),
                            values - np.array([s[0] for s in shown]))  # fmt: skip
        self._up = _rooms(np.array([p[1] for p in layer.possible]) - values,
                          np.array([s[1] for s in shown]) - values)  # fmt: skip
        self.matrix: Matrix = equations(layer)
        self._linear = Program(self.matrix, self.size, whole=False)
        self._whole = Program(self.matrix, self.size, whole=True)
        self._stale = True

    @property
    def rows(self) -> int:
        return len(self.layer.equations) + len(self.layer.links)

    def look(self, hidden: Floats, known: Sequence[int] = ()) -> None:
        """Take the pattern to attack: per cell 1 hidden, 0 shown, or between.

        ``known``: cells whose numbers this attacker knows, hidden or not.
        """
        self.rooms(hidden, known)
        self._linear.open(self.down, self.up)
        self._stale = True

    def rooms(self, hidden: Floats, known: Sequence[int] = ()) -> None:
        """How far each cell may be below and above its value: ``down`` and ``up``."""
        self.unknown = np.ones(self.size)
        self.unknown[list(known)] = 0
        self.down, self.up = self._room(self._down, hidden), self._room(self._up, hidden)

    def hidden_rooms(self) -> tuple[Floats, Floats]:
        """The same where everything is hidden."""
        return self._down[1], self._up[1]

    def reach(self, cell: int, sign: int) -> tuple[Reach, Floats]:
        """How far up (sign 1) or down (-1) the cell can be in fractions, and a witness."""
        costs = np.zeros(self.size)
        costs[cell] = -sign
        at = self._solve(self._linear, costs)
        whole = bool(np.all(np.abs(at - np.round(at)) < SLACK))
        duals = np.round(self._linear.duals(self.rows), 9)
        return Reach(cell, sign, sign * at[cell], whole, duals, self.unknown), at

    def bound(self, reach: Reach) -> Bound:
        """What the reach says of every other pattern."""
        duals = self._reduced(reach.cell, reach.sign, reach.duals)
        down, up = np.maximum(duals, 0), np.maximum(-duals, 0)
        constant = down * self._down[0] + up * self._up[0]
        slopes = down * (self._down[1] - self._down[0]) + up * (self._up[1] - self._up[0])
        return Bound(float((constant * reach.unknown).sum()), slopes * reach.unknown)

    def together(self, aims: Floats, caps: tuple[Floats, Floats], *, whole: bool) -> Floats:
        """A witness in which many cells are far from their values at once.

        ``aims``: 1 for the cells that should be higher, -1 lower; ``caps``: how far down
        and up is enough for each cell, so that they leave room for each other.
        """
        program = self._in_whole_numbers() if whole else self._linear
        program.bound(np.minimum(self.down, caps[0]), np.minimum(self.up, caps[1]))
        try:
            if whole:
                program.model.setOptionValue("mip_max_nodes", NODES_TOGETHER)
                program.model.setOptionValue("objective_target", -highspy.kHighsInf)
            found = self._solve(program, -aims)
        finally:
            program.bound(self.down, self.up)
        return np.round(found) if whole else found

    def whole_reach(self, cell: int, sign: int, enough: float = np.inf) -> float:
        """How far the cell can be in whole numbers; never more than is certain.

        Stops looking once it is at least ``enough``.
        """
        program = self._in_whole_numbers()
        costs = np.zeros(self.size)
        costs[cell] = -sign
        try:
            program.model.setOptionValue("mip_max_nodes", NODES)
            program.model.setOptionValue("objective_target", SLACK - enough)
            found = self._solve(program, costs)
        except SolverFailed:
            return 0.0  # the true table is always possible
        return float(sign * round(found[cell]))

    def _in_whole_numbers(self) -> Program:
        if self._stale:
            self._whole.open(self.down, self.up)
            self._stale = False
        return self._whole

    def _room(self, rooms: tuple[Floats, Floats], hidden: Floats) -> Floats:
        shown, open_ = rooms
        hidden = np.clip(hidden, 0, 1)  # a solver's -1e-12 would be less room than none
        room: Floats = (shown + (open_ - shown) * hidden) * self.unknown
        return room

    def _solve(self, program: Program, costs: Floats) -> Floats:
        """The solution; from a fresh start where a warm one ends nowhere."""
        if not program.moves:
            return np.zeros(self.size)
        program.aim(costs)
        model = program.model
        for again in (False, True):
            if again:
                model.clearSolver()
            model.run()
            valid = model.getSolution().value_valid
            if valid and model.getInfo().primal_solution_status == FEASIBLE:
                return program.found()
        raise SolverFailed(f"no solution for a cell of {self.layer.name}")

    def _reduced(self, cell: int, sign: int, duals: Floats) -> Floats:
        """Reduced costs computed from rounded duals: any duals give a valid bound."""
        rows, columns, signs = self.matrix
        reduced = -np.bincount(columns, signs * duals[rows], self.size)
        reduced[cell] -= sign
        return np.where(np.abs(reduced) < 1e-12, 0.0, reduced)


FEASIBLE = 2
"""HiGHS's name for a solution that obeys all bounds and equations."""


def _rooms(hidden: Floats, shown: Floats) -> tuple[Floats, Floats]:
    """Room to move when shown and when hidden, never less hidden than shown."""
    shown = np.maximum(shown, 0)
    return shown, np.maximum(hidden, shown)
