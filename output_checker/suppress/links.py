"""What sums of cells are surely the same, however the tables describe their people.

A condition (row is b), a wider group, another band or a copied column may all say what a
hidden cell says, and three tables what no two of them say. Descriptions can't be compared,
so people are. Count the people that each two cells share: weights with which the cells of
all tables, each times its weight, add up to nothing for every single person are just those
that this matrix turns to nothing (it is A'A, where A says who is in which cell; A'A x = 0
means |A x| = 0). So the pairs tell all that any number of tables tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from output_checker.claims.model import Levels
from output_checker.verify.numbers import CellKey, Recomputed, Shared

Floats = NDArray[np.float64]
Node = TypeVar("Node")
Pair = tuple[Levels | None, Levels | None]
Compared = Mapping[tuple[str, str], Shared | None]
"""By the paths of two tables: whom they share."""
Link = Mapping[CellKey, float]
"""Weights with which the cells add up to nothing, whoever is in them."""
NOTHING = 1e-9
"""One person of a million is a thousand times further from nothing."""
ROUNDED = 1e-6


def links(tables: Sequence[Recomputed], compared: Compared) -> list[Link]:
    """A smallest set of links from which all others follow that names don't tell.

    Of tables any two of which were compared.
    """
    inner = (key for table in tables for key in cells_with_people(table).values())
    places = {key: n for n, key in enumerate(dict.fromkeys(inner))}
    if len(tables) < 2:
        return []
    told = _told_by_names(tables, places)
    found: list[Link] = []
    for weights in _turned_to_nothing(_shared(tables, compared, places)):
        left = weights - told @ (told.T @ weights)
        if np.linalg.norm(left) > ROUNDED * np.linalg.norm(weights):
            told = np.column_stack([told, left / np.linalg.norm(left)])
            keys = list(places)
            found.append({keys[n]: float(weights[n]) for n in np.flatnonzero(weights)})
    return found


def cells_with_people(table: Recomputed) -> Mapping[Levels, CellKey]:
    """A table's cells but totals and empty ones, with their keys."""
    return {
        levels: table.key(levels)
        for levels in table.cells
        if None not in levels and table.count(levels)
    }


def _shared(
    tables: Sequence[Recomputed], compared: Compared, places: Mapping[CellKey, int]
) -> Floats:
    """How many people each two cells share, as parts of the cells' sizes."""
    matrix = np.zeros((len(places), len(places)))
    for table in tables:
        for levels, key in cells_with_people(table).items():
            matrix[places[key], places[key]] = table.count(levels)
    for one, other in combinations(tables, 2):
        for (mine, theirs), people in (compared[one.path, other.path] or {}).items():
            if mine is not None and theirs is not None:
                a, b = places[one.key(mine)], places[other.key(theirs)]
                matrix[a, b] = matrix[b, a] = people
    return matrix


def _turned_to_nothing(matrix: Floats) -> Iterator[Floats]:
    """Weights that the matrix turns to nothing: each cell that others make up, and these.

    Cells are taken one by one, always the one furthest from what the others make up.
    """
    size = np.sqrt(np.diag(matrix))
    alike = matrix / np.outer(size, size)
    distance, factor = np.ones(len(matrix)), np.zeros_like(matrix)
    taken: list[int] = []
    while distance[cell := int(np.argmax(distance))] > NOTHING:
        known = factor[:, : len(taken)]
        column = (alike[:, cell] - known @ known[cell]) / np.sqrt(distance[cell])
        factor[:, len(taken)] = column
        distance -= column**2
        taken.append(cell)
        distance[taken] = 0
    others = sorted(set(range(len(matrix))) - set(taken))
    made = np.linalg.solve(matrix[np.ix_(taken, taken)], matrix[np.ix_(taken, others)])
    made = np.where(np.abs(made - np.round(made)) < ROUNDED, np.round(made), made)
    for n, cell in enumerate(others):
        weights = np.zeros(len(matrix))
        weights[taken], weights[cell] = made[:, n], -1
        yield weights


def _told_by_names(tables: Sequence[Recomputed], places: Mapping[CellKey, int]) -> Floats:
    """Directions of weights that cells with the same key in two tables tell anyway."""
    sums: dict[CellKey, list[Floats]] = {}
    for table in tables:
        mine: dict[CellKey, Floats] = {}
        for levels, key in cells_with_people(table).items():
            for total in _totals(levels):
                mine.setdefault(table.key(total), np.zeros(len(places)))[places[key]] = 1
        for key, weights in mine.items():
            sums.setdefault(key, []).append(weights)
    same = [a - all_[0] for all_ in sums.values() for a in all_[1:] if np.any(a - all_[0])]
    if not same:
        return np.zeros((len(places), 0))
    directions, strength, _ = np.linalg.svd(np.column_stack(same), full_matrices=False)
    kept: Floats = directions[:, strength > ROUNDED]
    return kept


def _totals(levels: Levels) -> Iterator[Levels]:
    """A cell and every total that it counts in."""
    if not levels:
        yield ()
        return
    for rest in _totals(levels[1:]):
        yield (levels[0], *rest)
        yield (None, *rest)


def with_outside(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The pairs, with those outside either table as one and the same."""
    yield None, None
    yield from pairs


def joined(edges: Iterable[tuple[Node, Node]]) -> Callable[[Node], Node]:
    """What hangs together by these edges: a function that gives each node's first one."""
    above: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while (up := above.get(node, node)) != node:
            above[node] = above.get(up, up)
            node = up
        return node

    for one, other in edges:
        above[root(other)] = root(one)
    return root
