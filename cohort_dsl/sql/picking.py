"""The row that is picked of a patient's sorted rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.nodes import Pick, Position
from cohort_dsl.model.types import INT
from cohort_dsl.plan.steps import Choose, Source
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.reading import Looked, looked, ranked, read, where
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import INTERVAL, PLACE


def choose(bench: Workbench, step: Choose) -> None:
    """The asked columns of each patient's picked row."""
    wanted = [output.name for output in step.outputs]
    types = {one.name: one.node.type for one in step.outputs}
    if step.times is not None:
        wanted, types = [INTERVAL, *wanted], {INTERVAL: INT} | types
    only = picked(bench, step, step.pick, looked(step, step.rows), wanted)
    bench.leave(step.name, only, types)


def picked(
    bench: Workbench,
    step: Choose | Source,
    pick: Pick,
    looked: Looked,
    wanted: Sequence[str],
) -> sa.Select[Any]:
    """The picked rows' columns."""
    types = {column.name: column.type for column in pick.schema.columns}
    types |= {name: INT for name in types if name == ranked(bench, looked)}
    every = sorted(types)
    worked = read(bench, step, looked, carried=every)
    keys = [bench.terms.stored(worked[key], key.type) for key in step.rows.keys] + [
        sa.column(name, bench.terms.column_type(types[name])) for name in every
    ]
    owner = ["patient_id", INTERVAL] if INTERVAL in wanted else ["patient_id"]
    place = _place(bench, pick, keys, owner)
    patient: Sql = sa.column("patient_id")
    named: list[sa.ColumnClause[Any]] = [sa.column(name) for name in wanted]
    numbered = sa.select(patient, *named, place.label(PLACE))
    kept = where(numbered.select_from(worked.rows), step.rows, worked).subquery("ranked")
    found = sa.select(kept.c.patient_id, *(kept.c[name] for name in wanted))
    number: Sql = sa.literal_column(str(pick.number))
    return found.where(kept.c[PLACE] == number)


def _place(bench: Workbench, pick: Pick, keys: Sequence[Sql], owner: Sequence[str]) -> Sql:
    """A row's place among its owner's, as they are sorted by the keys."""
    first = pick.position is Position.FIRST
    order = bench.dialect.ascending if first else bench.dialect.descending
    return sa.func.row_number().over(
        partition_by=[sa.column(name) for name in owner],
        order_by=[order(key) for key in keys],
    )
