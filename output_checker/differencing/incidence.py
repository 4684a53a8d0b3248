"""Which cells hold which atoms: a matrix of ones and zeros that is never written out.

Its rows are the different cells of all tables: cells with just the same people are one row,
whatever they are called, so a table that left twice tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from output_checker.differencing.atoms import Atoms
from output_checker.differencing.model import Counted, TooMany

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_ROWS = 4000
"""Different cells that are combined; the time grows with the third power."""
MOST_WORK = 20_000_000_000
"""Atoms times pairs of tables that are gone through."""


@dataclass(frozen=True)
class Row:
    """One set of people that cells count. ``members``: (table, cell's place there)."""

    table: int
    parts: tuple[int, ...]
    people: int
    members: tuple[tuple[int, int], ...]


class Incidence:
    """The matrix A of rows and atoms, by what is asked of it.

    ``scale``: what an atom counts for where lengths are measured, instead of one.
    """

    def __init__(
        self,
        tables: Sequence[Counted],
        atoms: Atoms,
        least: int,
        scale: Floats | None = None,
    ) -> None:
        self.tables, self.atoms, self.least = tables, atoms, least
        self._scale = scale
        self._widths = [table.size + 1 for table in tables]
        self.rows = _rows(tables, atoms)
        if len(self.rows) > MOST_ROWS:
            raise TooMany(f"there are more than {MOST_ROWS} different cells")
        self.used = sorted({row.table for row in self.rows})
        if len(self.used) ** 2 * len(atoms) > MOST_WORK:
            raise TooMany("too many tables cut too many people too finely")

    def width(self, table: int) -> int:
        return self._widths[table]

    @cached_property
    def small(self) -> dict[frozenset[int], int]:
        """The rows of fewer than ``least`` people, by the atoms they count."""
        few = (n for n, row in enumerate(self.rows) if row.people < self.least)
        return {frozenset(np.flatnonzero(self.held(n)).tolist()): n for n in few}

    def between(self, rows: Sequence[int]) -> list[frozenset[int]]:
        """Fewer than ``least`` people whom one of these rows counts and another, of none
        but people of the first, doesn't."""
        over = self.over_parts(rows)
        both = over @ self.shared @ over.T
        people = np.array([self.rows[row].people for row in rows])
        few = people[:, None] - people[None, :]
        nested = (both == np.diag(both)[None, :]) & (few > 0) & (few < self.least)
        found = [
            frozenset(np.flatnonzero(self.held(rows[a]) & ~self.held(rows[b])).tolist())
            for a, b in np.argwhere(nested)[:MOST_BETWEEN]
        ]
        return sorted(set(found), key=lambda group: (self.people(group), sorted(group)))

    def told(self, row: int, tables: Set[int]) -> tuple[float, float]:
        """What the tables that show these people tell of how many they are."""
        cells = [self.tables[t].cells[c] for t, c in self.rows[row].members if t in tables]
        low = max((cell.low for cell in cells), default=0.0)
        return low, min((cell.high for cell in cells), default=np.inf)

    def people(self, group: Iterable[int]) -> int:
        """How many are in these atoms."""
        return int(self.atoms.sizes[list(group)].sum())

    def held(self, row: int) -> NDArray[np.bool_]:
        """Which atoms a row counts."""
        found = self.rows[row]
        return self._inside(found.table, found.parts)[self.atoms.parts[found.table]]

    def _inside(self, table: int, parts: Sequence[int]) -> NDArray[np.bool_]:
        inside = np.zeros(self.width(table), dtype=bool)
        inside[list(parts)] = True
        return inside

    def over_parts(self, rows: Sequence[int]) -> Floats:
        """Some rows as sums of parts; parts of all used tables side by side, 0 included."""
        found = np.zeros((len(rows), self.starts[-1]))
        for n, row in enumerate(rows):
            table = self.used.index(self.rows[row].table)
            found[n, [self.starts[table] + part for part in self.rows[row].parts]] = 1
        return found

    @cached_property
    def starts(self) -> list[int]:
        """Where each used table's parts begin, and the end."""
        return list(accumulate((self.width(table) for table in self.used), initial=0))

    @cached_property
    def shared(self) -> Floats:
        """For each two parts, how many atoms are in both, or the squares of their scale."""
        found = np.zeros((self.starts[-1], self.starts[-1]))
        for start in range(0, len(self.atoms), CHUNK):
            parts = [
                self.atoms.parts[table][start : start + CHUNK].astype(np.intp)
                for table in self.used
            ]
            for n, m in combinations_with_replacement(range(len(parts)), 2):
                self._add_shared(found, (n, m), (parts[n], parts[m]), start)
        return np.maximum(found, found.T)

    def _add_shared(
        self, found: Floats, which: tuple[int, int], in_: tuple[Places, Places], start: int
    ) -> None:
        high, wide = (self.width(self.used[place]) for place in which)
        here, there = (self.starts[place] for place in which)
        scale = None if self._scale is None else self._scale[start : start + CHUNK] ** 2
        both = np.bincount(in_[0] * wide + in_[1], scale, minlength=high * wide)
        found[here : here + high, there : there + wide] += both.reshape(high, wide)

    def at(self, atoms: Places) -> Floats:
        """The parts that some atoms are in, one column for each."""
        found = np.zeros((self.starts[-1], len(atoms)))
        for start, table in zip(self.starts, self.used, strict=False):
            found[start + self.atoms.parts[table][atoms], np.arange(len(atoms))] = 1
        return found

    def forms(self, matrix: Floats, atoms: Places) -> Floats:
        """a' M a for each of some atoms, where a says which parts it is in."""
        return np.concatenate(
            [
                self._form(matrix, atoms[start : start + CHUNK])
                for start in range(0, len(atoms), CHUNK)
            ]
            or [np.zeros(0)]
        )

    def _form(self, matrix: Floats, atoms: Places) -> Floats:
        parts = [self.atoms.parts[table][atoms] for table in self.used]
        found = np.zeros(len(atoms))
        for n, one in enumerate(parts):
            for m, other in enumerate(parts[: n + 1]):
                block = matrix[
                    self.starts[n] : self.starts[n + 1], self.starts[m] : self.starts[m + 1]
                ]
                flat = np.ascontiguousarray(block if n == m else 2 * block).ravel()
                found += flat[one * np.int32(block.shape[1]) + other]
        return found


MOST_BETWEEN = 2000
"""Pairs of cells that are looked at first; sums find the others, too."""
CHUNK = 32_768
"""Atoms taken together: what is looked up for them stays in the processor's cache."""


def _rows(tables: Sequence[Counted], atoms: Atoms) -> tuple[Row, ...]:
    """Cells by the people in them; empty ones tell of nobody."""
    found: dict[tuple[float, ...], Row] = {}
    marks = _marks(atoms)
    for t, table in enumerate(tables):
        size = table.size + 1
        sums = [np.bincount(atoms.parts[t], weights=m, minlength=size) for m in marks]
        for c, cell in enumerate(table.cells):
            parts = tuple(p for p in sorted(set(cell.parts)) if sums[0][p])
            if not parts:
                continue
            people, *marked = (float(s[list(parts)].sum()) for s in sums)
            key = (people, *marked)
            old = found.get(key)
            members = (*(old.members if old else ()), (t, c))
            found[key] = (
                Row(old.table, old.parts, old.people, members)
                if old
                else Row(t, parts, int(people), members)
            )
    return tuple(found.values())


def _marks(atoms: Atoms) -> list[Floats]:
    """Numbers whose sums are exact and tell sets of atoms apart: sizes, and random ones."""
    chance = np.random.default_rng(2)
    random = [chance.integers(1, 2**30, len(atoms)).astype(np.float64) for _ in range(3)]
    return [atoms.sizes.astype(np.float64), *random]
