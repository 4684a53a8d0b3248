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

import heapq
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np

from output_checker.differencing.atoms import atoms, linked
from output_checker.differencing.attack import Attacker, Bound, relations
from output_checker.differencing.determined import (
    Group,
    few_determined,
    smallest,
)
from output_checker.differencing.incidence import Incidence, Places
from output_checker.differencing.model import Cell, Counted, TooMany

MOST_ATTACKS = 1000
"""Groups that are attacked one by one."""
FEW_ATOMS = 300
"""So many are all known to the attacker to hold nobody or more, in whatever group."""


@dataclass(frozen=True)
class Term:
    """A cell in a sum: ``weight`` is below nought where it is taken away."""

    release: str
    path: str
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
    all_ = frozenset(range(len(places)))
    fewer = [all_ - {near[place] for place in some if place in near} for some in needed]
    if any(_tells_nothing(matrix, all_, others) for others in fewer):
        return ()
    groups = list(_candidates(matrix, fewer, least))
    known = relations(matrix, _atoms_of(matrix, groups))
    attackers = [Attacker(matrix, known, some) for some in (all_, *fewer)]
    found_out = _singled_out(matrix, groups, attackers, least)
    return tuple(_told(matrix, places, *bounds) for bounds in found_out)


def _tells_nothing(matrix: Incidence, all_: Set[int], fewer: Set[int]) -> bool:
    """Do fewer tables tell just as much of every cell?"""
    rows = range(len(matrix.rows))
    return all(matrix.told(row, all_) == matrix.told(row, fewer) for row in rows)


def _singled_out(
    matrix: Incidence,
    groups: Sequence[Group],
    attackers: Sequence[Attacker],
    least: int,
) -> Iterator[tuple[Bound, Bound]]:
    """What is known of the smallest groups that are given away only by all tables together.

    Groups that are safe one by one may not be together, where numbers are rounded; but
    those that hold a group that may be large may be large too.
    """
    attacker, *without = attackers
    todo, seen, tried = _Smallest(matrix, groups), set(groups), 0
    new: list[Group] = []
    large: list[Group] = []
    for group in todo:
        if any(part <= group for part in (*new, *large)):
            continue
        if (tried := tried + 1) > MOST_ATTACKS:
            raise TooMany(f"more than {MOST_ATTACKS} small groups can be put together")
        most = attacker.most(group)
        if not most.below(least):
            large.append(group)
            continue
        fewest = attacker.fewest(group)
        if fewest.above(0) and not any(a.given_away(group, least) for a in without):
            new.append(group)
            yield fewest, most
            continue
        for other in groups:
            more = group | other
            if not group & other and more not in seen and matrix.people(more) < least:
                seen.add(more)
                todo.add(more)


class _Smallest:
    """Groups in the order of their people; more may come on the way."""

    def __init__(self, matrix: Incidence, groups: Iterable[Group]) -> None:
        self._matrix = matrix
        self._heap: list[tuple[int, list[int], Group]] = []
        for group in groups:
            self.add(group)

    def add(self, group: Group) -> None:
        heapq.heappush(self._heap, (self._matrix.people(group), sorted(group), group))

    def __iter__(self) -> Iterator[Group]:
        while self._heap:
            yield heapq.heappop(self._heap)[-1]


def _candidates(
    matrix: Incidence, fewer: Sequence[Set[int]], least: int
) -> dict[Group, None]:
    """Groups that some sum of cells counts alone, and small cells that are hidden.

    Of exact numbers only those that fewer tables don't determine. Rounded ones may be told
    more of by a further table, whoever counted them before.
    """
    all_ = frozenset(range(len(matrix.tables)))
    exact, shown = _exact(matrix, all_), _shown(matrix, all_)
    found = dict.fromkeys(smallest(few_determined(matrix, exact, least)))
    for tables in fewer if found else ():
        for group in few_determined(matrix, _exact(matrix, tables), least):
            found.pop(group, None)
    if len(shown) > len(exact):
        found |= dict.fromkeys(few_determined(matrix, shown, least))
    return found | dict.fromkeys(matrix.small)


def _exact(matrix: Incidence, tables: Set[int]) -> list[int]:
    told = [matrix.told(row, tables) for row in range(len(matrix.rows))]
    return [row for row, (low, high) in enumerate(told) if low == high]


def _shown(matrix: Incidence, tables: Set[int]) -> list[int]:
    told = [matrix.told(row, tables) for row in range(len(matrix.rows))]
    return [row for row, (_, high) in enumerate(told) if not np.isinf(high)]


def _atoms_of(matrix: Incidence, groups: Iterable[Group]) -> Places:
    """All atoms, or if these are many those that groups are made of."""
    if len(matrix.atoms) <= FEW_ATOMS:
        return np.arange(len(matrix.atoms))
    cells = set(matrix.small)
    inside = {atom for group in groups if group not in cells for atom in group}
    return np.array(sorted(inside), dtype=np.intp)


def _told(matrix: Incidence, places: Sequence[int], fewest: Bound, most: Bound) -> Attack:
    used = {
        table
        for bound in (fewest, most)
        for row in np.flatnonzero(bound.weights).tolist()
        for table in _telling(matrix, row, bound.weights[row] > 0)
    }
    low, high = (round(bound.value, 3) for bound in (fewest, most))
    return Attack(
        low=int(np.ceil(low)),
        high=int(np.floor(high)),
        terms=tuple(_terms(matrix, most)),
        tables=frozenset(places[table] for table in used),
    )


def _terms(matrix: Incidence, bound: Bound) -> Iterator[Term]:
    """The cells of an attack, those that are added first."""
    rows = np.flatnonzero(bound.weights)
    for row in rows[np.argsort(-bound.weights[rows], kind="stable")].tolist():
        weight = float(bound.weights[row])
        (table, cell), *_ = _telling(matrix, row, weight > 0).items()
        found = matrix.tables[table]
        yield Term(found.release, found.path, cell, weight)


def _telling(matrix: Incidence, row: int, added: bool) -> dict[int, Cell]:
    """Of a row's cells those that tell most of what is needed, by their tables."""
    cells = {t: matrix.tables[t].cells[c] for t, c in matrix.rows[row].members}
    best = min(c.high for c in cells.values()), max(c.low for c in cells.values())
    return {
        table: cell
        for table, cell in cells.items()
        if (cell.high == best[0] if added else cell.low == best[1])
    }
