"""Rows made of other rows: of several frames, episodes of dates, what holds on a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Pick, Series
from cohort_dsl.model.types import DATE, ValueType
from cohort_dsl.plan.steps import Make, Source
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.picking import picked
from cohort_dsl.sql.reading import looked, read, where
from cohort_dsl.sql.terms import Terms
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import DAY, OWNER, PLACE, looked_up

# From when to when a looked-up row holds. No table's column begins with _.
START, END = "_start", "_end"


def make(bench: Workbench, step: Make) -> None:
    """The frame's rows; of a look-up the one that holds, by owner and day."""
    frame = step.frame
    types = {column.name: column.type for column in frame.schema.columns}
    ids = bench.catalog.patient_id
    if isinstance(frame, nodes.AsOf):
        kept = {looked_up(name): types[name] for name in step.columns}
        found = {OWNER: ids, DAY: DATE} | kept
        bench.joined[frame] = bench.draft.kept(step.name, _rows(bench, step), found)
    else:
        kept = {"patient_id": ids} | {name: types[name] for name in step.columns}
        bench.made[frame] = bench.draft.kept(step.name, _rows(bench, step), kept)


def _rows(bench: Workbench, step: Make) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    frame = step.frame
    if isinstance(frame, nodes.Union):
        return sa.union_all(*(_source(bench, one, step.columns) for one in step.sources))
    if isinstance(frame, nodes.Episodes):
        [source] = step.sources
        dated = _source(bench, source, (), {"day": frame.source})
        return _episodes(dated, frame.gap_days, step.columns, bench.dialect)
    assert isinstance(frame, nodes.AsOf)
    asking, asked = step.sources
    types = {column.name: column.type for column in frame.schema.columns}
    days = _source(bench, asking, (), {DAY: frame.at})
    ends = {START: frame.start, END: frame.end}
    there = _source(bench, asked, sorted(types), ends)
    return _held(days, there, types, step.columns, bench.terms)


def _source(
    bench: Workbench,
    source: Source,
    columns: Sequence[str],
    series: Mapping[str, Series] | None = None,
) -> sa.Select[Any]:
    """The source's rows: these columns, and what is worked out on them."""
    rows = looked(source, source.rows)
    if isinstance(source.frame, Pick):
        return picked(bench, source, source.frame, rows, columns)
    worked = read(bench, source, rows, carried=columns)
    types = {column.name: column.type for column in source.frame.schema.columns}
    named: list[Sql] = [
        sa.column(name, bench.terms.column_type(types[name])) for name in columns
    ]
    found: list[Sql] = [
        bench.terms.stored(worked[one], one.type).label(name)
        for name, one in (series or {}).items()
    ]
    every = sa.select(bench.patient, *named, *found).select_from(worked.rows)
    return where(every, source.rows, worked)


def _episodes(
    dated: sa.Select[Any], gap_days: int, columns: Sequence[str], dialect: Dialect
) -> sa.Select[Any]:
    """A row for each run of dates. ``dated``: rows of patient_id and ``day``.

    A row whose date lies too far beyond the one before begins a run; how many have begun
    up to a row is its run's number. Rows of one date count as one there, for RANGE is how
    windows are cut: which of them begins a run makes no difference.
    """
    known = dated.subquery("dated")
    before = sa.func.lag(known.c.day, type_=known.c.day.type).over(
        partition_by=known.c.patient_id, order_by=known.c.day
    )
    there = known.c.day.is_not(sa.null())
    beside = sa.select(known, before.label("before")).where(there).subquery("beside")
    gap = dialect.days_between(beside.c.before, beside.c.day)
    near = gap <= sa.cast(sa.bindparam(None, gap_days, sa.BigInteger()), sa.BigInteger())
    begins = sa.case((near, sa.literal_column("0")), else_=sa.literal_column("1"))
    told = sa.select(beside, begins.label("begins")).subquery("told")
    run = sa.func.sum(told.c.begins).over(
        partition_by=told.c.patient_id, order_by=told.c.day
    )
    numbered = sa.select(told.c.patient_id, told.c.day, run.label("run")).subquery("runs")
    answers = {
        "start_date": sa.func.min(numbered.c.day),
        "end_date": sa.func.max(numbered.c.day),
        "event_count": sa.cast(sa.func.count(), sa.BigInteger()),
    }
    found = sa.select(numbered.c.patient_id, *(answers[n].label(n) for n in columns))
    return found.group_by(numbered.c.patient_id, numbered.c.run)


def _held(
    days: sa.Select[Any],
    rows: sa.Select[Any],
    types: Mapping[str, ValueType],
    columns: Sequence[str],
    terms: Terms,
) -> sa.Select[Any]:
    """The row that holds on each patient's days. ``rows``: with ``START`` and ``END``.

    Of several the latest start, and of those the last by all columns by name.
    """
    asked = _days(days).subquery("asked")
    there = rows.subquery("there")
    still = sa.or_(there.c[END].is_(sa.null()), asked.c[DAY] <= there.c[END])
    holds = sa.and_(
        there.c.patient_id == asked.c.patient_id, there.c[START] <= asked.c[DAY], still
    )
    last = terms.dialect.descending
    keys: list[Sql] = [last(there.c[START]), *(last(there.c[n]) for n in sorted(types))]
    place = sa.func.row_number().over(
        partition_by=[asked.c.patient_id, asked.c[DAY]], order_by=keys
    )
    named = [there.c[name] for name in columns]
    both = sa.select(asked.c.patient_id, asked.c[DAY], *named, place.label(PLACE))
    ranked = both.select_from(asked.join(there, holds)).subquery("ranked")
    found = sa.select(
        ranked.c.patient_id.label(OWNER),
        ranked.c[DAY],
        *(ranked.c[name].label(looked_up(name)) for name in columns),
    )
    return found.where(ranked.c[PLACE] == sa.literal_column("1"))


def _days(days: sa.Select[Any]) -> sa.Select[Any]:
    """Each patient's different days."""
    known = days.subquery("days")
    return sa.select(known).where(known.c[DAY].is_not(sa.null())).distinct()
