"""Among whose patients the population is looked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cohort_dsl.model.nodes import Frame, Table
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import TableSchema
from cohort_dsl.plan.steps import (
    Aggregate,
    Columns,
    Inline,
    Keep,
    Population,
    Step,
)


def population(
    query: Query,
    mentioned: Mapping[str, TableSchema],
    early: Sequence[Step],
    everyone: Collection[str],
    name: str,
) -> Population:
    """The step that finds it. ``mentioned``: the tables with its patients, by name.

    ``early``: the steps before; ``everyone``: tables that hold every patient.
    """
    complete = sorted(mentioned.keys() & set(everyone))[:1]
    needed = {table: mentioned[table] for table in complete or sorted(mentioned)}
    read = {table: step.name for step in early if (table := _all_rows_of(step)) in needed}
    tables = tuple(schema for table, schema in needed.items() if table not in read)
    given = [step.name for step in early if isinstance(step, Inline) and not complete]
    steps = tuple(sorted([*read.values(), *given]))
    return Population(name, query.population, tables, steps)


def _all_rows_of(step: Step) -> str | None:
    """The table all of whose patients are in the step's result, if there is one."""
    if isinstance(step, Columns):
        return _name(step.table)
    if isinstance(step, Keep) and step.hits is None:
        return _name(step.rows)
    if isinstance(step, Aggregate) and step.kept is None:
        filtered = len(step.parts) == 1 and step.parts[0].rows.conditions
        return None if filtered else _name(step.rows)
    return None


def _name(rows: Frame) -> str | None:
    return rows.table.name if isinstance(rows, Table) else None
