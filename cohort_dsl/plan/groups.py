"""Which leaves of a question are answered together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Aggregation, Frame, Pick, Series, Table
from cohort_dsl.model.query import Query
from cohort_dsl.plan import needs, rows
from cohort_dsl.plan.needs import Origin
from cohort_dsl.plan.rows import Listed, Rows


@dataclass(eq=False)
class Group:
    """Leaves about the same rows. ``level``: 1 for those that need no other answer.

    ``early``: the population needs them.
    """

    origin: Origin
    level: int
    early: bool
    leaves: list[Series] = field(default_factory=list)

    @property
    def table(self) -> Table | None:
        """The table of one row a patient that the leaves are columns of."""
        one_row = isinstance(self.origin, Table) and self.origin.one_row_per_patient
        return self.origin if one_row and isinstance(self.origin, Table) else None

    @cached_property
    def rows(self) -> Rows:
        """The rows that must be read."""
        if isinstance(self.origin, Series):
            assert self.origin.frame is not None
            return rows.of(self.origin.frame)
        return rows.of(self.origin.source if isinstance(self.origin, Pick) else self.origin)

    @cached_property
    def base(self) -> Frame:
        return rows.base(self.rows.frame)

    @property
    def is_counted(self) -> bool:
        """Are they counts, sums and the like, rather than a pick's columns or members?"""
        return not isinstance(self.origin, Series | Pick) and self.table is None

    @cached_property
    def listed(self) -> Listed | None:
        """The list that the rows are best looked for by."""
        return rows.listed(self.rows)

    def columns(self, looked_at: Rows) -> set[str]:
        """The columns that a step needs of these rows to answer the leaves."""
        if isinstance(self.origin, Pick):  # ties are broken by all of them
            return {column.name for column in self.base.schema.columns}
        sources = [leaf.source for leaf in self.leaves if isinstance(leaf, Aggregation)]
        among = [self.origin] if isinstance(self.origin, Series) else []
        read = needs.columns([*looked_at.conditions, *sources, *among])
        return {column.name for column in read}


def grouped(query: Query) -> list[Group]:
    """The leaves by what they read, those of the population first, then by level.

    A variable's leaf joins a group of the population's if it needs nothing that is
    found out only later. Leaves over the same rows go apart only where one needs the other.
    The population's nodes come first in ``query.nodes()``, so its groups are there in time.
    """
    early = needs.closure([query.population])
    wanted = early | needs.closure(query.variables.values())
    levels: dict[Series, int] = {}
    groups: dict[tuple[Origin, int, bool], Group] = {}
    for leaf in (n for n in query.nodes() if isinstance(n, Series) and n in wanted):
        below = needs.leaves(needs.inputs(leaf))
        levels[leaf] = level = 1 + max((levels[b] for b in below), default=0)
        source = needs.origin(leaf)
        assert source is not None
        joins = (source, level, True) in groups and all(b in early for b in below)
        key = (source, level, leaf in early or joins)
        groups.setdefault(key, Group(*key)).leaves.append(leaf)
    return sorted(groups.values(), key=lambda g: (not g.early, g.level))


def answers(group: Group) -> list[Series]:
    """The leaves that are columns of a step's result; a row's being there is none."""
    if isinstance(group.origin, Series):
        return []
    if group.is_counted:
        return [leaf for leaf in group.leaves if not isinstance(leaf, nodes.Exists)]
    return [leaf for leaf in group.leaves if isinstance(leaf, nodes.SelectColumn)]
