"""How a list of more than 1,000 values is looked through where we may make no table.

Written out, ``(code IN (…) OR code IN (…))``, or packed (``written``), as rows to look
among. It is decided here and nowhere else:

- **Written out** where the engine takes that well (``Within.longest_in``): its planner
  knows how many values there are, and an index on the column may find the rows. Oracle's
  IN has 1,000 at most, so there are several; of PostgreSQL's one has all.
- **Packed** on DuckDB and Spark, which look among rows in half the time or less, and for
  which several INs are worse still; on SQL Server, which gives up on a long IN (error
  8632), and most of whose drivers have room for 2,100 parameters.
- **Packed** once the statement has no more room for parameters. Lists that cost least are
  written out first, so that most of them are.
- **Both** where rows are tagged with the lists that they are in, several being looked for
  in one reading (``plan.brought.ListMap``): rows are found by what is written out, of all
  these lists, however short; which of them it was only a join tells, with packed rows.

What values are mapped to is joined, and packed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from cohort_dsl.model.nodes import IsIn, Series
from cohort_dsl.model.types import Scalar
from cohort_dsl.plan import needs
from cohort_dsl.plan.brought import CodeList, ListMap
from cohort_dsl.plan.steps import Keep, Plan
from cohort_dsl.sql.dialect import Dialect
from cohort_dsl.sql.statements import Script, Statement, taken
from cohort_dsl.sql.within import Within

Values: TypeAlias = frozenset[Scalar]


def written_out(
    times: Mapping[Values, int], occupied: int, within: Within
) -> frozenset[Values]:
    """The lists to be written out.

    ``times``: how often each takes a parameter for each of its values; ``occupied``: the
    parameters that there are while all are packed.
    """
    if not within.longest_in:
        return frozenset()
    costs = {values: len(values) * many for values, many in times.items()}
    found: set[Values] = set()
    for values in sorted(costs, key=lambda one: costs[one]):
        occupied += costs[values]
        if occupied <= within.parameters:
            found.add(values)
    return frozenset(found)


def chosen(plan: Plan, packed: Script, dialect: Dialect) -> frozenset[Values]:
    """The same of a plan's lists. ``packed``: its script in which all are packed."""
    asked = (packed.question, *packed.event_tables.values())
    times: Counter[Values] = Counter()
    each_place = dialect.within.each_place
    for step in plan.steps:
        if isinstance(step, CodeList):
            places = sum(_mentions(one, step.name) for one in asked)
            times[step.values] += places if each_place else 1
        elif isinstance(step, Keep) and (values := searched_for(plan, step)):
            times[values] += sum(step.name in one.text for one in asked)
    occupied = max(taken(one, dialect) for one in asked)
    return written_out(times, occupied, dialect.within)


def searched_for(plan: Plan, step: Keep) -> Values:
    """All the values by which a pass finds its rows in the warehouse; none elsewhere."""
    if step.hits is None or not plan.read_by(step):
        return frozenset()
    maps = (one for one in plan.steps if one.name == step.hits.map)
    return frozenset().union(
        *(one.values(step.hits.numbers) for one in maps if isinstance(one, ListMap))
    )


def _mentions(asked: Statement, name: str) -> int:
    return len(re.findall(rf'FROM "?{name}\b', asked.text))


def said_once(
    targets: Iterable[Series],
    lists: Collection[Values],
    dialect: Dialect,
    *,
    several: bool,
) -> set[Series]:
    """What becomes a column of its own, lest much be written again and again.

    What several IN look at; and, where ``several`` sets of rows are told apart, whether a
    row is in a long list, for each answer about a set asks that.
    """
    longest = dialect.within.longest_in
    if not dialect.one_statement or not longest:
        return set()
    found: set[Series] = set()
    for node in needs.in_place(targets):
        if isinstance(node, IsIn) and node.values in lists:
            found |= {node.operand} if len(node.values) > longest else set()
            found |= {node} if several else set()
    return found
