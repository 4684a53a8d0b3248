"""A layer's equations as linear programs over the cells that can move at all.

Where most cells are shown, most of a layer stays where it is: a cell without room is no
column, and an equation without such a column says nothing. That makes programs small; they
start warm as long as the next pattern opens no cell that they don't have.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.system import Floats, Matrix, quiet

STILL = 1e-12
"""Less room than this is none: a solver's own noise, far below its tolerance."""
SPARE = 4
"""A program with this many times the columns that are needed is made anew, smaller."""
Places = NDArray[np.intp]


class Program:
    """One program for now. Arrays in and out run over all cells of the layer."""

    def __init__(self, matrix: Matrix, size: int, *, whole: bool) -> None:
        self._matrix, self._size, self._whole = matrix, size, whole
        self._columns: Places = np.zeros(0, dtype=np.intp)
        self._has = np.zeros(size, dtype=np.bool_)
        self._rows: Places = np.zeros(0, dtype=np.intp)
        self.model = quiet()

    @property
    def moves(self) -> bool:
        """Is there anything that can?"""
        return len(self._columns) > 0

    def open(self, down: Floats, up: Floats) -> None:
        """Let cells move so far; made anew where it lacks one of these or has too many."""
        needed = (down > STILL) | (up > STILL)
        many = int(needed.sum())
        if np.any(needed & ~self._has) or len(self._columns) > SPARE * many + SPARE:
            self._make(needed)
        self.bound(down, up)

    def bound(self, down: Floats, up: Floats) -> None:
        """Let the cells that it has move so far."""
        at = self._columns
        self.model.changeColsBounds(len(at), self._all(), -down[at], up[at])

    def aim(self, costs: Floats) -> None:
        self.model.changeColsCost(len(self._columns), self._all(), costs[self._columns])

    def found(self) -> Floats:
        """The solution over all cells."""
        at = np.zeros(self._size)
        at[self._columns] = self.model.getSolution().col_value
        return at

    def duals(self, rows: int) -> Floats:
        """Over all equations; none of those that it doesn't have."""
        found = np.zeros(rows)
        found[self._rows] = self.model.getSolution().row_dual
        return found

    def _all(self) -> NDArray[np.int32]:
        return np.arange(len(self._columns), dtype=np.int32)

    def _make(self, needed: NDArray[np.bool_]) -> None:
        rows, columns, signs = self._matrix
        used = needed[columns]
        self._has, self._columns = needed, np.flatnonzero(needed)
        number = np.cumsum(needed, dtype=np.int32) - 1
        self._rows, starts = np.unique(rows[used], return_index=True)
        self.model, size, count = quiet(), len(self._columns), len(self._rows)
        self.model.addVars(size, np.zeros(size), np.zeros(size))
        self.model.addRows(
            count, np.zeros(count), np.zeros(count), int(used.sum()),
            starts.astype(np.int32), number[columns[used]], signs[used],
        )  # fmt: skip
        if self._whole:
            kinds = np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self.model.changeColsIntegrality(size, self._all(), kinds)
