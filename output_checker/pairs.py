"""A job's true tables, two by two: whom they share, and so what must be done together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from output_checker.checks.subjects import Beside
from output_checker.suppress.differences import Few, TooMany, few_between
from output_checker.suppress.links import Link, Pair, cells_with_people, joined, links
from output_checker.verify.numbers import People, Recomputed, Shared

MOST = 100
"""Tables of a job that are all compared with each other; past this, people compare."""
MOST_CELLS = 2000
"""Their cells that have people: the time for links grows with the third power."""
Compare = Callable[[Recomputed, Recomputed], Shared | None]


class Pairs:
    """Tables, and what ``compare`` says about any two of them, asked once.

    ``least``: fewer people than this are few.
    """

    def __init__(self, tables: Sequence[Recomputed], compare: Compare, least: int) -> None:
        self.tables, self._least = tables, least
        size = sum(len(cells_with_people(table)) for table in tables)
        few = len(tables) <= MOST and size <= MOST_CELLS
        two = combinations(tables, 2) if few else ()
        self._shared = {(one.path, other.path): compare(one, other) for one, other in two}
        self._links = [
            link for alike in self._comparable() for link in links(alike, self._shared)
        ]

        self._few = {pair: self._few_of(shared) for pair, shared in self._shared.items()}

    def _few_of(self, shared: Shared | None) -> tuple[Few, ...] | None:
        try:
            return None if shared is None else few_between(shared, self._least)
        except TooMany:
            return None

    def _comparable(self) -> list[list[Recomputed]]:
        """Tables in groups in which any two were compared."""
        groups: list[list[Recomputed]] = []
        for table in self.tables:
            known = (
                group
                for group in groups
                if all(self._shared.get((o.path, table.path)) is not None for o in group)
            )
            if (group := next(known, None)) is None:
                groups.append(group := [])
            group.append(table)
        return groups

    def beside(self, table: Recomputed) -> Iterator[Beside]:
        """Every other table, and whom they share; then those together that share nobody."""
        others = [other for other in self.tables if other is not table]
        for other in others:
            yield Beside(other.path, self._few_beside(table.path, other.path))
        apart = {frozenset(self._apart(other, others)): None for other in others}
        for paths in sorted(map(sorted, apart)):
            if len(paths) > 1:
                few = self._few_of(self._as_one(table, paths))
                yield Beside(" and ".join(paths), few)

    def _few_beside(self, path: str, other: str) -> tuple[Few, ...] | None:
        found = self._few.get((path, other))
        if found is None and (swapped := self._few.get((other, path))) is not None:
            return tuple(Few(few.second, few.first, few.people) for few in swapped)
        return found

    def _seen_from(self, path: str, other: str) -> Shared | None:
        found = self._shared.get((path, other))
        if found is None and (swapped := self._shared.get((other, path))) is not None:
            return {(mine, theirs): n for (theirs, mine), n in swapped.items()}
        return found

    def _apart(self, first: Recomputed, others: Sequence[Recomputed]) -> list[str]:
        """A table with as many others as share nobody with it or each other."""
        paths = [first.path]
        for other in others:
            if all(_nobody(self._seen_from(path, other.path)) for path in paths):
                paths.append(other.path)
        return paths

    def _as_one(self, table: Recomputed, paths: Sequence[str]) -> Shared | None:
        """Whom a table shares with tables that share nobody with each other."""
        both: dict[Pair, int] = {}
        alone = {levels: table.count(levels) for levels in cells_with_people(table)}
        for path in paths:
            shared = self._seen_from(table.path, path)
            if shared is None:
                return None
            for (mine, theirs), people in shared.items():
                if theirs is not None:
                    both[mine, (path, *theirs)] = people
                    if mine is not None:
                        alone[mine] -= people
        return both | {(mine, None): people for mine, people in alone.items() if people}

    def families(self) -> list[list[Recomputed]]:
        """The tables in groups to protect together: of the same people, or linked."""
        described = [[people for people, _ in link] for link in self._links]
        root = joined((first, other) for first, *others in described for other in others)
        families: dict[People, list[Recomputed]] = {}
        for table in self.tables:
            families.setdefault(root(table.people), []).append(table)
        return list(families.values())

    def links(self, family: Sequence[Recomputed]) -> list[Link]:
        """The links between tables of a family; no link is between two families."""
        people = {table.people for table in family}
        return [link for link in self._links if next(iter(link))[0] in people]


def _nobody(shared: Shared | None) -> bool:
    """Do two tables surely share nobody?"""
    return shared is not None and not any(None not in pair for pair in shared)
