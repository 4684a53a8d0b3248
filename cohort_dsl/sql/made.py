"""Rows made of other rows: episodes of dates, and what holds on a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.types import ValueType
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.expressions import Terms
from cohort_dsl.sql.working import DAY, OWNER, PLACE, looked_up

# From when to when a looked-up row holds. No table's column begins with _.
START, END = "_start", "_end"


def episodes(
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


def held(
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
