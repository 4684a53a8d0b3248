"""Tables on offer that have their rows in one physical table, which is read once for all.

In some models most tables on offer are parts of one table of facts. Each step that reads
one of them would read all facts. So, where more than one would, a step before them reads
the facts once, and keeps what any of them asks for: once for the population, and once for
what is asked of its patients. Two readings of all rows are left as they are: what was kept
of them would be as long as the facts, and written and read besides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Pick, Table
from cohort_dsl.model.types import Scalar, TableSchema
from cohort_dsl.plan import needs, rows
from cohort_dsl.plan.brought import ListMap
from cohort_dsl.plan.rows import Rows, base
from cohort_dsl.plan.steps import (
    Aggregate,
    Asked,
    Choose,
    Columns,
    EventTable,
    Gather,
    Keep,
    Make,
    Members,
    Population,
    Source,
    Step,
    is_within,
)

Reads: TypeAlias = Mapping[str, Mapping[str, int]]
"""By physical table: how often one reading of a table on offer reads it."""

NOTHING_SHARED: Reads = MappingProxyType({})


def gathered(
    steps: Sequence[Step],
    others: Iterable[Step],
    maps: Iterable[ListMap],
    shared: Reads,
) -> list[Step]:
    """The steps, and before them those that gather what several of them read.

    ``others``: steps that read, too, once all have been done. ``maps``: lists that rows
    are found by.
    """
    lists = {one.name: one for one in maps}
    readings = [one for step in (*steps, *others) for one in _readings(step, lists)]
    made = [
        Gather(f"step_gathered_{number}", within, name, asked)
        for number, (name, within) in enumerate(
            ((name, within) for within in (False, True) for name in shared), start=1
        )
        if not _cheap(readings, shared[name])
        if (asked := _asked(readings, shared[name], within=within))
    ]
    return list(_placed(steps, made))


def _cheap(readings: Iterable[_Reading], reads: Mapping[str, int]) -> bool:
    """Is the physical table read twice at most, and each time for all its rows?"""
    found = [one for one in readings if one.table.name in reads]
    times = sum(reads[one.table.name] for one in found)
    return times <= 2 and not any(one.lists for one in found)


def _asked(
    readings: Iterable[_Reading], reads: Mapping[str, int], *, within: bool
) -> tuple[Asked, ...]:
    """What is asked of the physical table's rows; nothing where it is read once anyway."""
    found = [one for one in readings if one.table.name in reads and one.within is within]
    if sum(reads[one.table.name] for one in found) < 2:
        return ()
    by_table: dict[TableSchema, list[_Reading]] = {}
    for one in found:
        by_table.setdefault(one.table, []).append(one)
    return tuple(_together(table, its) for table, its in by_table.items())


def _together(table: TableSchema, readings: Sequence[_Reading]) -> Asked:
    columns = sorted({name for one in readings for name in one.columns})
    lists: dict[str, set[Scalar]] = {}
    for one in readings:
        if not one.lists:
            return Asked(table, tuple(columns), None)
        for name, values in one.lists:
            lists.setdefault(name, set()).update(values)
    among = tuple(
        nodes.IsIn(nodes.SelectColumn(Table(table), name), frozenset(lists[name]))
        for name in sorted(lists)
    )
    return Asked(table, tuple(columns), among)


def _placed(steps: Sequence[Step], made: Sequence[Gather]) -> Iterator[Step]:
    """What is asked of everybody comes first, the rest right after the population."""
    yield from (one for one in made if not one.within_population)
    for step in steps:
        yield step
        if isinstance(step, Population):
            yield from (one for one in made if one.within_population)


# What steps read -------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """One reading of a table on offer.

    ``lists``: rows count only if one of these columns is in its list; none: all count.
    """

    table: TableSchema
    columns: frozenset[str]
    lists: tuple[tuple[str, frozenset[Scalar]], ...]
    within: bool


_Lists: TypeAlias = "tuple[tuple[str, frozenset[Scalar]], ...]"


def _readings(step: Step, maps: Mapping[str, ListMap]) -> Iterator[_Reading]:
    if isinstance(step, Population):
        for table in step.tables:
            yield _Reading(table, frozenset(), (), within=False)
    elif isinstance(step, Make):
        for source in step.sources:
            yield from _of_source(step, source)
    elif isinstance(step, Keep):
        yield from _of(step, step.rows, *_of_keep(step, maps))
    elif isinstance(step, Columns):
        yield from _of(step, step.table, {one.name for one in step.outputs}, ())
    elif isinstance(step, Aggregate) and step.kept is None:
        lists = _every_list(part.rows for part in step.parts)
        yield from _of(step, step.rows, _computed(step), lists)
    elif isinstance(step, Choose | Members | EventTable):
        if not step.scans():
            return
        frame = base(step.rows.frame)
        columns = _all(frame) if isinstance(step, Choose) else _computed(step)
        yield from _of(step, frame, columns, _every_list([step.rows]))


def _of(
    step: Step, frame: Frame, columns: Collection[str], lists: _Lists
) -> Iterator[_Reading]:
    if isinstance(frame, Table):
        yield _Reading(frame.table, frozenset(columns), lists, is_within(step))


def _of_keep(step: Keep, maps: Mapping[str, ListMap]) -> tuple[Collection[str], _Lists]:
    if step.hits is None:
        return step.columns, ()
    lists = maps[step.hits.map].lists
    values = (value for number in step.hits.numbers for value in lists[number - 1])
    found = ((step.hits.column, frozenset(values)),)
    return {*step.columns, step.hits.column}, found


def _of_source(step: Make, source: Source) -> Iterator[_Reading]:
    frame = base(source.rows.frame)
    columns = _computed(source) | set(step.columns)
    if isinstance(source.frame, Pick) or isinstance(step.frame, nodes.AsOf):
        columns = _all(frame)
    known = {column.name for column in frame.schema.columns}
    yield from _of(source, frame, columns & known, _every_list([source.rows]))


def _computed(step: Step) -> set[str]:
    return {node.name for node in needs.columns(step.computes())}


def _all(frame: Frame) -> set[str]:
    return {column.name for column in frame.schema.columns}


def _every_list(found: Iterable[Rows]) -> _Lists:
    """The lists by which all these rows can be found; none if some can't."""
    each = [rows.listed(one) for one in found]
    if not all(each):
        return ()
    return tuple((one.column.name, one.values) for one in each if one is not None)
