"""What an audit finds: sums of cells, in the tables that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from output_checker.differencing.attack import Bound
from output_checker.differencing.determined import Group
from output_checker.differencing.few_providers import FewProviders
from output_checker.differencing.incidence import Incidence
from output_checker.differencing.model import Cell
from output_checker.differencing.of_few import OfFew
from output_checker.differencing.totals import Given


@dataclass(frozen=True)
class Term:
    """A cell in a sum: ``weight`` is below nought where it is taken away."""

    release: str
    path: str
    cell: Cell
    weight: float


@dataclass(frozen=True)
class Of:
    """A column's total of so many people, most of which few have; or, where there are
    ``others``, of these people and any who have nothing."""

    column: str
    others: bool


@dataclass(frozen=True)
class Attack:
    """A sum of cells, and how many people it shows: from ``low`` to ``high``.

    ``terms``: none where there are too many attacks to tell. ``tables``: all that it takes,
    by their places among those given to ``audit``. ``total``: the hidden cell, if it isn't
    for being few that these people are protected, but for their values. ``of_few``: what
    the sum leaves, if that is a total that few make up. ``providers``: the column that
    names the few who provided these people's care, if it is for them.
    """

    low: int
    high: int
    terms: tuple[Term, ...]
    tables: frozenset[int]
    total: Term | None = None
    of_few: Of | None = None
    providers: str = ""


@dataclass(frozen=True)
class Audit:
    """The attacks that were found; ``complete`` if there are no others."""

    attacks: tuple[Attack, ...] = ()
    complete: bool = True

    def and_also(self, other: Audit) -> Audit:
        """Both, as one."""
        complete = self.complete and other.complete
        return Audit((*self.attacks, *other.attacks), complete)


def of_providers(few: FewProviders, places: Sequence[int]) -> Attack:
    fewest, most = (Bound(people, few.weights) for people in few.people)
    return replace(told(few.matrix, places, fewest, most), providers=few.column)


def untold(matrix: Incidence, group: Group, tables: Set[int]) -> Attack:
    people = matrix.people(group)
    return Attack(people, people, (), frozenset(tables))


def told(matrix: Incidence, places: Sequence[int], fewest: Bound, most: Bound) -> Attack:
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


def of_hidden(given: Given, found: Attack) -> Attack:
    table, cell = given.cell
    return replace(found, total=Term(table.release, table.path, cell, 1))


def of_sum(given: Given | OfFew, places: Sequence[int], new: Set[int]) -> Attack:
    people = given.people
    if not given.weights.any():
        return Attack(people, people, (), frozenset(new))
    mine = [places[n] for n in given.column.places]
    bound = Bound(people, given.weights)
    return told(given.column.matrix, mine, bound, bound)


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
