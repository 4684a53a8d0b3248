"""Where patients go by their number in the population, so that answers can be laid out."""

from __future__ import annotations

from cohort_dsl.model import nodes
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import (
    Aggregate,
    Choose,
    Keep,
    Members,
    Plan,
    Step,
)


def going_by_number(plan: Plan) -> frozenset[str]:
    """The passes over the population's rows, and the steps that read nothing else of rows.

    But not where one of them looks values up, or among values: these lie under ids.
    """
    readers: dict[str, list[Step]] = {
        step.name: []
        for step in plan.steps
        if isinstance(step, Keep) and step.within_population
    }
    for step in plan.steps:
        if isinstance(step, Aggregate | Choose | Members) and step.kept in readers:
            readers[step.kept].append(step)
    fit = {kept: its for kept, its in readers.items() if not any(map(_needs_ids, its))}
    return frozenset([*fit, *(step.name for its in fit.values() for step in its)])


def _needs_ids(step: Step) -> bool:
    below = needs.in_place(step.computes())
    return isinstance(step, Members) or any(
        isinstance(node, nodes.IsInSeries) or isinstance(needs.origin(node), nodes.AsOf)
        for node in below
    )
