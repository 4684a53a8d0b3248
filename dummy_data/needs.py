"""What a query mentions: the tables, and for each column the values that matter to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Node, Series
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import Scalar, TableSchema


@dataclass(frozen=True)
class Needs:
    """Tables by name; the values mentioned, by (table, column), sorted."""

    tables: Mapping[str, TableSchema]
    mentioned: Mapping[tuple[str, str], tuple[Scalar, ...]]
    frames: tuple[Frame, ...]
    """The many-rows frames that variables look at, so that dummy patients have some."""
    ids: tuple[int | str, ...] = ()
    """The patients whose rows come with the question."""


def of(query: Query) -> Needs:
    """Everything that dummy patients should know of this query."""
    found: defaultdict[tuple[str, str], set[Scalar]] = defaultdict(set)
    for node in query.nodes():
        for column, values in _mentions(node):
            for below in nodes.tables_below(column.source):
                found[below.table.name, column.name] |= set(values)
    return Needs(
        {schema.name: schema for schema in query.tables()},
        {key: tuple(sorted(values, key=_order)) for key, values in sorted(found.items())},
        tuple(dict.fromkeys(_frames(query))),
        ids(query),
    )


def ids(question: Question) -> tuple[int | str, ...]:
    given = (n for n in question.nodes() if isinstance(n, nodes.InlineTable))
    return tuple(sorted({patient for table in given for patient in table.patients()}))


def _order(value: Scalar) -> tuple[str, Any]:
    return (type(value).__name__, value)


def _mentions(node: Node) -> Iterator[tuple[nodes.SelectColumn, frozenset[Scalar]]]:
    if isinstance(node, nodes.IsIn):
        whole = node.operand
        found = whole.operand if isinstance(whole, nodes.Prefix) else whole
        if isinstance(found, nodes.SelectColumn):
            yield found, node.values
    if isinstance(node, nodes.MapValues) and isinstance(node.operand, nodes.SelectColumn):
        yield node.operand, frozenset(node.results)
    if isinstance(node, nodes.ContainsAny) and isinstance(node.operand, nodes.SelectColumn):
        yield node.operand, frozenset[Scalar](node.parts_sought)
    if isinstance(node, nodes.StartsWith | nodes.Equal | nodes.Less | nodes.LessOrEqual):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, nodes.SelectColumn) and isinstance(other, nodes.Value):
                yield one, frozenset({other.value})


def _frames(query: Query) -> Iterator[Frame]:
    for node in query.nodes():
        if isinstance(node, nodes.Pick | nodes.Exists | nodes.Count):
            if not node.source.one_row_per_patient:
                yield node.source
        elif isinstance(node, nodes.Aggregation):
            yield _frame_of(node.source)
        elif isinstance(node, nodes.AsOf):
            yield node.source
    for columns in query.event_tables.values():
        frame = nodes.common_frame(columns.values())
        assert frame is not None
        yield frame


def _frame_of(series: Series) -> Frame:
    assert series.frame is not None
    return series.frame
