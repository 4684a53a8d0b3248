"""Where a text without characters is NULL, a question is asked that has none."""

from __future__ import annotations

from typing import Any

import pytest

from cohort_dsl import create_dataset, create_measures, days, testing
from cohort_dsl.model import nodes
from cohort_dsl.model.empty_text import without_empty_text
from cohort_dsl.model.nodes import InlineTable, SelectColumn, Series, Value, walk
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import STR, Column, TableSchema
from tests.spec.tables import e, p

NAME: Series = p.name.node_
PEOPLE = {"patients": [{"patient_id": 1, "name": "ann"}, {"patient_id": 2, "name": None}]}


def asked(series: Any) -> Any:
    """What remains of a question of one variable, and its answers by patient."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = series
    query = without_empty_text(testing.query_of(dataset))
    found = testing.evaluate(query, PEOPLE, "reference")
    return {row["patient_id"]: row["asked"] for row in found}


def test_nothing_is_equal_to_an_empty_text() -> None:
    assert asked(p.name == "") == {1: None, 2: None}


def test_a_list_is_looked_through_without_it() -> None:
    assert asked(p.name.is_in(["", "ann"])) == {1: True, 2: None}
    assert asked(p.name.is_in([""])) == {1: False, 2: False}


def test_no_map_has_it_as_a_key_or_as_a_result() -> None:
    assert asked(p.name.map_values({"": "x", "ann": ""}, default="y")) == {1: None, 2: "y"}
    assert asked(p.name.map_values({"": "x"}, default="y")) == {1: "y", 2: "y"}


def test_the_first_characters_are_some() -> None:
    query = Query(nodes.Exists(p.node_), {"x": nodes.Prefix(NAME, 0)})
    found = testing.evaluate(without_empty_text(query), PEOPLE, "reference")
    assert [row["x"] for row in found] == [None, None]


def test_a_text_that_is_always_null_still_belongs_to_its_rows() -> None:
    """So that rows may be sorted by it."""
    key = nodes.Prefix(SelectColumn(e.node_, "text"), 0)
    query = testing.query_of(_sorted_by(key))
    found = without_empty_text(query)
    [sort] = [one for one in walk(found.roots()) if isinstance(one, nodes.Sort)]
    assert sort.key.frame == e.node_


def _sorted_by(key: Series) -> Any:
    first = nodes.Pick(nodes.Sort(e.node_, key), nodes.Position.FIRST, 1)
    return Query(nodes.Exists(e.node_), {"n": SelectColumn(first, "number")})


def test_parts_of_a_text_that_are_looked_for_are_some() -> None:
    query = nodes.ContainsAny(NAME, frozenset({"", "n"}))
    found = without_empty_text(Query(nodes.Exists(p.node_), {"x": query}))
    assert isinstance(found.variables["x"], nodes.ContainsAny)
    assert found.variables["x"].parts_sought == {"n"}


def test_rows_that_come_with_a_question_are_as_a_table_would_hold_them() -> None:
    schema = TableSchema("given", (Column("text", STR),), one_row_per_patient=True)
    table = InlineTable(schema, ((1, ""), (2, "a")))
    asked = Query(nodes.Exists(table), {"x": SelectColumn(table, "text")})
    found = without_empty_text(asked)
    [given] = {one for one in walk(found.roots()) if isinstance(one, InlineTable)}
    assert given.cells == ((1, None), (2, "a"))


def test_measures_lose_it_too() -> None:
    measures = create_measures()
    measures.define_measure(
        "m",
        numerator=p.name == "",
        denominator=p.exists_for_patient(),
        group_by={"part": p.name.map_values({"ann": ""}, default="b")},
        intervals=days(1).starting_on("2024-01-01"),
    )
    found = without_empty_text(testing.measures_of(measures))
    assert not any(isinstance(n, Value) and n.value == "" for n in walk(found.roots()))


@pytest.mark.parametrize("text", ["a", " "])
def test_another_question_stays_as_it_is(text: str) -> None:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = p.name == text
    query = testing.query_of(dataset)
    assert without_empty_text(query) is query
