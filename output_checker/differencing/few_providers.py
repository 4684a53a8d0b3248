"""Cells that differ by people of few providers, though these may be many people.

Of each two cells of whatever tables, one within the other: who is left when the second is
taken from the first? A table's own total belongs to its cells, shown or not, where all that
it is made of are. Rounded numbers tell of somebody if the second is surely less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from output_checker.differencing.atoms import Atoms, Provided
from output_checker.differencing.incidence import Floats, Incidence, Places
from output_checker.differencing.model import Cell, Counted

MOST_PAIRS = 2000
"""Pairs of cells that are looked at; past these it is said that there are more."""


@dataclass(frozen=True)
class FewProviders:
    """The rows, the second within the first, and what is left of it: so many people."""

    matrix: Incidence
    weights: Floats
    people: tuple[float, float]
    column: str


class Differences:
    """Differences of cells about few providers; ``complete`` if there are no others.

    ``fewer``: the tables without each set of new ones, which don't tell the same.
    """

    def __init__(
        self, tables: Sequence[Counted], atoms: Atoms, fewer: Sequence[Set[int]], least: int
    ) -> None:
        self._matrix = Incidence([_with_total(table) for table in tables], atoms, least)
        self._every: Set[int] = frozenset(range(len(tables)))
        self._fewer = fewer
        self.complete = True

    def found(self, providers: int) -> Iterator[FewProviders]:
        """Those of fewer than so many providers, in whichever column tells these."""
        if not self._matrix.rows:
            return
        pairs = self._pairs()
        for column, provided in sorted(self._matrix.atoms.provided.items()):
            yield from self._of(column, provided, pairs, providers)

    def _of(
        self, column: str, provided: Provided, pairs: Places, providers: int
    ) -> Iterator[FewProviders]:
        several = provided.several(providers, len(self._matrix.atoms))
        mixed = np.zeros(len(self._matrix.rows))
        for row in np.unique(pairs):
            mixed[row] = several[self._matrix.held(row)].sum()
        likely = pairs[mixed[pairs[:, 0]] == mixed[pairs[:, 1]]]
        self.complete &= len(likely) <= MOST_PAIRS
        for one, other in likely[:MOST_PAIRS].tolist():
            left = self._matrix.held(one) & ~self._matrix.held(other)
            told = self._told(one, other, self._every)
            if told and provided.count(left) < providers:
                weights = np.zeros(len(self._matrix.rows))
                weights[[one, other]] = 1, -1
                yield FewProviders(self._matrix, weights, told, column)

    def _pairs(self) -> Places:
        """Rows within others, which leave as many people as a count needs, or more; not
        those that fewer tables, or one by itself, tell as well."""
        matrix = self._matrix
        over = matrix.over_parts(range(len(matrix.rows)))
        both = over @ matrix.shared @ over.T
        people = np.array([row.people for row in matrix.rows])
        nested = (both == np.diag(both)[None, :]) & (
            people[:, None] - people[None, :] >= matrix.least
        )
        pairs = [
            (one, other)
            for one, other in np.argwhere(nested).tolist()
            if self._told(one, other, self._every)
            and not any(self._told(one, other, some) for some in self._fewer)
            and not self._together(one, other)
        ]
        return np.array(pairs, dtype=np.intp).reshape(-1, 2)

    def _told(self, one: int, other: int, tables: Set[int]) -> tuple[float, float] | None:
        """How many are left, if that is surely somebody."""
        (low, high), (less, more) = (self._matrix.told(r, tables) for r in (one, other))
        return (low - more, high - less) if low > more and high < np.inf else None

    def _together(self, one: int, other: int) -> bool:
        """Does one table have both? By itself it is for suppression to protect."""
        mine, theirs = (
            {table for table, _ in self._matrix.rows[row].members} for row in (one, other)
        )
        return bool(mine & theirs)


def _with_total(table: Counted) -> Counted:
    """The table with the total of all its inner cells, where these are all shown."""
    inner = [cell for cell in table.cells if cell.parts and None not in cell.levels]
    parts = [part for cell in inner for part in cell.parts]
    if not inner or len(set(parts)) < table.size or any(cell.hidden for cell in inner):
        return table
    total = Cell(
        tuple(None for _ in inner[0].levels),
        tuple(sorted(set(parts))),
        sum(cell.low for cell in inner),
        sum(cell.high for cell in inner),
    )
    return replace(table, cells=(*table.cells, total))
