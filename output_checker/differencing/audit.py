"""The audit of differences: whom do new tables single out, beside all that ever left?

All tables that share people with the new ones, directly or by others, are taken together.
Looked for are groups of people that sums and differences of cells count alone (see
``determined``), and small hidden cells; each is attacked with what the numbers tell (see
``attack``). Given away is a group that is surely neither empty nor as many as the policy
asks for, if it wasn't without the new tables.

What the attacker is taken to know: who is in which cell; how numbers were rounded, and that
no shown one but nought is under the threshold. That counts are whole he uses only for the
group's own bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np

from output_checker.claims.model import Levels
from output_checker.differencing.atoms import atoms, linked
from output_checker.differencing.attack import Attacker, Bound, relations
from output_checker.differencing.determined import (
    Group,
    few_determined,
    smallest,
    unions,
)
from output_checker.differencing.incidence import Incidence, Places
from output_checker.differencing.model import Cell, Counted, TooMany

MOST_GROUPS = 2000
"""Groups that are attacked one by one."""
FEW_ATOMS = 300
"""So many are all known to the attacker to hold nobody or more, in whatever group."""


@dataclass(frozen=True)
class Term:
    """A cell in a sum: ``weight`` is below nought where it is taken away."""

    table: int
    cell: Cell
    weight: float


@dataclass(frozen=True)
class Attack:
    """A sum of cells, and how many people it shows: from ``low`` to ``high``.

    ``tables``: all that it takes, by their places among those given to ``audit``.
    """

    low: int
    high: int
    terms: tuple[Term, ...]
    tables: frozenset[int]

    def cells_of(self, table: int) -> tuple[Levels, ...]:
        return tuple(term.cell.levels for term in self.terms if term.table == table)


def audit(
    tables: Sequence[Counted], needed: Sequence[Set[int]], least: int
) -> tuple[Attack, ...]:
    """The attacks that show groups of fewer than ``least`` people; TooMany.

    ``needed``: sets of tables, by their places. Of interest are attacks that wouldn't
    succeed without any one of these sets: the new tables, to begin with.
    """
    found = atoms(tables)
    places = linked(found, set(needed[0]))
    near = {place: n for n, place in enumerate(places)}
    matrix = Incidence([tables[place] for place in places], found.of(places), least)
    groups = list(_candidates(matrix, least))
    known = relations(matrix, _atoms_of(matrix, groups))
    all_ = frozenset(range(len(places)))
    attacker = Attacker(matrix, known, all_)
    without = [
        Attacker(matrix, known, all_ - {near[place] for place in some if place in near})
        for some in needed
    ]
    new: dict[Group, tuple[Bound, Bound]] = {}
    for group in sorted(groups, key=lambda group: matrix.atoms.sizes[list(group)].sum()):
        if any(smaller < group for smaller in new):
            continue
        bounds = attacker.given_away(group, least)
        if bounds and not any(other.given_away(group, least) for other in without):
            new[group] = bounds
    return tuple(_told(matrix, places, *bounds) for bounds in new.values())


def _candidates(matrix: Incidence, least: int) -> Iterable[Group]:
    """Groups that some sum of cells counts alone, and small cells that are hidden."""
    cells = [[matrix.tables[t].cells[c] for t, c in row.members] for row in matrix.rows]
    exact = [n for n, some in enumerate(cells) if any(c.low == c.high for c in some)]
    shown = [n for n, some in enumerate(cells) if not all(c.hidden for c in some)]
    found = dict.fromkeys(smallest(few_determined(matrix, exact, least)))
    if len(shown) > len(exact):
        rounded = few_determined(matrix, shown, least)
        found |= dict.fromkeys(unions(rounded, matrix.atoms.sizes, least, MOST_GROUPS))
    found |= dict.fromkeys(matrix.small)
    if len(found) > MOST_GROUPS:
        raise TooMany(f"there are more than {MOST_GROUPS} small groups")
    return found


def _atoms_of(matrix: Incidence, groups: Iterable[Group]) -> Places:
    """All atoms, or if these are many those that groups are made of."""
    if len(matrix.atoms) <= FEW_ATOMS:
        return np.arange(len(matrix.atoms))
    cells = set(matrix.small)
    inside = {atom for group in groups if group not in cells for atom in group}
    return np.array(sorted(inside), dtype=np.intp)


def _told(
    matrix: Incidence, places: Sequence[int], fewest: Bound, most: Bound
) -> Attack:
    terms = tuple(_terms(matrix, places, most))
    used = {term.table for term in (*terms, *_terms(matrix, places, fewest))}
    low, high = (round(bound.value, 3) for bound in (fewest, most))
    return Attack(int(np.ceil(low)), int(np.floor(high)), terms, frozenset(used))


def _terms(matrix: Incidence, places: Sequence[int], bound: Bound) -> Iterator[Term]:
    """The cells of an attack; of equal ones the one that tells most, and the newest."""
    for row in np.flatnonzero(bound.weights).tolist():
        members = matrix.rows[row].members
        told = [(table, matrix.tables[table].cells[cell]) for table, cell in members]
        table, cell = min(told, key=lambda one: one[1].high - one[1].low)
        yield Term(places[table], cell, float(bound.weights[row]))
