"""What each step of a plan is for: the population, or the answers that it feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cohort_dsl.model import nodes
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Frame, Series
from cohort_dsl.plan import needs
from cohort_dsl.plan.brought import CodeList, ValueMap
from cohort_dsl.plan.rows import base
from cohort_dsl.plan.steps import (
    Aggregate,
    Assembly,
    Choose,
    Columns,
    EventTable,
    Inline,
    Keep,
    Make,
    Members,
    Plan,
    Population,
    Step,
    is_within,
)
from cohort_dsl.plan.tallies import (
    Counts,
    Family,
    Fold,
    Spread,
    SpreadEach,
    Tally,
    TallyEach,
)

THE_POPULATION = "the population"
"""Beside the names of variables and measures, none of which has a space."""


def purposes(plan: Plan, measures: Measures | None = None) -> Mapping[str, tuple[str, ...]]:
    """By step: whom it serves, in the order of the question.

    ``the population``; the names of variables, or of measures where the plan is of these;
    ``event table`` and its name. None for the step that gives the whole answer.
    """
    reads = _Reads(plan)
    every = [*plan.steps, *plan.event_tables.values()]
    found: dict[str, set[str]] = {step.name: set() for step in every}
    for name, purpose in _first(plan, reads, measures):
        found[name].add(purpose)
    for step in reversed(every):
        for name in reads.of_step(step):
            found[name] |= found[step.name]
    order = {purpose: n for n, purpose in enumerate(_in_order(plan, measures))}
    return {name: tuple(sorted(its, key=order.__getitem__)) for name, its in found.items()}


def _first(
    plan: Plan, reads: _Reads, measures: Measures | None
) -> Iterator[tuple[str, str]]:
    """The steps that a purpose names first; those that they read follow."""
    yield plan.population.name, THE_POPULATION
    for name, event_table in plan.event_tables.items():
        yield event_table.name, f"event table {name}"
    if measures is None:
        for name, series in plan.query.variables.items():
            yield from ((step, name) for step in reads.of_series([series]))
        return
    named = {family.name: measures_of(family, measures) for family in families(plan)}
    for step in plan.steps:
        if isinstance(step, Tally | TallyEach):
            yield from ((step.name, name) for name in named[step.family])


def families(plan: Plan) -> Sequence[Family]:
    """The families of measures that the plan counts."""
    return [f for step in plan.steps if isinstance(step, Counts) for f in step.families]


def measures_of(family: Family, measures: Measures) -> list[str]:
    """The names of the measures of which it counts anything."""
    numbers = dict.fromkeys((*family.measures, *family.counts))
    return [measures.measures[number].name for number in numbers]


def _in_order(plan: Plan, measures: Measures | None) -> Iterator[str]:
    yield THE_POPULATION
    if measures is None:
        yield from plan.query.variables
    else:
        yield from (measure.name for measure in measures.measures)
    yield from (f"event table {name}" for name in plan.event_tables)


class _Reads:
    """Which steps' results a step or a series reads."""

    def __init__(self, plan: Plan) -> None:
        self.givens = plan.givens
        self.gathered = plan.gathered
        self.made: dict[Frame, str] = {}
        self.lists: dict[object, str] = {}
        self.maps: dict[Series, str] = {}
        for step in plan.steps:
            if isinstance(step, Make):
                self.made[step.frame] = step.name
            elif isinstance(step, Inline):
                self.made[step.table] = step.name
            elif isinstance(step, CodeList):
                self.lists[step.values] = step.name
            elif isinstance(step, ValueMap):
                self.maps |= dict.fromkeys(step.maps, step.name)

    def of_series(self, roots: Iterable[Series]) -> Iterator[str]:
        for node in needs.in_place(roots):
            source = needs.origin(node)
            if node in self.givens:
                yield self.givens[node].step
            elif isinstance(source, nodes.AsOf):
                yield self.made[source]
            elif node in self.maps:
                yield self.maps[node]
            elif isinstance(node, nodes.IsIn) and node.values in self.lists:
                yield self.lists[node.values]

    def of_step(self, step: Step) -> Iterator[str]:
        """Not what all variables, or all intervals, read: each names its own."""
        if isinstance(step, Assembly | Spread | SpreadEach | Fold):
            return
        yield from self.of_series(step.computes())
        if isinstance(step, Aggregate | Choose | TallyEach) and step.times is not None:
            yield step.times
        yield from (self.made[frame] for frame in _frames(step) if frame in self.made)
        read = ((table, is_within(step)) for table in step.scans())
        yield from (self.gathered[one] for one in read if one in self.gathered)
        if isinstance(step, Keep) and step.hits is not None:
            yield step.hits.map
        elif isinstance(step, Aggregate | Choose | Members) and step.kept is not None:
            yield step.kept
        elif isinstance(step, Population):
            yield from step.steps
        elif isinstance(step, Tally | TallyEach):
            yield step.spread


def _frames(step: Step) -> Iterator[Frame]:
    """Where the rows that it reads come from."""
    if isinstance(step, Keep | Aggregate):
        yield step.rows
    elif isinstance(step, Columns):
        yield step.table
    elif isinstance(step, Choose):
        yield base(step.pick)
    elif isinstance(step, Members | EventTable):
        yield base(step.rows.frame)
    elif isinstance(step, Make):
        yield from (base(source.rows.frame) for source in step.sources)
