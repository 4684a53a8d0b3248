"""Which leaves of a question are answered together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import (
    Aggregation,
    Frame,
    InlineTable,
    Node,
    Pick,
    Series,
    Table,
)
from cohort_dsl.model.query import Query
from cohort_dsl.plan import needs, rows
from cohort_dsl.plan.needs import Origin
from cohort_dsl.plan.rows import Listed, Rows

NO_TIMES: Mapping[Series, str] = {}


@dataclass(eq=False)
class Group:
    """Leaves about the same rows. ``level``: 1 for those that need no other answer.

    ``early``: the population needs them. ``masked``: they are told by bits. ``times``: the
    table of the intervals for each of which they are found.
    """

    origin: Origin
    level: int
    early: bool
    masked: bool = False
    times: str | None = None
    leaves: list[Series] = field(default_factory=list)

    @property
    def table(self) -> Table | InlineTable | None:
        """The table of one row a patient that the leaves are columns of."""
        if isinstance(self.origin, Table | InlineTable) and self.origin.one_row_per_patient:
            return self.origin
        return None

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

    @property
    def is_picked(self) -> bool:
        """Are they a picked row's, so that all its columns break ties?"""
        return isinstance(self.origin, Pick)

    def columns(self, looked_at: Rows) -> set[str]:
        """The columns whose values a step needs of these rows to answer the leaves."""
        sources = [leaf.source for leaf in self.leaves if isinstance(leaf, Aggregation)]
        among = [self.origin] if isinstance(self.origin, Series) else []
        selected = [leaf for leaf in self.leaves if isinstance(leaf, nodes.SelectColumn)]
        read = [*looked_at.conditions, *looked_at.keys, *sources, *among]
        own = {column.name for column in needs.columns(read)}
        return own | {leaf.name for leaf in selected}


@dataclass(frozen=True)
class Made:
    """A frame whose rows a step must make. ``columns``: those that are asked of it.

    ``level``, ``early``: as of a group.
    """

    frame: Frame
    level: int
    early: bool
    columns: tuple[str, ...]


def grouped(
    query: Query, masked: Collection[Series] = (), times: Mapping[Series, str] = NO_TIMES
) -> tuple[list[Group], list[Made]]:
    """The leaves by what they read, those of the population first, then by level.

    And the frames that are made for them. A variable's leaf joins a group of the
    population's if it needs nothing that is found out only later. Leaves over the same
    rows go apart only where one needs the other, or where they differ between intervals.
    The population's nodes come first in ``query.nodes()``, so its groups are there in
    time. ``masked``: leaves told by bits; ``times``: the table that each parameter is in.
    """
    early = needs.closure([query.population])
    wanted = early | needs.closure(_late_roots(query))
    every = query.nodes()
    levels = _levels(every, wanted, _event_frames(query))
    groups: dict[tuple[Origin, int, bool, bool, str | None], Group] = {}
    for leaf in (n for n in every if isinstance(n, Series) and n in wanted):
        source, level = needs.origin(leaf), levels[leaf]
        assert source is not None
        if isinstance(source, nodes.AsOf) or needs.is_parameter(leaf):
            continue  # found for each row, or each interval, not for each patient
        below = needs.leaves(needs.inputs(leaf))
        own = None if leaf in masked else _of_times(below, times)
        differs = (leaf in masked, own)
        joins = (source, level, True, *differs) in groups and all(b in early for b in below)
        key = (source, level, leaf in early or joins, *differs)
        groups.setdefault(key, Group(*key)).leaves.append(leaf)
    found = sorted(groups.values(), key=lambda g: (not g.early, g.level))
    return found, list(_made(every, levels, early))


def _of_times(below: Iterable[Series], times: Mapping[Series, str]) -> str | None:
    """The table of intervals that any of these is a parameter of; there is at most one."""
    return next((times[one] for one in below if one in times), None)


def _late_roots(query: Query) -> Iterator[Series]:
    yield from query.variables.values()
    for columns in query.event_tables.values():
        yield from columns.values()
    for frame in _event_frames(query):
        yield from rows.conditions(frame)
        for made in needs.made_for(frame):
            yield from needs.made_from(made)


def _event_frames(query: Query) -> list[Frame]:
    """The frames whose rows are event tables."""
    frames = [nodes.common_frame(found.values()) for found in query.event_tables.values()]
    return [frame for frame in frames if frame is not None]


def _levels(
    every: Iterable[Node], wanted: Collection[Series], read: Iterable[Frame]
) -> dict[Node, int]:
    """The level of each leaf, and of each frame that must be made; parts come first."""
    frames = {frame for leaf in wanted for frame in needs.made(leaf)}
    frames |= {made for frame in read for made in needs.made_for(frame)}
    levels: dict[Node, int] = {}
    for node in every:
        if isinstance(node, Series) and node in wanted:
            made = needs.made(node)
            if isinstance(needs.origin(node), nodes.AsOf):
                levels[node] = levels[made[-1]]
                continue
            below: list[Node] = [*needs.leaves(needs.inputs(node)), *made]
        elif isinstance(node, Frame) and node in frames:
            own = [rows.base(source) for source in needs.sources(node)]
            below = [*needs.leaves(needs.made_from(node)), *(f for f in own if f in frames)]
        else:
            continue
        known = (levels[b] for b in below if not needs.is_parameter(b))
        levels[node] = 1 + max(known, default=0)
    return levels


def _made(
    every: Sequence[Node], levels: Mapping[Node, int], early: Iterable[Series]
) -> Iterator[Made]:
    """In the order in which they can be made."""
    first = {frame for leaf in early for frame in needs.made(leaf)}
    frames = [n for n in every if isinstance(n, Frame) and n in levels]
    for frame in sorted(frames, key=lambda f: (f not in first, levels[f])):
        yield Made(frame, levels[frame], frame in first, _columns(frame, every))


def _columns(frame: Frame, every: Iterable[Node]) -> tuple[str, ...]:
    """The columns that are asked of a made frame: by name, or all to break ties."""
    asked: set[str] = set()
    for node in every:
        if isinstance(node, nodes.SelectColumn) and rows.base(node.source) == frame:
            asked.add(node.name)
        elif _asks_all(node, frame):
            return tuple(sorted(column.name for column in frame.schema.columns))
    return tuple(sorted(asked))


def _asks_all(node: Node, frame: Frame) -> bool:
    if isinstance(node, Pick):
        return rows.base(node) == frame
    if isinstance(node, nodes.Union | nodes.AsOf):
        return any(rows.base(source) == frame for source in needs.sources(node))
    return False


def answers(group: Group) -> list[Series]:
    """The leaves that are columns of a step's result; a row's being there is none."""
    if isinstance(group.origin, Series):
        return []
    if group.is_counted:
        return [leaf for leaf in group.leaves if not isinstance(leaf, nodes.Exists)]
    return [leaf for leaf in group.leaves if isinstance(leaf, nodes.SelectColumn)]
