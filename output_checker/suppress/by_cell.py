"""A layer's equations by cell: who is near whom, and programs over some cells alone."""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.system import Floats, Matrix, quiet

Places = NDArray[np.intp]


MOST = np.iinfo(np.intp).max
LONG = 20
"""Cells of an equation that are near: the cheapest ones, of a longer one."""


class ByCell:
    """Which equations each cell is in, and which cells each equation has.

    ``costs``: of each cell; the cheapest are near.
    """

    def __init__(self, matrix: Matrix, costs: Floats, rows: int) -> None:
        of, cells, signs = matrix
        order = np.argsort(cells, kind="stable")
        self._rows, self._signs = of[order].astype(np.intp), signs[order]
        self._starts = np.searchsorted(cells[order], np.arange(len(costs) + 1))
        self._cheapest = cells[np.lexsort((costs[cells], of))].astype(np.intp)
        self._ends = np.searchsorted(of, np.arange(rows + 1))

    def near(self, cell: int, steps: int) -> Places:
        """The cells that this many equations, one after the other, lead to."""
        found = np.array([cell])
        for _ in range(steps):
            lines = np.unique(self._rows[_ranges(self._starts, found)[0]])
            cells = self._cheapest[_ranges(self._ends, lines, LONG)[0]]
            found = np.union1d(found, cells)
        return found

    def program(self, cells: Places, directions: Floats) -> highspy.Highs:
        """Columns for moving these cells (one may be there twice), in the equations' terms.

        ``directions``: 1 or -1, which way the cell moves as the column grows. Without
        room, and free of cost, until told.
        """
        at, counts = _ranges(self._starts, cells)
        used, rows = np.unique(self._rows[at], return_inverse=True)
        values = self._signs[at] * np.repeat(directions, counts)
        starts = (np.cumsum(counts) - counts).astype(np.int32)
        model, count, nothing = quiet(), len(used), np.zeros(len(cells))
        none = np.zeros(0, dtype=np.int32)
        zeros = np.zeros(count)
        model.addRows(
            count, zeros, zeros, 0, np.zeros(count, dtype=np.int32), none, np.zeros(0)
        )
        model.addCols(
            len(cells), nothing, nothing, nothing, len(at), starts,
            rows.astype(np.int32), values,
        )  # fmt: skip
        return model


def _ranges(starts: Places, picked: Places, most: int = MOST) -> tuple[Places, Places]:
    """The places from each picked start to the next, one after the other, and how many."""
    counts = np.minimum(starts[picked + 1] - starts[picked], most)
    first = np.repeat(starts[picked] - np.cumsum(counts) + counts, counts)
    return first + np.arange(counts.sum()), counts
