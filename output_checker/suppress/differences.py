"""Few people between two tables: a sum of one table's cells less a sum of the other's.

Cells of two tables are nodes; cells that share somebody are joined by an edge, with as many
people as they share. Whom the other table leaves out are shared with one more node, the
outside, whose sum nobody knows. Where all the people of some cells of one table are in some
cells of the other, the difference of the two sums counts the people on the edges between.
Edges with enough people can't be between, so their ends stay together; what is left is
small. For each node the smallest such set with it, and the largest without it, are tried.

This finds what two tables tell. Sums over three or more tables aren't tried; but several
tables that share nobody can be taken as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from output_checker.claims.model import Levels
from output_checker.suppress.links import Pair, joined, with_outside
from output_checker.verify.numbers import Shared

Place = tuple[int, Levels | None]
OUTSIDE: Place = (0, None)
MOST_STEPS = 1_000_000
"""Nodes times edges that are gone through for two tables."""


class TooMany(Exception):
    """Two tables cut people so finely that their differences can't all be tried."""


@dataclass(frozen=True)
class Few:
    """Cells of the first and of the second table whose sums differ by few people."""

    first: frozenset[Levels]
    second: frozenset[Levels]
    people: int


def few_between(shared: Shared, least: int) -> tuple[Few, ...]:
    """Each group of fewer than ``least`` that subtraction shows; TooMany."""
    swapped = {(other, one): n for (one, other), n in shared.items()}
    more = [*_beyond(shared, least)]
    less = [Few(f.second, f.first, f.people) for f in _beyond(swapped, least)]
    return tuple(dict.fromkeys([*more, *less]))


def _beyond(shared: Shared, least: int) -> Iterator[Few]:
    """Few people whom sums of the first table have beyond sums of the second."""
    graph = _Graph(shared, least)
    for inside in graph.sets():
        between = [pair for pair in graph.small if graph.leaves(pair, inside)]
        people = sum(shared[pair] for pair in between)
        if not 0 < people < least or graph.is_whole_cells(between):
            continue
        if graph.people_beyond(inside) >= least:
            yield graph.told(inside, between, people)


class _Graph:
    """What large edges join, as numbered nodes, and the small edges between these."""

    def __init__(self, shared: Shared, least: int) -> None:
        self.shared = shared
        large = [pair for pair, n in shared.items() if n >= least]
        root = joined(map(_ends, [*with_outside(large), *_hangers_on(shared, large)]))
        ends = {pair: tuple(map(root, _ends(pair))) for pair in shared}
        names = dict.fromkeys([root(OUTSIDE), *(e for both in ends.values() for e in both)])
        number = {name: n for n, name in enumerate(names)}
        self.size = len(number)  # the outside is node 0
        self.ends = {pair: (number[a], number[b]) for pair, (a, b) in ends.items()}
        self.small = [pair for pair, (a, b) in self.ends.items() if a != b]
        if self.size * len(self.small) > MOST_STEPS:
            raise TooMany

    def sets(self) -> Iterable[int]:
        """Sets of nodes, as bits, that no small edge enters; the outside isn't in them."""
        edges = {self.ends[pair] for pair in self.small}
        before = _closures(self.size, edges)
        after = _closures(self.size, {(b, a) for a, b in edges})
        everything = (1 << self.size) - 1
        found = dict.fromkeys([*before, *(everything & ~below for below in after)])
        return [inside for inside in found if inside and not inside & 1]

    def leaves(self, pair: Pair, inside: int) -> bool:
        a, b = self.ends[pair]
        return bool(inside >> a & 1) and not inside >> b & 1

    def is_whole_cells(self, between: Iterable[Pair]) -> bool:
        """Are these the people of whole cells of one table? It protects them itself."""
        some = set(between)
        for side in (0, 1):
            cells = {pair[side] for pair in some}
            if None not in cells and some == {p for p in self.shared if p[side] in cells}:
                return True
        return False

    def people_beyond(self, inside: int) -> int:
        """How many are in the second table's cells of these nodes."""
        return sum(
            self.shared[pair]
            for pair, (_, node) in self.ends.items()
            if inside >> node & 1 and pair[1] is not None
        )

    def told(self, inside: int, between: Iterable[Pair], people: int) -> Few:
        """In the tables' cells: of the second those next to the few, if there are."""
        near = {self.ends[pair][0] for pair in between}
        cells = [(node, pair[1]) for pair, (_, node) in self.ends.items() if pair[1]]
        second = {cell for node, cell in cells if node in near} or {
            cell for node, cell in cells if inside >> node & 1
        }
        first = {one for one, _ in between if one is not None}
        return Few(frozenset(first), frozenset(c for c in second if c), people)


def _ends(pair: Pair) -> tuple[Place, Place]:
    one, other = pair
    return (0, one), ((1, other) if other is not None else OUTSIDE)


def _hangers_on(shared: Shared, large: Iterable[Pair]) -> Iterator[Pair]:
    """Small edges of single cells that share people with one node only: kept together."""
    root = joined(map(_ends, with_outside(large)))
    for side in (0, 1):
        neighbours: dict[Levels, set[Place]] = {}
        for pair in shared:
            cell = pair[side]
            if cell is not None:
                neighbours.setdefault(cell, set()).add(root(_ends(pair)[1 - side]))
        yield from (
            pair
            for pair in shared
            if (cell := pair[side]) is not None and len(neighbours[cell]) == 1
        )


def _closures(size: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """For each node the bits of those from which the edges lead to it, itself included."""
    found, edges = [1 << node for node in range(size)], list(edges)
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            more = found[b] | found[a]
            changed, found[b] = changed or more != found[b], more
    return found
