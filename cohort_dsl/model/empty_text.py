"""A question as engines understand it for which a text without characters is NULL.

Oracle is one. There a table holds no such text, so the question has none either: where it
stood there is NULL, and of lists of values to look for it is left out. What remains means
the same on every engine, and the referee can be asked it, too.
"""

from __future__ import annotations

from dataclasses import replace

from cohort_dsl.model.measures import Measure
from cohort_dsl.model.nodes import (
    Case,
    ContainsAny,
    InlineTable,
    IsIn,
    IsNull,
    MapValues,
    Node,
    Null,
    Prefix,
    Series,
    Value,
)
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.replacing import Put, named, rebuilt, replaced, series
from cohort_dsl.model.types import Scalar


def without_empty_text(asked: Question) -> Question:
    """The same question, in which no text is empty."""
    put = replaced(asked.roots(), _new)
    if not put:
        return asked
    if isinstance(asked, Query):
        return _query(put, asked)
    return replace(asked, measures=tuple(_measure(put, one) for one in asked.measures))


def _query(put: Put, query: Query) -> Query:
    return replace(
        query,
        population=series(put, query.population),
        variables=named(put, query.variables),
        event_tables={name: named(put, one) for name, one in query.event_tables.items()},
    )


def _measure(put: Put, measure: Measure) -> Measure:
    return replace(
        measure,
        numerator=series(put, measure.numerator),
        denominator=series(put, measure.denominator),
        group_by=named(put, measure.group_by),
    )


def _new(node: Node, put: Put) -> Node | None:
    """What takes a node's place; None where it says nothing of empty texts itself."""
    if isinstance(node, Value) and node.value == "":
        return Null(node.type)
    if isinstance(node, Prefix) and node.length == 0:
        return _always(Null(node.type), of=put.get(node.operand, node.operand))
    if isinstance(node, IsIn) and "" in node.values:
        return rebuilt(IsIn(node.operand, node.values - {""}), put)
    if isinstance(node, ContainsAny) and "" in node.parts_sought:
        return rebuilt(ContainsAny(node.operand, node.parts_sought - {""}), put)
    if isinstance(node, MapValues):
        return _mapped(node, put)
    if isinstance(node, InlineTable):
        return _held(node)
    return None


def _mapped(node: MapValues, put: Put) -> Node | None:
    """No value is equal to an empty text; a map of nothing else gives its default."""
    pairs = tuple((key, _told(value)) for key, value in node.pairs if key != "")
    if pairs == node.pairs:
        return None
    if not pairs:
        default = put.get(node.default, node.default)
        return _always(default, of=put.get(node.operand, node.operand))
    return rebuilt(MapValues(node.operand, pairs, node.default), put)


def _always(one: Node, of: Node) -> Node:
    """The same whatever the other is, but of the same rows."""
    assert isinstance(one, Series)
    assert isinstance(of, Series)
    return Case(((IsNull(of), one),), one)


def _held(table: InlineTable) -> Node | None:
    """Rows that come with the question, as a table there would hold them."""
    cells = tuple((row[0], *map(_told, row[1:])) for row in table.cells)
    return None if cells == table.cells else InlineTable(table.table, cells)


def _told(value: Scalar | None) -> Scalar | None:
    return None if value == "" else value
