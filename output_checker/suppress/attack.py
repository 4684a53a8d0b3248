"""The attacker: what anyone can work out about a hidden cell from all that is shown.

For one layer and one pattern, the lowest and highest value that a cell can have in any
table that agrees with what is shown. Two linear programs per cell; whole numbers are
settled by branch and bound where the linear optimum isn't whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.problem import SLACK, Layer

Floats = NDArray[np.float64]
Matrix = tuple[NDArray[np.int32], NDArray[np.int32], Floats]
PRIMAL = 4
"""HiGHS's primal simplex: from one cell's question to the next only the aim changes."""
NODES = 2000
"""Branch-and-bound nodes for one whole-number question, a fixed amount of work."""


class SolverFailed(Exception):
    """HiGHS gave no answer. Never shown as an answer."""


@dataclass(frozen=True)
class Reach:
    """How far from its true value a cell can be, in one direction.

    The bound holds for every pattern x (1 hidden, 0 shown), by weak duality:
    distance(x) <= constant + slopes @ x, with equality at the x it was found for.
    """

    distance: float
    constant: float
    slopes: Floats
    whole: bool


class Attacker:
    """All the linear programs of one layer; they share a matrix, so they start warm."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        values = np.array(layer.values)
        shown = [s or p for s, p in zip(layer.shown, layer.possible, strict=True)]
        self._down = _rooms(values - np.array([p[0] for p in layer.possible]),
                            values - np.array([s[0] for s in shown]))  # fmt: skip
        self._up = _rooms(np.array([p[1] for p in layer.possible]) - values,
                          np.array([s[1] for s in shown]) - values)  # fmt: skip
        self._matrix = _matrix(layer)
        self._linear = _model(layer, self._matrix, whole=False)
        self._whole: highspy.Highs | None = None

    def look(self, hidden: Floats) -> None:
        """Take the pattern to attack: per cell 1 hidden, 0 shown, or between."""
        self._hidden = hidden
        _bound(self._linear, self._room(self._down), self._room(self._up))
        if self._whole is not None:
            _bound(self._whole, self._room(self._down), self._room(self._up))

    def reach(self, cell: int, sign: int) -> Reach:
        """How far up (sign 1) or down (-1) the cell can be, fractions allowed."""
        solution = self._solve(self._linear, cell, sign)
        distance = sign * solution.col_value[cell]
        duals = self._reduced(cell, sign, np.round(solution.row_dual, 9))
        down, up = np.maximum(duals, 0), np.maximum(-duals, 0)
        constant = float(down @ self._down[0] + up @ self._up[0])
        slopes = down * (self._down[1] - self._down[0]) + up * (self._up[1] - self._up[0])
        at = np.array(solution.col_value)
        whole = bool(np.all(np.abs(at - np.round(at)) < SLACK))
        return Reach(distance, constant, slopes, whole)

    def whole_reach(self, cell: int, sign: int, enough: float = np.inf) -> float:
        """How far the cell can be in whole numbers; never more than is certain.

        Stops looking once it is at least ``enough``.
        """
        if self._whole is None:
            self._whole = _model(self.layer, self._matrix, whole=True)
            _bound(self._whole, self._room(self._down), self._room(self._up))
        try:
            self._whole.setOptionValue("objective_target", SLACK - enough)
            solution = self._solve(self._whole, cell, sign)
        except SolverFailed:
            return 0.0  # the true table is always possible
        return float(sign * round(solution.col_value[cell]))

    def _room(self, rooms: tuple[Floats, Floats]) -> Floats:
        shown, hidden = rooms
        room: Floats = shown + (hidden - shown) * self._hidden
        return room

    def _solve(self, model: highspy.Highs, cell: int, sign: int) -> highspy.HighsSolution:
        size = len(self.layer.values)
        costs = np.zeros(size)
        costs[cell] = -sign
        model.changeColsCost(size, np.arange(size, dtype=np.int32), costs)
        model.run()
        solution = model.getSolution()
        if not solution.value_valid:
            raise SolverFailed(f"no solution for a cell of {self.layer.name}")
        return solution

    def _reduced(self, cell: int, sign: int, duals: Floats) -> Floats:
        """Reduced costs computed from rounded duals: any duals give a valid bound."""
        reduced = np.zeros(len(self.layer.values))
        reduced[cell] = -sign
        rows, columns, signs = self._matrix
        np.subtract.at(reduced, columns, signs * duals[rows])
        return np.where(np.abs(reduced) < 1e-12, 0.0, reduced)


def _rooms(hidden: Floats, shown: Floats) -> tuple[Floats, Floats]:
    """Room to move when shown and when hidden, never less hidden than shown."""
    shown = np.maximum(shown, 0)
    return shown, np.maximum(hidden, shown)


def _matrix(layer: Layer) -> Matrix:
    """The equations as rows, columns and weights: parts minus total is nothing."""
    sums = [((e.total, -1.0), *((p, 1.0) for p in e.parts)) for e in layer.equations]
    entries = [
        (row, column, weight)
        for row, weights in enumerate([*sums, *layer.links])
        for column, weight in weights
    ]
    rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    return (
        np.array(rows, dtype=np.int32),
        np.array(columns, dtype=np.int32),
        np.array(signs, dtype=np.float64),
    )


def quiet() -> highspy.Highs:
    """A solver that prints nothing and does the same each time."""
    model: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call] # has no types
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("simplex_strategy", PRIMAL),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", SLACK),
    ):
        model.setOptionValue(option, value)
    return model


def _model(layer: Layer, matrix: Matrix, *, whole: bool) -> highspy.Highs:
    rows, columns, signs = matrix
    model, size = quiet(), len(layer.values)
    model.addVars(size, np.zeros(size), np.zeros(size))
    count = len(layer.equations) + len(layer.links)
    starts = np.searchsorted(rows, np.arange(count))
    model.addRows(
        count, np.zeros(count), np.zeros(count), len(rows),
        starts.astype(np.int32), columns, signs,
    )  # fmt: skip
    if whole:
        kinds = np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(size, np.arange(size, dtype=np.int32), kinds)
        model.setOptionValue("mip_max_nodes", NODES)
    return model


def _bound(model: highspy.Highs, down: Floats, up: Floats) -> None:
    size = len(down)
    model.changeColsBounds(size, np.arange(size, dtype=np.int32), -down, up)
