"""The audit of differences: whom do new tables single out, beside all that ever left?

All tables that share people with the new ones, directly or by others, are taken together.
Looked for are groups of people that sums and differences of cells count alone (see
``determined``), and small hidden cells; each is attacked with what the numbers tell (see
``attack``). Given away is a group that is surely neither empty nor as many as the policy
asks for, if it wasn't without the new tables. Beside them, totals of values that few
people make up are looked for (see ``totals``).

What the attacker is taken to know: who is in which cell; how numbers were rounded, and that
no shown one but nought is under the threshold. That counts are whole he uses only for the
group's own bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

import numpy as np

from output_checker.differencing.atoms import atoms, linked
from output_checker.differencing.attack import Attacker, Bound, relations
from output_checker.differencing.attacks import (
    Audit,
    Of,
    of_hidden,
    of_providers,
    of_sum,
    told,
    untold,
)
from output_checker.differencing.determined import (
    Group,
    determines,
    few_determined,
    smallest,
)
from output_checker.differencing.few_providers import Differences
from output_checker.differencing.incidence import Incidence, Places
from output_checker.differencing.model import Counted, Dominance, TooMany
from output_checker.differencing.of_few import Search, is_known
from output_checker.differencing.totals import Column, columns, given_away

MOST_ATTACKS = 2000
"""Groups that are attacked one by one."""
MOST_WORK = 500_000
"""Groups times cells: an attack takes longer where there are more cells."""
TOLD = 20
"""Attacks by exact numbers that are told cell by cell."""
FEW_ATOMS = 300
"""So many are all known to the attacker to hold nobody or more, in whatever group."""


def audit(
    tables: Sequence[Counted],
    needed: Sequence[Set[int]],
    least: int,
    rules: Dominance | None = None,
) -> Audit:
    """The attacks that show groups of fewer than ``least`` people; TooMany.

    ``needed``: sets of tables, by their places. Of interest are attacks that wouldn't
    succeed without any one of these sets: the new tables, to begin with. ``rules``: when
    few make up most of a total; None if none is asked for.
    """
    found = atoms(tables, max(2, rules.dominance_patients) if rules else 0)
    places = linked(found, set(needed[0]))
    if len(places) == 1:
        return Audit()  # one table by itself is protected, and that proven, by suppression
    near = {place: n for n, place in enumerate(places)}
    mine = [frozenset(near[place] for place in some if place in near) for some in needed]
    linked_ = [tables[place] for place in places]
    counts = _counts(Incidence(linked_, found.of(places), least), places, mine, needed[0])
    for column in columns(linked_, found.of(places), mine):
        sums = _sums(column, places, needed[0], rules, least)
        counts = counts.and_also(sums)
    if rules is None or not found.provided:
        return counts
    fewer = [frozenset(range(len(places))) - some for some in mine]
    differences = Differences(linked_, found.of(places), fewer, least)
    few = [of_providers(one, places) for one in differences.found(rules.providers)]
    return counts.and_also(Audit(tuple(few), differences.complete))


def _sums(
    column: Column,
    places: Sequence[int],
    new: Set[int],
    rules: Dominance | None,
    least: int,
) -> Audit:
    """The attacks that tell one column's totals of few."""
    given = list(given_away(column))
    attacks = [of_hidden(one, of_sum(one, places, new)) for one in given]
    if rules is None or not is_known(column):
        return Audit(tuple(attacks))
    search = Search(column, rules, least)
    known = frozenset[int]().union(*(one.atoms for one in given))
    for few in search.found(known):
        some = Of(column.name, few.others)
        attacks.append(replace(of_sum(few, places, new), of_few=some))
    return Audit(tuple(attacks), search.complete)


def _counts(
    matrix: Incidence, places: Sequence[int], needed: Sequence[Set[int]], new: Set[int]
) -> Audit:
    """The attacks that show few people. ``new``: tables to name where none are told."""
    least, all_ = matrix.least, frozenset(range(len(places)))
    fewer = [all_ - some for some in needed]
    if any(_tells_nothing(matrix, all_, others) for others in fewer):
        return Audit()
    exact = _exactly(matrix, fewer, least)
    nearly = _nearly(matrix, least)
    known = relations(matrix, _atoms_of(matrix, [*exact, *nearly]))
    search = _Search(matrix, [Attacker(matrix, known, some) for some in (all_, *fewer)])
    search.exact(exact)
    search.nearly(nearly)
    attacks = [told(matrix, places, *search.new[g]) for g in smallest(list(search.new))]
    more = [untold(matrix, group, new) for group in search.untold]
    if not search.complete and not attacks:
        raise TooMany("there are too many small groups to put together")
    return Audit((*attacks, *more), search.complete)


class _Search:
    """Groups that are given away by all tables together, and not by fewer.

    ``attackers``: with all tables, then with fewer. ``new``: what is known of each group;
    ``untold``: groups that are known, but not how.
    """

    def __init__(self, matrix: Incidence, attackers: Sequence[Attacker]) -> None:
        self._matrix, self._attacker, *self._without = matrix, *attackers
        self._left = min(MOST_ATTACKS, MOST_WORK // max(len(matrix.rows), 1))
        self._large: list[Group] = []
        self._parts: dict[Group, tuple[Group, ...]] = {}
        self.new: dict[Group, tuple[Bound, Bound]] = {}
        self.untold: list[Group] = []
        self.complete = True

    def exact(self, groups: Iterable[Group]) -> None:
        """Groups that exact numbers are known to tell: how, is told of the smallest."""
        for group in sorted(groups, key=lambda group: (self._matrix.people(group), *group)):
            if len(self.new) < TOLD:
                known = self._attacker.most(group)
                self.new[group] = (known, known)
            else:
                self.untold.append(group)

    def nearly(self, groups: Mapping[Group, None]) -> None:
        """Groups that some sum counts, which may be rounded; and several of them together.

        Groups that are safe one by one may not be together, where numbers are rounded; but
        those that hold a group that may be large may be large too.
        """
        self._large += self._attacker.large_together(groups)
        todo, seen = [*groups][::-1], set(groups)
        parts = sorted(groups, key=self._matrix.people)
        while todo and self.complete:
            group = todo.pop()
            if self._is_decided(group) or not self._may_grow(group):
                continue
            more = [group | part for part in parts if not group & part]
            fresh = [one for one in more if one not in seen and self._is_few(one)]
            for one in fresh:
                self._parts[one] = (*self._parts_of(group), one - group)
            seen.update(fresh)
            todo[:0] = fresh

    def _parts_of(self, group: Group) -> tuple[Group, ...]:
        """The groups, each counted by some sum, that it was put together from."""
        return self._parts.get(group, (group,))

    def _is_decided(self, group: Group) -> bool:
        return any(part <= group for part in (*self.new, *self.untold, *self._large))

    def _is_few(self, group: Group) -> bool:
        return self._matrix.people(group) < self._matrix.least

    def _may_grow(self, group: Group) -> bool:
        """Attack it: is it neither given away nor possibly large?"""
        least = self._matrix.least
        self._left -= 1
        self.complete = self._left >= 0
        parts = self._parts_of(group)
        most = self._attacker.most(*parts)
        if not most.below(least):
            self._large.append(group)
            return False
        fewest = self._attacker.fewest(*parts)
        known = fewest.above(0)
        if known and not any(one.given_away(least, *parts) for one in self._without):
            self.new[group] = (fewest, most)
            return False
        return True


def _tells_nothing(matrix: Incidence, all_: Set[int], fewer: Set[int]) -> bool:
    """Do fewer tables tell just as much of every cell?"""
    rows = range(len(matrix.rows))
    return all(matrix.told(row, all_) == matrix.told(row, fewer) for row in rows)


def _exactly(matrix: Incidence, fewer: Sequence[Set[int]], least: int) -> dict[Group, None]:
    """The smallest groups that exact numbers determine, but not those of fewer tables."""
    all_ = frozenset(range(len(matrix.tables)))
    found = dict.fromkeys(smallest(few_determined(matrix, _exact(matrix, all_), least)))
    for tables in fewer if found else ():
        for group in determines(matrix, _exact(matrix, tables), list(found)):
            del found[group]
    return found


def _nearly(matrix: Incidence, least: int) -> dict[Group, None]:
    """Groups that sums of cells count alone where some are rounded, and hidden cells.

    Of rounded numbers more may be told by a further table, whoever counted them before.
    Those between two cells come first: sums of many rounded numbers tell little.
    """
    all_ = frozenset(range(len(matrix.tables)))
    found = dict.fromkeys(matrix.small)
    shown = _shown(matrix, all_)
    if len(shown) > len(_exact(matrix, all_)):
        found |= dict.fromkeys(matrix.between(shown))
        found |= dict.fromkeys(few_determined(matrix, shown, least))
    return found


def _exact(matrix: Incidence, tables: Set[int]) -> list[int]:
    known = [matrix.told(row, tables) for row in range(len(matrix.rows))]
    return [row for row, (low, high) in enumerate(known) if low == high]


def _shown(matrix: Incidence, tables: Set[int]) -> list[int]:
    known = [matrix.told(row, tables) for row in range(len(matrix.rows))]
    return [row for row, (_, high) in enumerate(known) if not np.isinf(high)]


def _atoms_of(matrix: Incidence, groups: Iterable[Group]) -> Places:
    """All atoms, or if these are many those that groups are made of."""
    if len(matrix.atoms) <= FEW_ATOMS:
        return np.arange(len(matrix.atoms))
    cells = set(matrix.small)
    inside = {atom for group in groups if group not in cells for atom in group}
    return np.array(sorted(inside), dtype=np.intp)
