"""The most that an atom can have of a column, by what all totals tell.

A linear program, in distances from the true numbers: unknown is what each atom has more or
less than it has, not below nought if nobody can have less than nothing; known is each
cell's total, within what its rounded mean tells. Most atoms needn't be looked at: it begins
with one, all others as they are, and those that would let it have more are added until none
would. Each step only makes it more, so it may end as soon as it is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from output_checker.differencing.atoms import Held
from output_checker.differencing.attack import LEAST_WEIGHT, UNBOUNDED, quiet
from output_checker.differencing.incidence import Floats, Incidence, Places
from output_checker.differencing.model import TooMany

AT_ONCE = 256
"""Atoms that are added in a step."""
LIKELY = 10_000
"""Atoms that are asked first, those with most: only where none helps are all asked."""
MOST_STEPS = 200
LITTLE = 1e-7
"""A price, or a share of the atom's total, that is as good as nought."""


@dataclass(frozen=True)
class Most:
    """How much it is, and the weights of rows whose sum proves it."""

    most: float
    weights: Floats


class Ceiling:
    """What the rows ``told`` leave open, each by how far below and above it may be."""

    def __init__(
        self, matrix: Incidence, told: Mapping[int, tuple[float, float]], held: Held
    ) -> None:
        self._matrix, self._held = matrix, held
        self._rows = list(told)
        self._over = matrix.over_parts(self._rows)
        self._unit = float(held.total.max(initial=0)) or 1.0
        self._model = quiet()
        room = np.array(list(told.values())).reshape(-1, 2) / self._unit
        count = len(room)
        nothing = np.zeros(0, dtype=np.int32)
        self._model.addRows(
            count, room[:, 0], room[:, 1], 0, np.zeros(count, np.int32), nothing,
            np.zeros(0),
        )  # fmt: skip
        self._columns: dict[int, int] = {}
        self._likely: Places = np.argsort(-held.total, kind="stable")[:LIKELY]

    def of(self, atom: int, enough: float) -> Most | None:
        """The most that the atom has, and how that is known; None if it is ``enough``."""
        self._add([atom])
        costs = np.zeros(len(self._columns))
        costs[self._columns[atom]] = -1
        self._model.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        for _ in range(MOST_STEPS):
            self._model.run()
            status = self._model.getModelStatus()
            if status in UNBOUNDED:
                return None
            if status != highspy.HighsModelStatus.kOptimal:
                break
            more = -self._model.getInfo().objective_function_value * self._unit
            most = float(self._held.total[atom]) + more
            if most > enough:
                return None
            weights = self._weights()
            fresh = self._fresh(weights, atom, self._likely)
            if not len(fresh):
                fresh = self._fresh(weights, atom, np.arange(len(self._held.total)))
            if not len(fresh):
                return Most(most, weights)
            self._add(fresh.tolist())
        raise TooMany("what totals tell together can't be worked out")

    def inside(self, weights: Floats, atoms: Places | None = None) -> Floats:
        """How often each atom, or each of these, is counted by a sum of rows."""
        price = weights[self._rows] @ self._over
        found: Floats = np.zeros(1)
        for start, table in zip(self._matrix.starts, self._matrix.used, strict=False):
            parts = self._matrix.atoms.parts[table]
            found = found + price[start:][parts if atoms is None else parts[atoms]]
        return found

    def _weights(self) -> Floats:
        found = np.zeros(len(self._matrix.rows))
        dual = -np.array(self._model.getSolution().row_dual)
        found[self._rows] = np.where(np.abs(dual) < LEAST_WEIGHT, 0, dual)
        return found

    def _fresh(self, weights: Floats, atom: int, among: Places) -> Places:
        """Atoms not there yet by which the first may have more, the best of them.

        Those that aren't counted enough may have more; those counted may have less.
        """
        inside, size = self.inside(weights, among), self._held.total[among] / self._unit
        gain = np.where(inside > 0, inside * size, np.inf)
        if self._held.signed:
            gain = np.full(len(inside), np.inf)
        gain[np.abs(inside) < LITTLE] = 0
        gain[gain < LITTLE * self._held.total[atom] / self._unit] = 0
        gain[np.isin(among, list(self._columns))] = 0
        better = np.flatnonzero(gain)
        best = better[np.argsort(-gain[better], kind="stable")[:AT_ONCE]]
        return np.asarray(among[best], dtype=np.intp)

    def _add(self, atoms: Sequence[int]) -> None:
        fresh = [atom for atom in atoms if atom not in self._columns]
        if not fresh:
            return
        inside = self._over @ self._matrix.at(np.array(fresh))
        for n, atom in enumerate(fresh):
            rows = np.flatnonzero(inside[:, n]).astype(np.int32)
            least = -np.inf if self._held.signed else -self._held.total[atom] / self._unit
            self._columns[atom] = len(self._columns)
            self._model.addCol(0.0, least, np.inf, len(rows), rows, inside[rows, n])
