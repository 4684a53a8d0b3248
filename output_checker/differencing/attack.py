"""What somebody who has all releases can work out about how many people a group has.

A linear program. Unknown are the numbers y of all cells, each within the interval that
its releases tell, and the sizes n >= 0 of those atoms that groups are made of. Of everybody
else nothing is assumed but that cells count them: with A_R the columns of these others,
sums W of cells with W A_R = 0 count none of them, so W y = W A_K n is what is known. The
most and the least that a group can have are sought in turn; the reduced costs are the
weights of cells which, added up, prove the bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import highspy
import numpy as np

from output_checker.differencing.determined import NOTHING, echelon
from output_checker.differencing.incidence import Floats, Incidence, Places
from output_checker.differencing.model import TooMany

SIMPLE = 1e-5
"""How uncertain an exact number is taken to be: so of attacks that tell the same, the one
with fewest cells is found."""
SLACK = 0.01
"""Counts are whole: bounds nearer to one than this are one."""
LEAST_WEIGHT = 1e-6
PRIMAL = 4
"""HiGHS's code for the primal simplex: only goals change, so the last answer is a start."""


@dataclass(frozen=True)
class Bound:
    """How far it surely goes, and the weights of rows that tell it."""

    value: float
    weights: Floats

    def below(self, count: int) -> bool:
        return self.value < count - SLACK

    def above(self, count: int) -> bool:
        return self.value > count + SLACK


@dataclass(frozen=True)
class Relations:
    """Which sums of rows count none but some atoms: rows @ y = atoms @ n.

    ``places``: of these atoms, in the order of their columns.
    """

    rows: Floats
    atoms: Floats
    places: Places


def relations(matrix: Incidence, atoms: Places) -> Relations:
    """All that the cells say about each other and about these atoms."""
    over = matrix.over_parts(range(len(matrix.rows)))
    held = over @ matrix.at(atoms)
    shared = over @ matrix.shared @ over.T
    scale = 1 / np.sqrt(np.diag(shared))
    others = (shared - held @ held.T) * np.outer(scale, scale)
    values, vectors = np.linalg.eigh(others)
    free = vectors[:, values <= NOTHING * max(values[-1], 1.0)].T * scale
    size = np.abs(free).max(axis=1, keepdims=True, initial=0)
    rows, _ = echelon(free / size, range(len(scale) - 1, -1, -1))
    return Relations(rows, rows @ held, atoms)


class Attacker:
    """Attacks groups with the numbers of some tables; the others tell nothing."""

    def __init__(self, matrix: Incidence, known: Relations, tables: Set[int]) -> None:
        told = [matrix.told(row, tables) for row in range(len(matrix.rows))]
        people = np.array([float(row.people) for row in matrix.rows])
        sizes = matrix.atoms.sizes[known.places].astype(np.float64)
        self._matrix = matrix
        self._column = {atom: len(people) + n for n, atom in enumerate(known.places)}
        self._size, self._atoms = len(people), len(sizes)
        self._model = _model(known, told, people, sizes)
        own = np.concatenate([people, sizes])
        # no further than to be large: so what one group gains isn't lost to another
        self._room = np.where(own < matrix.least, matrix.least - own, np.inf)

    def given_away(self, least: int, *parts: Set[int]) -> bool:
        """Is it sure that the group has somebody, and fewer than ``least``?

        Of groups that share nobody, here and below: of all of them together.
        """
        return self.most(*parts).below(least) and self.fewest(*parts).above(0)

    def most(self, *parts: Set[int]) -> Bound:
        """As many as the group can have; where nothing bounds them, infinitely many."""
        return self._bound(parts, 1)

    def fewest(self, *parts: Set[int]) -> Bound:
        """As few as it must have."""
        return self._bound(parts, -1)

    def large_together(self, groups: Iterable[frozenset[int]]) -> list[frozenset[int]]:
        """Those of these small groups that may be large, found many at a time.

        One answer that agrees with all numbers shows many groups that have enough people
        in it, so hundreds are decided by a few programs. Others may be large, too.
        """
        left, found = dict.fromkeys(groups), list[frozenset[int]]()
        high = np.array(self._model.getLp().col_upper_)
        self._limit(np.minimum(high, self._room))
        while left and (more := self._large_in_one(left)):
            found += more
            left = {group: None for group in left if group not in set(more)}
        self._limit(high)
        return found

    def _large_in_one(self, groups: Iterable[frozenset[int]]) -> list[frozenset[int]]:
        costs = np.zeros(len(self._room))
        for group in groups:
            costs[self._columns(group)] -= 1
        self._run(costs)
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return []
        more = np.array(self._model.getSolution().col_value)
        known = (
            (group, self._matrix.people(group) + more[self._columns(group)].sum())
            for group in groups
        )
        least = self._matrix.least
        return [one for one, people in known if not Bound(people, NO_WEIGHTS).below(least)]

    def _limit(self, high: Floats) -> None:
        size = len(high)
        low = np.array(self._model.getLp().col_lower_)
        self._model.changeColsBounds(size, np.arange(size, dtype=np.int32), low, high)

    def _run(self, costs: Floats) -> None:
        size = len(costs)
        self._model.changeColsCost(size, np.arange(size, dtype=np.int32), costs)
        self._model.run()

    def _bound(self, parts: Sequence[Set[int]], sign: int) -> Bound:
        group = frozenset[int]().union(*parts)
        size = self._size + self._atoms
        costs = np.zeros(size)
        for part in [group] if group in self._matrix.small else parts:
            costs[self._columns(part)] = -sign
        self._run(costs)
        status = self._model.getModelStatus()
        if status in UNBOUNDED:
            return Bound(sign * np.inf, np.zeros(self._size))
        if status != highspy.HighsModelStatus.kOptimal:
            raise TooMany("what the tables tell together can't be worked out")
        distance = -sign * self._model.getInfo().objective_function_value
        weights = -sign * np.array(self._model.getSolution().col_dual)[: self._size]
        return Bound(self._matrix.people(group) + distance, _whole(weights))

    def _columns(self, group: Set[int]) -> Sequence[int]:
        if (row := self._matrix.small.get(frozenset(group))) is not None:
            return [row]
        return [self._column[atom] for atom in group]


NO_WEIGHTS: Floats = np.zeros(0)
UNBOUNDED = (
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)


def _model(
    known: Relations, told: Sequence[tuple[float, float]], people: Floats, sizes: Floats
) -> highspy.Highs:
    """In distances from the true numbers: so these are possible, whatever was rounded off
    in the relations."""
    low = np.array([low for low, _ in told]) - people - SIMPLE
    high = np.array([high for _, high in told]) - people + SIMPLE
    model, size = quiet(), len(people) + len(sizes)
    model.addVars(
        size, np.concatenate([low, -sizes]), np.concatenate([high, sizes * np.inf])
    )
    table = np.concatenate([known.rows, -known.atoms], axis=1)
    rows, columns = np.nonzero(np.abs(table) > LEAST_WEIGHT)
    count = len(table)
    model.addRows(
        count, np.zeros(count), np.zeros(count), len(rows),
        np.searchsorted(rows, np.arange(count)).astype(np.int32),
        columns.astype(np.int32), table[rows, columns],
    )  # fmt: skip
    return model


def quiet() -> highspy.Highs:
    """A solver that prints nothing and does the same each time."""
    model: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call] # has no types
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("simplex_strategy", PRIMAL),
    ):
        model.setOptionValue(option, value)
    return model


def _whole(weights: Floats) -> Floats:
    """Weights as whole as they are meant."""
    near = np.round(weights, 6)
    return np.where(np.abs(near) < SLACK, 0.0, near)
