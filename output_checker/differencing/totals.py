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
class Column:
    """A measured column: the tables and cells that tell its totals, as a matrix.

    ``places``: its tables, among all. ``fewer``: its tables without each set of new ones.
    """

    name: str
    matrix: Incidence
    places: tuple[int, ...]
    fewer: tuple[Set[int], ...]

    @property
    def every(self) -> Set[int]:
        return frozenset(range(len(self.places)))

    def told(self, tables: Set[int]) -> dict[int, tuple[float, float]]:
        """How far below and above its total each row may be, by what some tables show."""
        spreads = {row: self._spreads(row, tables) for row in shown(self.matrix, tables)}
        return {
            row: (max(low for low, _ in found), min(high for _, high in found))
            for row, found in spreads.items()
        }

    def _spreads(self, row: int, tables: Set[int]) -> list[tuple[float, float]]:
        cells = [
            self.matrix.tables[table].cells[cell]
            for table, cell in self.matrix.rows[row].members
            if table in tables
        ]
        return [cell.spread for cell in cells if not cell.hidden]


def columns(
    tables: Sequence[Counted], atoms: Atoms, needed: Sequence[Set[int]]
) -> Iterator[Column]:
    """Every measured column whose totals some cell tells, or would if it weren't hidden."""
    for name in sorted({cell.total_of for t in tables for cell in t.cells} - {""}):
        narrowed = [_about(table, name) for table in tables]
        places = tuple(n for n, table in enumerate(narrowed) if table.cells)
        matrix = Incidence([narrowed[n] for n in places], atoms.of(places), 0)
        every = range(len(places))
        fewer = tuple(
            frozenset(n for n in every if places[n] not in some) for some in needed
        )
        yield Column(name, matrix, places, fewer)


@dataclass(frozen=True)
class Given:
    """A dominated cell, as a row of a column's cells, and the sum of rows that it is.

    ``weights``: all nought if more rows are needed than are told.
    """

    column: Column
    row: int
    weights: Floats

    @property
    def cell(self) -> tuple[Counted, Cell]:
        """The table in which it is hidden, and the cell there."""
        return next(_dominated(self.column.matrix, self.row))

    @property
    def people(self) -> int:
        return self.column.matrix.rows[self.row].people

    @property
    def atoms(self) -> frozenset[int]:
        return frozenset(np.flatnonzero(self.column.matrix.held(self.row)).tolist())


def _about(table: Counted, column: str) -> Counted:
    cells = tuple(cell for cell in table.cells if cell.total_of == column)
    return replace(table, cells=cells)


def given_away(column: Column) -> Iterator[Given]:
    """Hidden totals that all tables tell, and fewer wouldn't. TooMany."""
    matrix = column.matrix
    hidden = [row for row in range(len(matrix.rows)) if any(_dominated(matrix, row))]
    found = _sums(matrix, column.every, hidden)
    for fewer in column.fewer:
        before = _sums(matrix, fewer, found)
        found = [row for row in found if row not in before]
    for row in found:
        held = matrix.held(row)
        inside = matrix.at(np.flatnonzero(held)).sum(axis=1)
        weights = sum_of(matrix, shown(matrix, column.every), inside, int(held.sum()))
        yield Given(column, row, weights)


def _dominated(matrix: Incidence, row: int) -> Iterator[tuple[Counted, Cell]]:
    for table, place in matrix.rows[row].members:
        if (cell := matrix.tables[table].cells[place]).dominated:
            yield matrix.tables[table], cell


def shown(matrix: Incidence, tables: Set[int]) -> list[int]:
    """The rows whose totals some of these tables show."""
    return [
        n
        for n, row in enumerate(matrix.rows)
        if any(t in tables and not matrix.tables[t].cells[c].hidden for t, c in row.members)
    ]


def _sums(matrix: Incidence, tables: Set[int], hidden: Sequence[int]) -> list[int]:
    """Which of these rows are sums of those that some tables show: as in ``determines``."""
    told = shown(matrix, tables)
    if not told or not hidden:
        return []
    held = matrix.shared @ matrix.over_parts(hidden).T
    lengths = ((whitened(matrix, told) @ held) ** 2).sum(axis=0)
    atoms = (matrix.over_parts(hidden).T * held).sum(axis=0)
    found = atoms - lengths < _nothing(atoms)
    return [row for row, near in zip(hidden, found, strict=True) if near]


def _nothing(atoms: Floats | np.float64) -> Floats:
    """What may be left of so many atoms by rounding: rather too much than too little."""
    return np.asarray(NEAR + ROUNDED * atoms, np.float64)


def sum_of(matrix: Incidence, rows: Sequence[int], inside: Floats, atoms: int) -> Floats:
    """How some atoms are a sum of few of these rows: the one nearest to what is left, again
    and again. ``inside``: how many of the atoms each part has."""
    over = matrix.over_parts(rows)
    among, wanted, chosen = over @ matrix.shared @ over.T, over @ inside, list[int]()
    found: Floats = np.zeros(len(matrix.rows))
    weights: Floats = np.zeros(0)
    lengths = np.sqrt(np.diag(among).clip(NEAR))
    while len(chosen) < min(MOST_TERMS, len(rows)):
        left = np.abs(wanted - among[:, chosen] @ weights) / lengths
        chosen.append(int(left.argmax()))
        weights = np.asarray(
            np.linalg.lstsq(among[np.ix_(chosen, chosen)], wanted[chosen])[0], np.float64
        )
        if atoms - weights @ wanted[chosen] < _nothing(np.float64(atoms)):
            near = np.round(weights, 6)
            found[[rows[n] for n in chosen]] = np.where(np.abs(near) < NEAR, 0, near)
            break
    return found
