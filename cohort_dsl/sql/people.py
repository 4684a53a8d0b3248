"""Who is in the population."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.types import INT
from cohort_dsl.plan.steps import Columns, Population
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import NUMBER


def population(bench: Workbench, step: Population) -> None:
    """The patients for whom the condition is True; numbered, if they are to be."""
    everyone = _everyone(bench, step).subquery("everyone")
    worked = bench.work_out(step, everyone, everyone.c.patient_id, {})
    patient: Sql = sa.column("patient_id")
    found = sa.select(patient).select_from(worked.rows).where(worked[step.condition])
    if bench.lays_out:
        order = bench.dialect.ascending(patient)
        number = sa.func.row_number().over(order_by=order) - sa.literal_column("1")
        bench.leave(step.name, found.add_columns(number.label(NUMBER)), {NUMBER: INT})
    else:
        bench.leave(step.name, found, {})


def _everyone(bench: Workbench, step: Population) -> sa.Select[Any]:
    """The patients of the population's tables, each once."""
    read = [bench.table(table.name, (), within=False) for table in step.tables]
    sources = read + [bench.results[name] for name in step.steps]
    if not sources:
        nobody = sa.cast(sa.null(), bench.terms.column_type(bench.catalog.patient_id))
        return sa.select(nobody.label("patient_id")).where(sa.false())
    ids = [
        sa.select(source.c.patient_id).where(source.c.patient_id.is_not(sa.null()))
        for source in sources
    ]
    # A union drops doubles, but one select alone is no union.
    each_once = sa.union(*ids) if len(ids) > 1 else ids[0]
    if len(ids) == 1 and not _has_each_once(bench, step):
        each_once = ids[0].distinct()
    return _counting(bench, each_once.subquery("mentioned"))


def _has_each_once(bench: Workbench, step: Population) -> bool:
    """Are its patients those of a table of one row a patient, read before?"""
    before = {one.name: one for one in bench.plan.steps}
    return all(isinstance(before[n], Columns) for n in step.steps) and not step.tables


def _counting(bench: Workbench, mentioned: sa.FromClause) -> sa.Select[Any]:
    """Of these the ones who count as patients here."""
    found = bench.without_left_out(mentioned)
    if bench.catalog.people is None:
        return found
    people = bench.catalog.people.alias("people")
    both = mentioned.join(people, people.c.patient_id == mentioned.c.patient_id)
    return found.select_from(both)
