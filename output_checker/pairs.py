"""A job's true tables, two by two: whom they share, and so what must be done together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from output_checker.claims.model import Levels
from output_checker.policy import Policy
from output_checker.suppress.links import Link, cells_with_people, joined, links
from output_checker.suppress.primary import dominated, few_differ
from output_checker.suppress.protect import Protected
from output_checker.verify.between import Between
from output_checker.verify.numbers import Numbers, People, Recomputed, Shared

MOST = 100
"""Tables of a job that are all compared with each other; past this, people compare."""
MOST_CELLS = 2000
"""Their cells that have people: the time for links grows with the third power."""
Compare = Callable[[Recomputed, Recomputed], Shared | None]
Nearly = Mapping[str, Mapping[str, Mapping[Levels, Numbers]]]
"""By a table's path, and another measured column: cells where few make the difference, and
these differences."""


class Pairs:
    """Tables, and what ``compare`` says about any two of them, asked once."""

    def __init__(self, tables: Sequence[Recomputed], compare: Compare) -> None:
        self.tables = tables
        size = sum(len(cells_with_people(table)) for table in tables)
        few = len(tables) <= MOST and size <= MOST_CELLS
        two = combinations(tables, 2) if few else ()
        self._shared = {(one.path, other.path): compare(one, other) for one, other in two}
        self._links = [
            link for alike in self._comparable() for link in links(alike, self._shared)
        ]

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


def nearly_alike(
    tables: Sequence[Recomputed],
    results: Mapping[str, Protected | str],
    between: Callable[[Recomputed, Recomputed], Sequence[Between]],
    policy: Policy,
) -> Nearly:
    """Where two shown totals of the same people differ by few of them, or mostly by few."""
    found: dict[str, dict[str, Mapping[Levels, Numbers]]] = {}
    for one, other in combinations(tables[:MOST], 2):
        cells = [
            cell
            for cell in between(one, other)
            if _about_few(cell.numbers, policy)
            and _is_told(one, cell.one, results[one.path])
            and _is_told(other, cell.other, results[other.path])
        ]
        if cells:
            mine, theirs = found.setdefault(one.path, {}), found.setdefault(other.path, {})
            mine[str(other.claim.value)] = {c.one: c.numbers for c in cells}
            theirs[str(one.claim.value)] = {c.other: c.numbers for c in cells}
    return found


def _about_few(differences: Numbers, policy: Policy) -> bool:
    """Do few make up most of the differences, or do most people differ by the same?"""
    most_alike = 2 * differences.alike > differences.contributors
    return dominated(differences, policy) or (
        most_alike and few_differ(differences, policy)
    )


def _is_told(table: Recomputed, levels: Levels, result: Protected | str) -> bool:
    """Is it shown, or a total left out that may follow from what is?"""
    if isinstance(result, str):
        return False
    key = table.key(levels)
    return key not in (result.hidden if table.published(levels) else result.causes)
