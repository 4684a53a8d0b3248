"""From the steps of a plan to a script for one engine.

Each step leaves its result in a temporary table, filled by one statement or, where
expressions go very deep, by several. Constants travel as bound parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.plan import needs
from cohort_dsl.plan.brought import CodeList, ListMap, Times, ValueMap
from cohort_dsl.plan.steps import (
    Aggregate,
    Assembly,
    Choose,
    Columns,
    EventTable,
    Gather,
    Inline,
    Keep,
    Make,
    Members,
    Output,
    Plan,
    Population,
    Step,
)
from cohort_dsl.plan.tallies import (
    Counts,
    Fold,
    Spread,
    SpreadEach,
    Tally,
    TallyEach,
)
from cohort_dsl.sql import (
    answering,
    gathering,
    keeping,
    long_lists,
    made,
    people,
    picking,
    uploads,
)
from cohort_dsl.sql.catalog import Catalog
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.long_lists import Values
from cohort_dsl.sql.reading import looked, read, where
from cohort_dsl.sql.statements import Script
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import Worked


def script(plan: Plan, dialect: Dialect, catalog: Catalog) -> Script:
    """The script that answers the plan's question.

    The answer has patient_id and the variables in their order, sorted by patient_id; of
    measures, their counts in no order, with the columns that ``counting`` says.
    WarehouseError where the catalog lacks a table or column that the question mentions.
    """
    catalog.demand(plan.query.tables())
    told = _told(plan, dialect, catalog)
    if dialect.one_statement and (some := long_lists.chosen(plan, told, dialect)):
        return _told(plan, dialect, catalog, some)
    return told


def _told(
    plan: Plan, dialect: Dialect, catalog: Catalog, written_out: Collection[Values] = ()
) -> Script:
    bench = Workbench(plan, dialect, catalog, written_out)
    *before, last = plan.steps
    for step in before:
        STEPS[type(step)](bench, step)
    return ENDS[type(last)](bench, last)


def _counts(bench: Workbench, step: Counts) -> Script:
    return bench.draft.script(bench.counting.answer(step))


def _assembly(bench: Workbench, step: Assembly) -> Script:
    question = _question(bench, step)
    events = {name: _events(bench, one) for name, one in bench.plan.event_tables.items()}
    return bench.draft.script(question, events)


def _question(bench: Workbench, step: Assembly) -> sa.Select[Any]:
    worked = bench.laid_out(step) if bench.lays_out else _joined(bench, step)
    variables = [_answered(bench, output, worked) for output in step.variables]
    found = sa.select(bench.patient, *variables).select_from(worked.rows)
    if bench.lays_out and not _joins(bench, step):
        return found  # the warehouse reads what is laid out in its order
    return bench.by_patient(found)


def _joined(bench: Workbench, step: Assembly) -> Worked:
    population = bench.population.alias("population")
    return bench.work_out(step, population, population.c.patient_id, {})


def _joins(bench: Workbench, step: Assembly) -> bool:
    """Is anything looked up in other tables for it?"""
    return any(
        isinstance(node, nodes.IsInSeries)
        or needs.is_long_map(node)
        or (isinstance(node, nodes.IsIn) and node.values in bench.lists)
        for node in needs.in_place(step.computes())
    )


def _events(bench: Workbench, step: EventTable) -> sa.Select[Any]:
    """The rows, sorted by all their columns in order."""
    worked = read(bench, step, looked(step, step.rows))
    columns = [_answered(bench, output, worked) for output in step.outputs]
    found = sa.select(bench.patient, *columns).select_from(worked.rows)
    rows = where(found, step.rows, worked).subquery("rows")
    order = [bench.dialect.ascending(column) for column in rows.c]
    return sa.select(rows).order_by(*order)


def _answered(bench: Workbench, output: Output, worked: Worked) -> Sql:
    kind = output.node.type
    stored = bench.terms.stored(worked[output.node], kind)
    return sa.cast(stored, bench.terms.column_type(kind)).label(output.name)


def _spread(bench: Workbench, step: Spread) -> None:
    bench.sides.put(step, bench.population)


def _spread_each(bench: Workbench, step: SpreadEach) -> None:
    bench.sides.put_each(step, bench.population)


def _fold(bench: Workbench, step: Fold) -> None:
    bench.sides.fold(step, bench.population)


def _tally(bench: Workbench, step: Tally | TallyEach) -> None:
    bench.counting.tally(step)


Doing: TypeAlias = Callable[[Workbench, Any], None]
Asking: TypeAlias = Callable[[Workbench, Any], Script]

# How each step leaves its result.
STEPS: Mapping[type[Step], Doing] = MappingProxyType(
    {
        CodeList: uploads.code_list,
        ValueMap: uploads.value_map,
        ListMap: uploads.list_map,
        Times: uploads.times,
        Inline: uploads.inline,
        Gather: gathering.gather,
        Keep: keeping.keep,
        Make: made.make,
        Columns: answering.columns,
        Aggregate: answering.aggregate,
        Choose: picking.choose,
        Members: answering.members,
        Population: people.population,
        Spread: _spread,
        SpreadEach: _spread_each,
        Fold: _fold,
        Tally: _tally,
        TallyEach: _tally,
    }
)
# How a plan's last step asks for what the others have left.
ENDS: Mapping[type[Step], Asking] = MappingProxyType({Assembly: _assembly, Counts: _counts})
