"""One question of several intervals, as one for each; and what can't be asked of any."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cohort_dsl import INTERVAL
from cohort_dsl.language.intervals import IntervalAtHand
from cohort_dsl.model import intervals, nodes, types, wire
from cohort_dsl.model.measures import MOST_ROUNDS, Measure, Measures
from cohort_dsl.model.query import Interval, Query
from cohort_dsl.model.types import Column, ModelError, TableSchema

SEEN = nodes.Table(TableSchema("seen", (Column("day", types.DATE),), False))
DAY = nodes.SelectColumn(SEEN, "day")
START = INTERVAL.start_date.node_
THERE = nodes.Exists(SEEN)
SINCE = nodes.Exists(nodes.Filter(SEEN, nodes.LessOrEqual(START, DAY)))
MAY = Interval(date(2024, 5, 1), date(2024, 5, 31))
JUNE = Interval(date(2024, 6, 1), date(2024, 6, 30))


def since(day: date) -> nodes.Series:
    value = nodes.Value(day, types.DATE)
    return nodes.Exists(nodes.Filter(SEEN, nodes.LessOrEqual(value, DAY)))


def a_measure(**changes: Any) -> Measure:
    usual = {
        "name": "m",
        "numerator": SINCE,
        "denominator": THERE,
        "group_by": {"count": nodes.Count(SEEN)},
        "intervals": (MAY, JUNE),
    }
    return Measure(**(usual | changes))


def test_a_query_of_periods_is_one_query_for_each():
    event_tables = {"e": {"since": nodes.LessOrEqual(START, DAY)}}
    query = Query(THERE, {"x": SINCE}, event_tables, (MAY, JUNE), ("may",))
    may, june = intervals.periods(query)
    assert [may[0], june[0]] == [MAY, JUNE]
    first = nodes.LessOrEqual(nodes.Value(MAY.start, types.DATE), DAY)
    assert may[1] == Query(
        THERE, {"x": since(MAY.start)}, {"e": {"since": first}}, (), ("may",)
    )
    assert june[1].variables["x"] == since(JUNE.start)


def test_measures_at_an_interval_are_those_that_are_asked_for_in_it():
    measures = Measures((a_measure(), a_measure(name="only", intervals=(JUNE,))))
    may = intervals.at(measures, MAY)
    assert may == Measures((a_measure(numerator=since(MAY.start), intervals=(MAY,)),))
    assert measures.intervals() == (MAY, JUNE)
    with pytest.raises(ModelError, match="no measure is asked for from 2020-01-01"):
        intervals.at(measures, Interval(date(2020, 1, 1), date(2020, 1, 2)))


def test_what_has_no_interval_in_it_stays_the_very_same():
    assert intervals.at(THERE, MAY) is THERE


def test_an_interval_is_put_into_a_deep_question_without_recursion():
    deep: nodes.Series = nodes.DateDifference(START, START, nodes.DateUnit.DAYS)
    for number in range(3_000):
        deep = nodes.Case(((THERE, deep),), nodes.Value(number, types.INT))
    assert not intervals.mentions_interval(intervals.at(deep, MAY))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "a b"}, "no name for measures"),
        ({"numerator": DAY}, "the numerator of m is no yes or no"),
        ({"denominator": START}, "the denominator of m is no yes or no"),
        ({"group_by": {"day": DAY}}, "day of measure m has many values"),
        ({"group_by": {"Ratio": THERE}}, "columns of measure m have the same name"),
        ({"intervals": ()}, "has no interval"),
        ({"intervals": (MAY, MAY)}, "an interval twice"),
    ],
)
def test_a_measure_without_meaning_is_refused(changes, problem):
    with pytest.raises(ModelError, match=problem):
        a_measure(**changes)


@pytest.mark.parametrize(
    ("measures", "problem"),
    [
        ((), "there is no measure"),
        ((a_measure(), a_measure(name="M")), "two measures have the same name"),
        (
            (a_measure(), a_measure(name="n", group_by={"Count": THERE})),
            "grouped by have the same name",
        ),
        (
            (a_measure(), a_measure(name="n", group_by={"count": THERE})),
            "count has two types",
        ),
    ],
)
def test_measures_that_dont_go_together_are_refused(measures, problem):
    with pytest.raises(ModelError, match=problem):
        Measures(measures)


def test_too_many_rounds_are_refused():
    days = [date.fromordinal(number) for number in range(1, 5_002)]
    many = tuple(Interval(day, day) for day in days)
    measures = tuple(a_measure(name=f"m{n}", intervals=many) for n in range(10))
    with pytest.raises(ModelError, match=str(MOST_ROUNDS)):
        Measures(measures)


def test_an_interval_is_two_days_in_order():
    with pytest.raises(ModelError, match="ends before"):
        Interval(JUNE.end, MAY.start)
    with pytest.raises(ModelError, match="from a date to a date"):
        Interval(datetime(2024, 1, 1, tzinfo=UTC), MAY.end)


def test_a_query_without_periods_has_no_interval():
    with pytest.raises(ModelError, match="no interval"):
        Query(SINCE, {})


def test_measures_are_written_flat_and_read_again():
    measures = Measures((a_measure(), a_measure(name="n", group_by={})), False, ("may",))
    assert wire.loads(wire.dumps(measures)) == measures
    assert b'"disclosure_control":false' in wire.dumps(measures)


def test_the_interval_at_hand_says_what_it_is():
    assert repr(INTERVAL) == "<the interval at hand>"
    assert not hasattr(IntervalAtHand(), "__length_hint__")
