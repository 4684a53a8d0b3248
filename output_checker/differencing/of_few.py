"""Totals that few people make up, and that sums of other totals tell, or nearly.

Nobody need have hidden them: they may be no cell of any table, but what is left of several.
Two things are looked for in each measured column.

Few have anything. People with nought are as good as not there, so groups of fewer than the
policy's threshold of the others are looked for as those of few people are (``determined``).

Few have most: the policy's rules of dominance. With A the matrix of cells and atoms, and
T what each atom has, the most that a_t can be is the least of w.y over all sums w of cells
with w A >= e_t (linear programming's duality; values below nought only allow w A = e_t). So
each atom is asked for its most, in which w A tells who else is in what is left. Atoms in
question are few: a person with a share f of what is left, W, has w A diag(T) with a part
f W of its length, at most W, along the atom; so the projection of the atom's own vector on
the space of the rows of A diag(T) has a square of f^2 / (f^2 + (1 - f)^2) at least, and all
atoms' together are A's rank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np

from output_checker.differencing.atoms import Atoms
from output_checker.differencing.ceiling import Ceiling
from output_checker.differencing.determined import (
    Group,
    determines,
    few_determined,
    smallest,
    whitened,
)
from output_checker.differencing.incidence import Floats, Incidence, Places
from output_checker.differencing.model import Dominance
from output_checker.differencing.totals import Column, shown, sum_of
from output_checker.suppress.primary import most_is_of_few

MOST_TRIED = 300
"""Atoms that are asked for their most; past these it is said that there are more."""
MOST_WORK = 48_000_000
"""The same times the square of the rows: programs with more of these take longer."""
NEARLY = 0.9
"""Of the least projection that is looked at: small errors keep none out."""


@dataclass(frozen=True)
class OfFew:
    """A sum of totals. ``people``: how many it is about, or of these have anything.

    ``weights``: of the column's rows; all nought if more are needed than are told.
    """

    column: Column
    people: int
    weights: Floats
    others: bool


class Search:
    """What is found in one column; ``complete`` if there are no others."""

    def __init__(self, column: Column, rules: Dominance, least: int) -> None:
        self._column, self._rules, self._least = column, rules, least
        self._held = column.matrix.atoms.held[column.name]
        self.complete = True

    def found(self, known: Set[int]) -> Iterator[OfFew]:
        """``known``: atoms whose totals are told anyway."""
        taken = set(known)
        for group, one in self._few_have_any():
            if not group & taken:
                taken |= group
                yield one
        yield from self._few_have_most(taken)

    def _few_have_any(self) -> Iterator[tuple[Group, OfFew]]:
        column, held = self._column, self._held
        has = np.flatnonzero(held.people)
        everybody = column.matrix.atoms
        atoms = Atoms(held.people[has], tuple(parts[has] for parts in everybody.parts))
        matrix = Incidence(column.matrix.tables, atoms, self._least)
        rows = shown(matrix, column.every)
        groups = smallest(few_determined(matrix, rows, self._least))
        for fewer in column.fewer if groups else ():
            before = determines(matrix, shown(matrix, fewer), groups)
            groups = [group for group in groups if group not in before]
        for group in groups:
            mine = frozenset(has[sorted(group)].tolist())
            weights = self._weights(sorted(mine))
            if self._is_told(mine, weights):
                people = int(held.people[sorted(mine)].sum())
                yield mine, OfFew(column, people, weights, others=True)

    def _weights(self, atoms: Sequence[int]) -> Floats:
        """How the group is a sum of totals, whoever has nothing."""
        matrix = Incidence(
            self._column.matrix.tables,
            self._column.matrix.atoms,
            0,
            (self._held.people > 0).astype(np.float64),
        )
        inside = matrix.at(np.array(atoms)).sum(axis=1)
        return sum_of(matrix, shown(matrix, self._column.every), inside, len(atoms))

    def _is_told(self, group: Group, weights: Floats) -> bool:
        """Closely enough, and not of so few people that their number is told, too?"""
        rows = self._column.matrix.rows
        people = sum(w * row.people for w, row in zip(weights, rows, strict=True) if w)
        if 0 < people < self._least:
            return False
        room = sum(
            abs(weights[row]) * (high - low) / 2
            for row, (low, high) in self._column.told(self._column.every).items()
            if weights[row]
        )
        total = self._held.total[sorted(group)].sum()
        return bool(room < total * self._rules.p_percent / 100)

    def _few_have_most(self, taken: Set[int]) -> Iterator[OfFew]:
        atoms = [atom for atom in self._in_question() if atom not in taken]
        most = min(MOST_TRIED, MOST_WORK // max(1, len(self._column.matrix.rows)) ** 2)
        self.complete = len(atoms) <= most
        if not atoms:
            return
        column, held = self._column, self._held
        ceiling = Ceiling(column.matrix, column.told(column.every), held)
        before = [Ceiling(column.matrix, column.told(f), held) for f in column.fewer]
        done = set[tuple[float, ...]]()
        for atom in atoms[:most]:
            weights = self._attacked(ceiling, atom)
            if weights is None or any(
                self._attacked(one, atom) is not None for one in before
            ):
                continue
            key = tuple(np.round(weights, 3))
            if key not in done and self._several(weights):
                inside = ceiling.inside(weights)
                people = int(column.matrix.atoms.sizes[inside > 1 / 2].sum())
                yield OfFew(column, people, weights, others=False)
            done.add(key)

    def _several(self, weights: Floats) -> bool:
        """Does it take several tables? One by itself is for suppression to protect."""
        rows = [self._column.matrix.rows[row] for row in np.flatnonzero(weights)]
        tables = [{table for table, _ in row.members} for row in rows]
        return not rows or not set.intersection(*tables)

    def _in_question(self) -> list[int]:
        """The atoms in which somebody may have most of what is told, likely ones first."""
        matrix, held, share = self._column.matrix, self._held, least_share(self._rules)
        scale = held.total / max(held.total.max(initial=0), np.finfo(np.float64).tiny)
        scaled = Incidence(matrix.tables, matrix.atoms, 0, scale)
        rows = [
            row
            for row in shown(matrix, self._column.every)
            if scaled.over_parts([row]) @ scaled.shared.diagonal() > 0
        ]
        has_most = (held.largest[0] > 0) & (held.largest[0] >= share * held.total)
        large: Places = np.flatnonzero(has_most)
        if not rows or not len(large):
            return []
        sums = whitened(scaled, rows)
        squares = scaled.forms(sums.T @ sums, large) * scale[large] ** 2
        order = np.argsort(-squares, kind="stable")
        least = NEARLY * share**2 / (share**2 + (1 - share) ** 2)
        return [int(large[n]) for n in order if squares[n] > least]

    def _attacked(self, ceiling: Ceiling, atom: int) -> Floats | None:
        """The sum that tells what few have most of, with this atom; None if it is safe."""
        held = self._held
        largest = float(held.largest[0, atom])
        found = ceiling.of(atom, enough=largest / least_share(self._rules))
        if found is None:
            return None
        inside = ceiling.inside(found.weights).clip(0)
        each = np.sort((held.largest * inside).ravel())[::-1]
        few = each[: max(2, self._rules.dominance_patients)].tolist()
        total = max(found.most, float((inside * held.total).sum()))
        return found.weights if most_is_of_few(total, few, self._rules) else None


def least_share(rules: Dominance) -> float:
    """The share that the largest has, at least, where few have most by the rules."""
    by_number = rules.dominance_percent / 100 / rules.dominance_patients
    return min(by_number, 1 / (2 + rules.p_percent / 100))


def is_known(column: Column) -> bool:
    """Is anything of the column in several tables, and known by people?"""
    held = column.matrix.atoms.held.get(column.name)
    return held is not None and len(column.places) > 1 and bool(held.people.any())
