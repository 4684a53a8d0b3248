"""Tables that agreed with what some pattern shows, kept as deviations from the true one.

They are looked through again and again while patterns change by a few cells. So only the
cells that any of them moves are kept, and which of them still fit is kept up to date.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.problem import SLACK

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
MOST = 2000
"""Witnesses of a layer that are kept."""
MOST_NUMBERS = 16_000_000
"""Numbers that they may take up, 128 MB: where they move many cells, fewer are kept."""
FEW = 64
"""Cells that may have changed for the fit to be brought up to date, not made anew."""
NEAR = SLACK / 10


@dataclass(frozen=True)
class Fitting:
    """Some of a layer's witnesses: those that agree with what is shown now."""

    pool: Witnesses
    which: Places

    def at(self, cells: Places) -> Floats:
        """How far these cells move: a row for each witness."""
        return self.pool.moves(self.which, cells)

    def in_whole_numbers(self) -> Fitting:
        return Fitting(self.pool, self.which[self.pool.whole[self.which]])

    def touching(self, knows: Flags) -> Flags:
        """A row for each witness: whose own cells (a row of ``knows`` each) it moves."""
        cells = np.flatnonzero(knows.any(axis=0))
        moved = (np.abs(self.at(cells)) > SLACK).astype(np.float32)
        touched: Flags = moved @ knows[:, cells].T.astype(np.float32) > 0
        return touched


class Witnesses:
    """The latest witnesses of a layer with so many cells; the oldest go first."""

    def __init__(self, size: int) -> None:
        self._most = MOST
        self._cells: Places = np.zeros(0, dtype=np.intp)
        self._column = np.full(size, -1, dtype=np.intp)
        self._rows, self._added = np.zeros((0, 0)), 0
        self.whole: Flags = np.zeros(self._most, dtype=np.bool_)
        self._down, self._up = np.zeros(size), np.zeros(size)
        self._beyond = np.zeros(self._most, dtype=np.intp)
        """In how many cells each is beyond the rooms that were looked at last."""

    def add(self, witness: Floats) -> None:
        self._make_room(witness)
        at, row = self._added % self._most, witness[self._cells]
        self._rows[at, : len(row)] = row
        self.whole[at] = np.all(np.abs(row - np.round(row)) < SLACK)
        down, up = self._down[self._cells], self._up[self._cells]
        self._beyond[at] = _beyond(row, down, up).sum()
        self._added += 1

    def _make_room(self, witness: Floats) -> None:
        new = np.flatnonzero((witness != 0) & (self._column < 0))
        self._column[new] = np.arange(len(new)) + len(self._cells)
        self._cells = np.concatenate([self._cells, new])
        rows, columns = self._rows.shape
        if len(self._cells) > columns:
            columns = len(self._cells) + len(self._cells) // 4
        if self._added >= rows and rows < self._most:
            if rows and 2 * rows * columns > MOST_NUMBERS:
                self._most = rows
            rows = min(self._most, 2 * rows + 16)
        if (rows, columns) != self._rows.shape:
            old, self._rows = self._rows, np.zeros((rows, columns))
            self._rows[: old.shape[0], : old.shape[1]] = old

    def that_fit(self, down: Floats, up: Floats) -> Fitting:
        """Those that agree with what is shown now: with so much room for each cell."""
        kept = min(self._added, self._most)
        cells = self._cells
        changed = np.flatnonzero((down != self._down)[cells] | (up != self._up)[cells])
        if len(changed) > FEW:
            rows = self._rows[:kept, : len(cells)]
            self._beyond[:kept] = _beyond(rows, down[cells], up[cells]).sum(axis=1)
        else:
            rows, cells = self._rows[:kept, changed], cells[changed]
            now = _beyond(rows, down[cells], up[cells]).sum(axis=1)
            before = _beyond(rows, self._down[cells], self._up[cells]).sum(axis=1)
            self._beyond[:kept] += now - before
        self._down, self._up = down.copy(), up.copy()
        return Fitting(self, np.flatnonzero(self._beyond[:kept] == 0))

    def moves(self, which: Places, cells: Places) -> Floats:
        """How far these witnesses move these cells."""
        found = np.zeros((len(which), len(cells)))
        known = self._column[cells] >= 0
        found[:, known] = self._rows[np.ix_(which, self._column[cells[known]])]
        return found

    def highest(self, which: Places, sign: int) -> Floats:
        """How far up (sign 1) or down (-1) any of them moves each cell, at least 0."""
        found = np.zeros(len(self._column))
        if len(which):
            rows = sign * self._rows[which, : len(self._cells)]
            found[self._cells] = rows.max(axis=0).clip(0)
        return found


def _beyond(rows: Floats, down: Floats, up: Floats) -> Flags:
    beyond: Flags = (rows > up + NEAR) | (rows < -down - NEAR)
    return beyond
