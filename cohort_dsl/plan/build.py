"""From a question to steps: the population first, then passes that several answers share.

A table of many rows is read once for all that is asked of it, and a second time for what
is asked of the population's patients only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Pick, Series, Table, walk
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar, TableSchema, ValueType
from cohort_dsl.plan import constants, needs, passes, rows
from cohort_dsl.plan.brought import ListMap
from cohort_dsl.plan.constants import LONGEST_LIST
from cohort_dsl.plan.gathering import NOTHING_SHARED, Reads, gathered
from cohort_dsl.plan.groups import Group, Made, answers, grouped
from cohort_dsl.plan.passes import Pass
from cohort_dsl.plan.people import population
from cohort_dsl.plan.rewrite import cheaper
from cohort_dsl.plan.rows import Rows
from cohort_dsl.plan.steps import (
    Aggregate,
    Assembly,
    Choose,
    Columns,
    EventTable,
    Given,
    Inline,
    Make,
    Members,
    Output,
    Plan,
    Source,
    Step,
)
from cohort_dsl.plan.varying import NOTHING_VARIES, Varying


def build(
    query: Query,
    everyone: Collection[str] = (),
    longest_list: int = LONGEST_LIST,
    together: int = 1,
    shared: Reads = NOTHING_SHARED,
) -> Plan:
    """The steps that answer the question.

    ``everyone``: tables that hold every patient of the warehouse, so that where the
    population mentions one of them, no other table need be read for who there is.
    ``together``: how many sets of rows found by lists one step counts and sums.
    ``shared``: the physical tables that several tables on offer have their rows in.
    """
    query = cheaper(query)
    draft = answered(query, tables_below([query.population]), everyone, together)
    variables = tuple(Output(n, node) for n, node in query.variables.items())
    events = {
        name: _event_table(f"step_events_{number}", columns)
        for number, (name, columns) in enumerate(query.event_tables.items(), start=1)
    }
    draft.steps.append(Assembly(draft.name("cohort"), variables))
    steps = draft.all_steps(longest_list, events.values(), shared)
    return Plan(query, steps, MappingProxyType(draft.givens), MappingProxyType(events))


def answered(
    query: Query,
    who: Mapping[str, TableSchema],
    everyone: Collection[str],
    together: int,
    varying: Varying = NOTHING_VARIES,
) -> Draft:
    """The steps up to where every leaf has its answer.

    ``who``: by name, the tables among whose patients the population is.
    """
    groups, made = grouped(query, varying.masked, varying.names())
    early = [group for group in groups if group.early]
    late = [group for group in groups if not group.early]
    shared = {True: passes.shared(early), False: passes.shared(late)}
    draft = Draft(_maps([*shared[True], *shared[False]]), together, varying)
    draft.phase(early, shared[True], made, within=False)
    name = draft.name("population")
    draft.steps.append(population(query, who, draft.steps, everyone, name))
    draft.phase(late, shared[False], made, within=True)
    return draft


def tables_below(roots: Iterable[Series]) -> dict[str, TableSchema]:
    """The tables that the series mention, by name."""
    return {n.table.name: n.table for n in walk(roots) if isinstance(n, Table)}


def _event_table(name: str, columns: Mapping[str, Series]) -> EventTable:
    frame = nodes.common_frame(columns.values())
    assert frame is not None
    outputs = tuple(Output(column, series) for column, series in columns.items())
    return EventTable(name, True, outputs, rows.of(frame))


def _maps(shared: Iterable[Pass]) -> tuple[ListMap, ...]:
    """The lists that rows are searched by, in one map for each type of value."""
    lists: dict[ValueType, dict[frozenset[Scalar], None]] = {}
    for group in (g for one in shared if one.column for g in one.groups):
        assert group.listed is not None
        found = lists.setdefault(group.listed.column.type, {})
        found[group.listed.values] = None
    numbered = enumerate(lists.items(), start=1)
    return tuple(
        ListMap(f"step_lists_{n}", kind, tuple(found)) for n, (kind, found) in numbered
    )


@dataclass
class Draft:
    """A plan in the making: steps in order, and where the answers lie."""

    maps: Sequence[ListMap]
    together: int
    varying: Varying = NOTHING_VARIES
    steps: list[Step] = field(default_factory=list)
    givens: dict[Series, Given] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.givens |= self.varying.givens()

    def all_steps(
        self,
        longest_list: int = LONGEST_LIST,
        others: Collection[Step] = (),
        shared: Reads = NOTHING_SHARED,
    ) -> tuple[Step, ...]:
        """The steps with the lists and maps that they need; ``others`` need some, too."""
        steps = gathered(self.steps, others, self.maps, shared)
        below = needs.in_place(s for step in (*steps, *others) for s in step.computes())
        held = constants.long_ones(below, longest_list)
        return (*held, *self.maps, *self.varying.times, *steps)

    def name(self, kind: str) -> str:
        return f"step_{len(self.steps) + 1}_{kind}"

    def phase(
        self,
        groups: Sequence[Group],
        shared: Iterable[Pass],
        frames: Iterable[Made],
        *,
        within: bool,
    ) -> None:
        """All that is read before, or after, it is known who is in the population."""
        sources: dict[Group, tuple[Pass, str]] = {}
        for one in shared:
            name = self.name("kept")
            self.steps.append(passes.keep(name, one, self.maps, within=within))
            sources |= dict.fromkeys(one.groups, (one, name))
        made = [one for one in frames if one.early is not within]
        levels = {one.level for one in groups} | {one.level for one in made}
        for level in sorted(levels):
            for frame in (one for one in made if one.level == level):
                self._make(frame, within=within)
            now = [group for group in groups if group.level == level]
            read = [self._reader(group, sources.get(group)) for group in now]
            self._level(read, within=within)

    def _make(self, one: Made, *, within: bool) -> None:
        frame = one.frame
        if isinstance(frame, nodes.InlineTable):
            self.steps.append(Inline(self.name("given"), frame))
            return
        name = self.name("made")
        worked_out: Sequence[tuple[Series, ...]] = [()] * len(needs.sources(frame))
        if isinstance(frame, nodes.Episodes):
            worked_out = [(frame.source,)]
        elif isinstance(frame, nodes.AsOf):
            worked_out = [(frame.at,), (frame.start, frame.end)]
        sources = tuple(
            Source(f"{name}_{number}", within, source, rows.of_source(source), series)
            for number, (source, series) in enumerate(
                zip(needs.sources(frame), worked_out, strict=True), start=1
            )
        )
        self.steps.append(Make(name, within, frame, one.columns, sources))

    def _reader(self, group: Group, source: tuple[Pass, str] | None) -> _Reader:
        if source is None:
            return _Reader(group, group.rows, None)
        shared, kept = source
        return _Reader(group, passes.rows_in(group, shared, self.maps), kept)

    def _level(self, read: Sequence[_Reader], *, within: bool) -> None:
        """Steps that wait for nothing but those of the levels before."""
        counted: dict[tuple[Frame, str | None], list[_Reader]] = {}
        for one in read:
            if not one.group.is_counted:
                self._single(one, within=within)
            elif one.group.times is not None:
                self._aggregate([one], within=within)
            else:
                counted.setdefault((one.group.base, one.kept), []).append(one)
        for found in counted.values():
            for chunk in _chunks(found, self.together):
                self._aggregate(chunk, within=within)

    def _single(self, one: _Reader, *, within: bool) -> None:
        group = one.group
        outputs = tuple(Output(leaf.name, leaf) for leaf in _selected(group))
        step: Step
        if group.table is not None:
            step = Columns(self.name("columns"), within, outputs, group.table)
        elif isinstance(group.origin, Pick):
            name, pick, times = self.name("pick"), group.origin, group.times
            step = Choose(name, within, outputs, pick, one.rows, one.kept, times)
        else:
            assert isinstance(group.origin, Series)
            name, series = self.name("members"), group.origin
            step = Members(name, within, series, one.rows, one.kept)
        self._add(step, group, outputs)

    def _aggregate(self, read: Sequence[_Reader], *, within: bool) -> None:
        name = self.name("rows")
        numbers = iter(range(1, 1_000_000))
        parts = []
        for one in read:
            leaves = answers(one.group)
            outputs = tuple(Output(f"a{next(numbers)}", leaf) for leaf in leaves)
            there = any(isinstance(leaf, nodes.Exists) for leaf in one.group.leaves)
            masks = self.varying.masks(one.group)
            told = there and (len(read) > 1 or masks)
            column = f"a{next(numbers)}" if told else None
            parts.append(self.varying.part(one.group, one.rows, outputs, column))
            self._give(name, one.group, outputs, column, masks)
        times = read[0].group.times
        self.steps.append(Aggregate(name, within, tuple(parts), read[0].kept, times))

    def _add(self, step: Step, group: Group, outputs: Iterable[Output]) -> None:
        self._give(step.name, group, outputs, None)
        self.steps.append(step)

    def _give(
        self,
        step: str,
        group: Group,
        outputs: Iterable[Output],
        there: str | None,
        masks: int = 0,
    ) -> None:
        columns = {output.node: output.name for output in outputs}
        for leaf in group.leaves:
            self.givens[leaf] = Given(step, columns.get(leaf, there), masks)


@dataclass(frozen=True)
class _Reader:
    """A group, its rows, and the step that keeps them, if one does."""

    group: Group
    rows: Rows
    kept: str | None


def _selected(group: Group) -> list[nodes.SelectColumn]:
    return [leaf for leaf in answers(group) if isinstance(leaf, nodes.SelectColumn)]


def _chunks(read: Sequence[_Reader], together: int) -> Iterator[Sequence[_Reader]]:
    """Rows of different lists lie apart, so few go together; others are one reading."""
    by_hit: dict[int | None, list[_Reader]] = {}
    for one in read:
        by_hit.setdefault(one.rows.hit, []).append(one)
    yield from _pieces(by_hit.pop(None, []))
    chunk: list[_Reader] = []
    lists = 0
    for piece in (piece for found in by_hit.values() for piece in _pieces(found)):
        if chunk and (lists == together or len(chunk) + len(piece) > passes.MOST):
            yield chunk
            chunk, lists = [], 0
        chunk, lists = [*chunk, *piece], lists + 1
    if chunk:
        yield chunk


def _pieces(read: Sequence[_Reader]) -> Iterator[Sequence[_Reader]]:
    return (read[at : at + passes.MOST] for at in range(0, len(read), passes.MOST))
