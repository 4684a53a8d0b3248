"""Any question survives the way through JSON, and no JSON makes a question by accident."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort_dsl.errors import QueryError
from cohort_dsl.model import nobody, wire
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Query
from tests.properties.some_queries import all_measures, node_lists, queries

QUESTIONS = queries() | all_measures()


@given(QUESTIONS)
def test_what_was_written_is_read_the_same_and_written_the_same_again(question):
    data = wire.dumps(question)
    read = wire.loads(data)
    assert read == question
    if isinstance(read, Query):
        assert list(read.variables) == list(question.variables)
    assert wire.dumps(read) == data


@given(QUESTIONS)
def test_every_part_comes_before_its_whole(question):
    seen: set[Any] = set()
    for node in question.nodes():
        assert all(part in seen for part in node.parts())
        seen.add(node)


@given(QUESTIONS, st.data())
@settings(max_examples=200)
def test_a_document_with_one_thing_changed_is_refused_or_read_as_written(question, data):
    document = json.loads(wire.dumps(question))
    spots = list(_spots(document))
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = data.draw(
        st.none() | st.booleans() | st.integers(-2, 40) | st.text(max_size=3) | st.just([])
    )
    changed = json.dumps(document).encode()
    try:
        read = wire.loads(changed)
    except QueryError:
        return
    assert isinstance(read, Query | Measures)
    assert wire.loads(wire.dumps(read)) == read


def _spots(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from _spots(item)


@given(st.binary(max_size=200))
def test_bytes_from_anywhere_are_refused(data):
    with pytest.raises(QueryError):
        wire.loads(data)


@given(node_lists())
def test_what_holds_for_nobody_is_always_decided_and_of_the_series_type(found):
    python = {"bool": bool, "int": int, "float": float}
    for node in found:
        if isinstance(node, Series):
            answer = nobody.answer(node)
            wanted = python.get(node.type.kind.value, object)
            assert answer is None or isinstance(answer, wanted)
