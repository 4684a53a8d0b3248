"""Totals that were hidden, as a few make up most of them, and that other totals tell.

Whoever knows how many are in a cell and their mean knows their total. So of each column,
the cells that show its totals are added and taken away: is the total of a hidden cell's
people among what comes out? How many they are doesn't matter here, nor who else is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from output_checker.differencing.atoms import Atoms
from output_checker.differencing.determined import NEAR, ROUNDED, whitened
from output_checker.differencing.incidence import Floats, Incidence
from output_checker.differencing.model import Cell, Counted

MOST_TERMS = 12
"""Cells of a sum that is told; of one that takes more, only that there is one."""


@dataclass(frozen=True)
class Given:
    """A dominated cell, as a row of a column's cells, and the sum of rows that it is.

    ``places``: the column's tables, among all. ``weights``: all nought if more rows are
    needed than are told.
    """

    matrix: Incidence
    places: tuple[int, ...]
    row: int
    weights: Floats

    @property
    def cell(self) -> tuple[Counted, Cell]:
        """The table in which it is hidden, and the cell there."""
        return next(_dominated(self.matrix, self.row))


def given_away(
    tables: Sequence[Counted], atoms: Atoms, needed: Sequence[Set[int]]
) -> Iterator[Given]:
    """Hidden totals that all tables tell, and wouldn't without any set of ``needed``.

    ``needed``, and the places of what is given: as these tables are numbered. TooMany.
    """
    cells = [cell for table in tables for cell in table.cells if cell.dominated]
    for column in sorted({cell.total_of for cell in cells}):
        narrowed = [_about(table, column) for table in tables]
        places = tuple(n for n, table in enumerate(narrowed) if table.cells)
        matrix = Incidence([narrowed[n] for n in places], atoms.of(places), 0)
        near = [{n for n, place in enumerate(places) if place in some} for some in needed]
        for row, weights in _told(matrix, near):
            yield Given(matrix, places, row, weights)


def _about(table: Counted, column: str) -> Counted:
    cells = tuple(cell for cell in table.cells if cell.total_of == column)
    return replace(table, cells=cells)


def _told(matrix: Incidence, needed: Sequence[Set[int]]) -> Iterator[tuple[int, Floats]]:
    every = range(len(matrix.rows))
    all_ = frozenset(range(len(matrix.tables)))
    hidden = [row for row in every if any(_dominated(matrix, row))]
    found = _sums(matrix, all_, hidden)
    for some in needed:
        before = _sums(matrix, all_ - some, found)
        found = [row for row in found if row not in before]
    for row in found:
        yield row, _weights(matrix, _shown(matrix, all_), row)


def _dominated(matrix: Incidence, row: int) -> Iterator[tuple[Counted, Cell]]:
    for table, place in matrix.rows[row].members:
        if (cell := matrix.tables[table].cells[place]).dominated:
            yield matrix.tables[table], cell


def _shown(matrix: Incidence, tables: Set[int]) -> list[int]:
    return [
        n
        for n, row in enumerate(matrix.rows)
        if any(t in tables and not matrix.tables[t].cells[c].hidden for t, c in row.members)
    ]


def _sums(matrix: Incidence, tables: Set[int], hidden: Sequence[int]) -> list[int]:
    """Which of these rows are sums of those that some tables show: as in ``determines``."""
    shown = _shown(matrix, tables)
    if not shown or not hidden:
        return []
    held = matrix.shared @ matrix.over_parts(hidden).T
    lengths = ((whitened(matrix, shown) @ held) ** 2).sum(axis=0)
    atoms = (matrix.over_parts(hidden).T * held).sum(axis=0)
    found = atoms - lengths < _nothing(atoms)
    return [row for row, near in zip(hidden, found, strict=True) if near]


def _nothing(atoms: Floats) -> Floats:
    """What may be left of so many atoms by rounding: rather too much than too little."""
    return np.asarray(NEAR + ROUNDED * atoms, np.float64)


def _weights(matrix: Incidence, shown: Sequence[int], row: int) -> Floats:
    """How the row is a sum of few of those shown: the one nearest to what is left, again
    and again."""
    over = matrix.over_parts([*shown, row])
    both = over @ matrix.shared @ over.T
    among, wanted, chosen = both[:-1, :-1], both[:-1, -1], list[int]()
    found: Floats = np.zeros(len(matrix.rows))
    weights: Floats = np.zeros(0)
    while len(chosen) < MOST_TERMS:
        left = np.abs(wanted - among[:, chosen] @ weights) / np.sqrt(np.diag(among))
        chosen.append(int(left.argmax()))
        weights = np.asarray(
            np.linalg.lstsq(among[np.ix_(chosen, chosen)], wanted[chosen])[0], np.float64
        )
        if both[-1, -1] - weights @ wanted[chosen] < _nothing(both[-1, -1]):
            near = np.round(weights, 6)
            found[[shown[n] for n in chosen]] = np.where(np.abs(near) < NEAR, 0, near)
            break
    return found
