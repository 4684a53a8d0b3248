"""The same question in words that cost less. Every pass here changes no answer."""

from __future__ import annotations

from dataclasses import replace

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import (
    Exists,
    Filter,
    Node,
    Pick,
    Position,
    SelectColumn,
    Series,
    rows_of,
)
from cohort_dsl.model.query import Query
from cohort_dsl.model.replacing import Put, named, rebuilt, replaced, series
from cohort_dsl.model.types import INT
from cohort_dsl.plan.elapsed import as_dates
from cohort_dsl.plan.needs import is_cell
from cohort_dsl.plan.rows import base, conditions, sort_keys


def cheaper(query: Query) -> Query:
    """The question with every pass applied."""
    return _dates_for_elapsed_time(_extremes_for_picks(query))


def _with(query: Query, put: Put) -> Query:
    return replace(
        query,
        population=series(put, query.population),
        variables=named(put, query.variables),
        event_tables={name: named(put, one) for name, one in query.event_tables.items()},
    )


# Ages are compared as dates of birth --------------------------------------------------


def _dates_for_elapsed_time(query: Query) -> Query:
    """A difference that is compared with a number needs not be worked out."""

    def new(node: Node, put: Put) -> Node | None:
        return as_dates(rebuilt(node, put))

    return _with(query, replaced(query.roots(), new))


# The date of the first or last row is the smallest or largest date ------------------


def _extremes_for_picks(query: Query) -> Query:
    """A pick that is asked only for what it's sorted by needs no row to be picked.

    Aggregates of many sets of rows share a step, picks have one each.
    """
    found = _only_keys(query)
    if not found:
        return query

    def new(node: Node, put: Put) -> Node | None:
        if isinstance(node, SelectColumn | Exists) and node.source in found:
            pick = put.get(node.source, node.source)
            assert isinstance(pick, Pick)
            rows = rows_of(pick.source)
            if isinstance(node, Exists):
                return Exists(rows)
            return _extreme(pick, SelectColumn(rows, node.name))
        return None

    return _with(query, replaced(query.roots(), new))


def _only_keys(query: Query) -> set[Node]:
    """The first and last rows of which nothing is asked but their first sort key."""
    every: set[Node] = set()
    others: set[Node] = set()
    for node in query.nodes():
        for part in node.parts():
            if isinstance(part, Pick):
                every.add(part)
                only_key = isinstance(node, Exists) or _is_key(node, part)
                if part.number > 1 or not only_key:
                    others.add(part)
    return every - others


def _is_key(node: Node, pick: Pick) -> bool:
    key = sort_keys(pick.source)[0]
    if not isinstance(node, SelectColumn) or not is_cell(key):
        return False
    return node.name == key.name and node.type.is_ordered


def _extreme(pick: Pick, key: SelectColumn) -> Series:
    """NULL sorts first: the last row has a value if any has, the first one if all have."""
    if pick.position is Position.LAST:
        return nodes.Maximum(key)
    if _is_known(pick, key):
        return nodes.Minimum(key)
    missing = nodes.Count(Filter(rows_of(pick.source), nodes.IsNull(key)))
    some = nodes.Less(nodes.Value(0, INT), missing)
    return nodes.Case(((some, nodes.Null(key.type)),), nodes.Minimum(key))


def _is_known(pick: Pick, key: SelectColumn) -> bool:
    """Is the key compared in one of the rows' conditions, so that it isn't NULL?"""
    compared = (nodes.Less, nodes.LessOrEqual, nodes.Equal)
    found = [c for c in conditions(pick.source) if isinstance(c, compared)]
    return any(_is_same(side, key) for c in found for side in (c.left, c.right))


def _is_same(one: Series, key: SelectColumn) -> bool:
    """Is it the same column of the same rows, filtered or not?"""
    if not isinstance(one, SelectColumn) or one.frame is None:
        return False
    return one.name == key.name and base(one.source) == base(key.source)
