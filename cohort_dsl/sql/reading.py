"""Which rows a step reads: all of a table, or what a pass has kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.nodes import Frame
from cohort_dsl.model.types import INT, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.rows import Rows, base
from cohort_dsl.plan.steps import Choose, EventTable, Members, Source, Step
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import LIST, RANK, Worked


@dataclass(frozen=True)
class Looked:
    """Rows that a step looks at.

    ``kept``: the pass that has kept them, if one has; ``hits``: for which of its lists.
    ``several``: sets of rows, to be told from each other.
    """

    base: Frame
    kept: str | None
    hits: tuple[int, ...]
    within: bool
    several: bool = False


def looked(step: Choose | Members | Source | EventTable, rows: Rows) -> Looked:
    """One set of rows."""
    hits = () if rows.hit is None else (rows.hit,)
    kept = step.kept if isinstance(step, Choose | Members) else None
    return Looked(base(rows.frame), kept, hits, step.within_population)


def read(
    bench: Workbench, step: Step, looked: Looked, carried: Sequence[str] = ()
) -> Worked:
    """The rows, with what the step computes on them and these of their columns."""
    wanted = {node.name for node in needs.columns(step.computes())} | set(carried)
    rows, source = _looked_at(bench, looked, wanted)
    types = {column.name: column.type for column in looked.base.schema.columns}
    only_order = ranked(bench, looked)
    kept: dict[str, tuple[Sql, ValueType]] = {
        name: (rows.c[RANK], INT) if name == only_order else (rows.c[name], types[name])
        for name in carried
    }
    if looked.hits and looked.several:
        kept[LIST] = (rows.c[LIST], INT)
    return bench.work_out(step, source, rows.c.patient_id, kept, rows)


def ranked(bench: Workbench, looked: Looked) -> str | None:
    """The column of which only the order is kept among the rows, if there is one."""
    return bench.ranked.get(looked.kept or "")


def _looked_at(
    bench: Workbench, looked: Looked, wanted: set[str]
) -> tuple[sa.FromClause, sa.FromClause]:
    """The rows, and what to select them from."""
    if looked.kept is None:
        found = bench.rows_of(looked.base, wanted, within=looked.within)
        rows = found.alias("rows")
        return rows, bench.narrowed(rows, within=looked.within)
    kept = bench.results[looked.kept]
    if not looked.hits:
        rows = kept.alias("rows")
        return rows, rows
    hits = _of_lists(bench, kept, looked)
    return hits, hits


def _of_lists(bench: Workbench, kept: sa.FromClause, looked: Looked) -> sa.FromClause:
    """Of the rows that were kept for many lists those of some."""
    numbers: list[Sql] = [sa.literal_column(str(n)) for n in looked.hits]
    found = sa.select(kept).where(kept.c[LIST].in_(numbers))
    if len(numbers) == 1:
        found = sa.select(kept).where(kept.c[LIST] == numbers[0])
    if looked.several:
        found = bench.dialect.for_many_answers(found, kept.c.patient_id)
    return found.subquery("rows")


def which(rows: Rows, worked: Worked) -> Sql | None:
    """What tells these rows from those of other sets; None where they are all."""
    found: list[Sql] = [worked[condition] for condition in rows.conditions]
    if rows.hit is not None:  # first, because most rows are of other lists
        found.insert(0, sa.column(LIST) == sa.literal_column(str(rows.hit)))
    return sa.and_(*found) if found else None


def where(found: sa.Select[Any], rows: Rows, worked: Worked) -> sa.Select[Any]:
    """Those for which the conditions of these rows are True."""
    for condition in rows.conditions:
        found = found.where(worked[condition])
    return found
