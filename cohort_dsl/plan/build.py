"""From a question to steps: the population first, then one step for each set of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from types import MappingProxyType

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Pick, Series, Table, walk
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.needs import Origin
from cohort_dsl.plan.steps import (
    Aggregate,
    Assembly,
    Choose,
    CodeList,
    Columns,
    Given,
    Members,
    Output,
    Plan,
    Population,
    Step,
)

# Oracle's IN takes 1,000 values at most; everywhere long lists are faster as tables.
LONGEST_LIST = 1000


@dataclass
class _Group:
    """Leaves that one step answers. ``level``: 1 for those that need no other step."""

    origin: Origin
    level: int
    early: bool
    leaves: list[Series] = field(default_factory=list)


def build(
    query: Query,
    everyone: Collection[str] = (),
    longest_list: int = LONGEST_LIST,
) -> Plan:
    """The steps that answer the question.

    ``everyone``: tables that hold every patient of the warehouse, so that where the
    population mentions one of them, no other table need be read for who there is.
    """
    name = _namer()
    lists = [CodeList(name("list"), *found) for found in _long_lists(query, longest_list)]
    groups = _grouped(query)
    made = [(group, _step(group, name)) for group in groups if group.early]
    early = [step for _, step in made]
    population = _population(query, early, everyone, name("population"))
    made += [(group, _step(group, name)) for group in groups if not group.early]
    late = [step for group, step in made if not group.early]
    variables = tuple(Output(n, node) for n, node in query.variables.items())
    cohort = Assembly(name("cohort"), variables)
    return Plan(
        query,
        (*lists, *early, population, *late, cohort),
        MappingProxyType(_givens(made)),
        MappingProxyType({codes.values: codes.name for codes in lists}),
    )


def _namer() -> Callable[[str], str]:
    counter = iter(range(1, 1_000_000))
    return lambda kind: f"step_{next(counter)}_{kind}"


# Which leaves go together --------------------------------------------------------


def _grouped(query: Query) -> list[_Group]:
    """The leaves by what they read, those of the population first, then by level.

    A variable's leaf joins a step of the population's if it needs nothing that is
    found out only later. Leaves over the same rows go apart only where one needs the other.
    The population's nodes come first in ``query.nodes()``, so its groups are there in time.
    """
    early = needs.closure([query.population])
    wanted = early | needs.closure(query.variables.values())
    levels: dict[Series, int] = {}
    groups: dict[tuple[Origin, int, bool], _Group] = {}
    for leaf in (n for n in query.nodes() if isinstance(n, Series) and n in wanted):
        below = needs.leaves(needs.inputs(leaf))
        levels[leaf] = level = 1 + max((levels[b] for b in below), default=0)
        source = needs.origin(leaf)
        assert source is not None
        joins = (source, level, True) in groups and all(b in early for b in below)
        is_early = leaf in early or joins
        key = (source, level, is_early)
        groups.setdefault(key, _Group(*key)).leaves.append(leaf)
    return sorted(groups.values(), key=lambda g: (not g.early, g.level))


# One step for each group -----------------------------------------------------------


def _step(group: _Group, name: Callable[[str], str]) -> Step:
    source = group.origin
    within = not group.early
    if isinstance(source, Series):
        return Members(name("members"), source, within)
    if isinstance(source, Pick):
        return Choose(name("pick"), _columns(group), within, source)
    if isinstance(source, Table) and source.one_row_per_patient:
        return Columns(name("columns"), _columns(group), within, source.table)
    answers = [leaf for leaf in group.leaves if not isinstance(leaf, nodes.Exists)]
    outputs = tuple(Output(f"a{n}", leaf) for n, leaf in enumerate(answers, start=1))
    return Aggregate(name("rows"), outputs, within, source)


def _columns(group: _Group) -> tuple[Output, ...]:
    """One output for each column, in the order asked; whether a row is there needs none."""
    asked = [leaf for leaf in group.leaves if isinstance(leaf, nodes.SelectColumn)]
    return tuple(Output(leaf.name, leaf) for leaf in asked)


def _givens(made: Iterable[tuple[_Group, Step]]) -> dict[Series, Given]:
    found: dict[Series, Given] = {}
    for group, step in made:
        columns = {output.node: output.name for output in getattr(step, "outputs", ())}
        found |= {leaf: Given(step.name, columns.get(leaf)) for leaf in group.leaves}
    return found


def _population(
    query: Query, early: Iterable[Step], everyone: Collection[str], name: str
) -> Population:
    mentioned = {
        n.table.name: n.table for n in walk([query.population]) if isinstance(n, Table)
    }
    complete = sorted(mentioned.keys() & set(everyone))[:1]
    needed = {table: mentioned[table] for table in complete or sorted(mentioned)}
    read = {table: step.name for step in early if (table := _all_rows_of(step)) in needed}
    tables = tuple(schema for table, schema in needed.items() if table not in read)
    return Population(name, query.population, tables, tuple(sorted(read.values())))


def _all_rows_of(step: Step) -> str | None:
    """The table all of whose patients are in the step's result, if there is one."""
    if isinstance(step, Columns):
        return step.table.name
    if isinstance(step, Aggregate) and isinstance(step.rows, Table):
        return step.rows.table.name
    return None


def _long_lists(query: Query, longest: int) -> list[tuple[frozenset[Scalar], ValueType]]:
    found = {
        node.values: node.operand.type
        for node in query.nodes()
        if isinstance(node, nodes.IsIn) and len(node.values) > longest
    }
    return list(found.items())
