"""What becomes a column of its own, and in which layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cohort_dsl import days, testing
from cohort_dsl.model.nodes import Series
from cohort_dsl.sql.layers import HEIGHT, JOINS, LAYERS, Arrangement, arrange
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query


def arranged(*asked: Any) -> Arrangement:
    return arrange([series.node_ for series in asked])


def times(count: int, grow: Callable[[Any], Any], start: Any) -> Any:
    for _ in range(count):
        start = grow(start)
    return start


def test_what_is_used_once_is_written_where_it_is_used() -> None:
    found = arranged((p.score + 1) * 2)
    assert (found.layers, found.made) == (0, {})


def test_what_is_used_twice_is_a_column() -> None:
    shared = p.score + 1
    found = arranged(shared * 2, shared * 3)
    assert found.made == {shared.node_: 1}


def test_constants_are_never_columns() -> None:
    found = arranged(p.score + 1, p.other + 1)
    assert found.made == {}


def test_what_would_be_repeated_is_a_column() -> None:
    later = p.born + days(1)
    found = arranged(later + days(1))
    assert found.made == {later.node_: 1}


def test_what_grows_too_high_is_cut() -> None:
    found = arranged(times(HEIGHT * 3, lambda s: s + 1, p.score))
    assert 2 <= found.layers <= 3


def test_a_column_is_kept_as_long_as_it_is_needed_and_no_longer() -> None:
    deep = times(HEIGHT * 2, lambda s: s + p.other, p.score)
    found = arranged(deep)
    assert found.last_use[p.other.node_] == found.layers
    assert found.last_use[p.score.node_] == 0


def test_each_layer_only_needs_what_lies_below_it() -> None:
    deep = times(40, lambda s: s + days(1), p.born)
    found = arranged(deep)
    for layer in range(found.layers + 1):
        assert all(found.made.get(s, 0) <= layer for s in found.columns_of(layer))


def test_joins_to_other_rows_are_spread_over_layers() -> None:
    found = arranged(*((p.score + n).is_in(e.number) for n in range(2 * JOINS)))
    at = [found.made[s] for s in found.made if "IsIn" in type(s).__name__]
    assert max(map(at.count, at)) == JOINS


def test_layers_that_would_nest_too_deep_go_to_a_table() -> None:
    question = a_query(
        p.exists_for_patient(), x=times(3 * LAYERS, lambda s: s + days(1), p.born)
    )
    text = testing.sql(question, "duckdb")
    assert text.count("CREATE TEMPORARY TABLE step_3_cohort") == 2
    assert f"layer_{LAYERS + 1}" in text


@pytest.mark.parametrize("count", [10, 100])
def test_the_text_grows_no_faster_than_the_question(count: int) -> None:
    one = a_query(p.exists_for_patient(), x=times(count, lambda s: s + days(1), p.born))
    two = a_query(p.exists_for_patient(), x=times(2 * count, lambda s: s + days(1), p.born))
    assert len(testing.sql(two, "duckdb")) < 2.5 * len(testing.sql(one, "duckdb"))


def test_series_are_columns_of_the_layers_that_need_them_only() -> None:
    made: dict[Series, int] = arranged(times(40, lambda s: s + days(1), p.born)).made
    assert sorted(made.values()) == list(range(1, 40))
