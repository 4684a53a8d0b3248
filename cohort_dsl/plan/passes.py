"""Which readings of a table several groups of leaves share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cohort_dsl.model.nodes import Frame, Table
from cohort_dsl.plan import rows
from cohort_dsl.plan.brought import ListMap
from cohort_dsl.plan.groups import Group
from cohort_dsl.plan.rows import Rows
from cohort_dsl.plan.steps import Hits, Keep

MOST = 200  # sets of rows that one step aggregates: engines limit a table's columns


@dataclass(frozen=True, eq=False)
class Pass:
    """One reading of a table for several groups.

    ``column``: rows are kept by the lists that it is in, each group naming one; None:
    every row is kept.
    """

    base: Frame
    column: str | None
    groups: tuple[Group, ...]


def shared(groups: Iterable[Group]) -> list[Pass]:
    """The passes that more than one group shares; other groups read for themselves.

    Groups that only count and sum, none of them waiting for another, need no pass: one
    step reads the table for all of them.
    """
    by_base: dict[Frame, list[Group]] = {}
    for group in groups:
        if group.table is None and isinstance(group.base, Table):
            by_base.setdefault(group.base, []).append(group)
    return [found for base, sharing in by_base.items() for found in _of(base, sharing)]


def _of(base: Frame, groups: Sequence[Group]) -> Iterator[Pass]:
    by_column: dict[str, list[Group]] = {}
    for group in groups:
        if group.listed is not None:
            by_column.setdefault(group.listed.column.name, []).append(group)
    for name, found in by_column.items():
        if len(found) > 1:  # else the warehouse's own index may find the rows
            yield Pass(base, name, tuple(found))
    rest = [group for group in groups if group.listed is None]
    if len(rest) > 1 and not _in_one_step(rest):
        yield Pass(base, None, tuple(rest))


def _in_one_step(groups: Sequence[Group]) -> bool:
    levels = {group.level for group in groups}
    counted = all(group.is_counted for group in groups)
    return len(levels) == 1 and counted and len(groups) <= MOST


def rows_in(group: Group, shares: Pass | None, maps: Iterable[ListMap]) -> Rows:
    """The group's rows, as they are found in the pass."""
    if shares is None or shares.column is None or group.listed is None:
        return group.rows
    number = map_of(group, maps).number(group.listed.values)
    return rows.without(group.rows, group.listed, number)


def map_of(group: Group, maps: Iterable[ListMap]) -> ListMap:
    """The map that has the group's list."""
    assert group.listed is not None
    kind = group.listed.column.type
    return next(one for one in maps if one.type == kind)


def keep(name: str, one: Pass, maps: Sequence[ListMap], *, within: bool) -> Keep:
    """The step that makes the pass."""
    found = [(group, rows_in(group, one, maps)) for group in one.groups]
    columns = {name for group, its in found for name in group.columns(its)}
    ties: set[str] = set()
    if any(group.is_picked for group in one.groups):
        ties = {column.name for column in one.base.schema.columns} - columns
    hits = None
    if one.column is not None:
        numbers = {its.hit for _, its in found if its.hit is not None}
        mapped = map_of(one.groups[0], maps)
        every = len(numbers) == len(mapped.lists)
        ranked = one.column in ties
        hits = Hits(mapped.name, one.column, tuple(sorted(numbers)), every, ranked)
        ties -= {one.column}
    return Keep(name, one.base, tuple(sorted(columns | ties)), hits, within)
