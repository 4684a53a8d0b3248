"""However many sets of rows are read in one pass, each answers as if it were alone."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from cohort_dsl import testing
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import (
    Filter,
    Frame,
    Position,
    SelectColumn,
    Series,
    Sort,
    Table,
)
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT, STR, Scalar, ValueType
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse
from tests.properties.queries import CODE, EVENTS, PEOPLE, TABLES, VALUES
from tests.properties.test_engines_agree import typed

EXAMPLES = int(os.environ.get("STRONGROOM_EXAMPLES", "300"))
events, people = Table(EVENTS), Table(PEOPLE)
mean = nodes.Mean(SelectColumn(events, "exact"))

LISTS = {"code": CODE, "text": STR, "number": INT}


def some_of(kind: ValueType) -> st.SearchStrategy[frozenset[Scalar]]:
    return st.frozensets(st.sampled_from(VALUES[kind][:4]), max_size=3)


@st.composite
def listed(draw: st.DrawFn) -> Series:
    """A condition that rows can be looked for by."""
    name = draw(st.sampled_from(["code", "code", "code", "text", "number"]))
    column, kind = SelectColumn(events, name), LISTS[name]
    if draw(st.booleans()):
        return nodes.IsIn(column, draw(some_of(kind)))
    value = nodes.Value(draw(st.sampled_from(VALUES[kind][:4])), kind)
    return nodes.Equal(*draw(st.permutations([column, value])))


OTHERS: list[Series] = [
    SelectColumn(events, "yes"),
    nodes.Less(SelectColumn(events, "number"), nodes.Value(2, INT)),
    nodes.LessOrEqual(SelectColumn(people, "day"), SelectColumn(events, "day")),
    nodes.Less(SelectColumn(events, "exact"), mean),
    nodes.IsInSeries(SelectColumn(events, "day"), SelectColumn(events, "day")),
    nodes.Not(nodes.IsNull(SelectColumn(events, "day"))),
]


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Rows filtered by up to three conditions, in one filter or one after the other."""
    found = draw(st.lists(listed() | st.sampled_from(OTHERS), max_size=3))
    if len(found) > 1 and draw(st.booleans()):
        found = [nodes.And(tuple(found))]
    frame: Frame = events
    for condition in found:
        frame = Filter(frame, condition)
    return frame


@st.composite
def answers(draw: st.DrawFn) -> Series:
    frame = draw(frames())
    column = SelectColumn(frame, draw(st.sampled_from(["day", "number"])))
    first = nodes.Pick(Sort(frame, column), draw(st.sampled_from(Position)), 1)
    return draw(
        st.sampled_from(
            [
                nodes.Count(frame),
                nodes.Exists(frame),
                nodes.CountDistinct(column),
                nodes.Maximum(column),
                nodes.Mean(SelectColumn(frame, "exact")),
                SelectColumn(first, "text"),
                nodes.Exists(first),
                SelectColumn(first, column.name),
                nodes.IsInSeries(nodes.Value(1, INT), SelectColumn(frame, "number")),
            ]
        )
    )


@st.composite
def queries(draw: st.DrawFn) -> Query:
    known: list[Series] = [
        nodes.Exists(people),
        nodes.Exists(events),
        nodes.Exists(draw(frames())),
    ]
    asked = draw(st.lists(answers(), min_size=2, max_size=8))
    variables = {f"v{number}": one for number, one in enumerate(asked)}
    return Query(nodes.Or((draw(st.sampled_from(known)), known[0])), variables)


@pytest.mark.parametrize("together", [1, 3, 1000])
@settings(
    max_examples=EXAMPLES // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(query=queries(), tables=TABLES)
def test_shared_passes_answer_as_the_referee(
    together: int, query: Query, tables: dict[str, Any]
) -> None:
    note(testing.sql(query, "duckdb"))
    tables = {schema.name: tables[schema.name] for schema in query.tables()}
    wanted = testing.evaluate(query, tables, engine="reference")
    with testing.in_memory(query, tables) as whole:
        warehouse = DuckDBWarehouse(whole._connection, whole.catalog)
        warehouse.dialect = replace(DUCKDB, together=together)
        with warehouse.ask(query) as rows:
            found = [row for batch in rows.reveal() for row in batch.to_pylist()]
    assert typed(found) == typed(wanted)
