"""A question asked of several intervals, as one question for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import overload

from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import IntervalDate, IntervalEdge, Node, Series, Value, walk
from cohort_dsl.model.query import DummyData, Interval, Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.replacing import Put, named, replaced, series
from cohort_dsl.model.types import DATE, ModelError


@overload
def at(asked: Series, interval: Interval) -> Series: ...
@overload
def at(asked: Query, interval: Interval) -> Query: ...
@overload
def at(asked: Measures, interval: Interval) -> Measures: ...
def at(asked: Series | Question, interval: Interval) -> Series | Question:
    """The same asked of one interval: its two days stand where INTERVAL stood.

    Of measures, those that are asked for in this interval; ModelError if none is.
    """
    if isinstance(asked, Series):
        return series(_put([asked], interval), asked)
    if isinstance(asked, Query):
        return _query(asked, interval)
    return _measures(asked, interval)


def periods(query: Query) -> tuple[tuple[Interval, Query], ...]:
    """The query of each period; none where the question doesn't ask for periods."""
    return tuple((period, at(query, period)) for period in query.periods)


def mentions_interval(*asked: Series) -> bool:
    """Does any of the series differ between intervals?"""
    return any(isinstance(node, IntervalDate) for node in walk(asked))


def _query(query: Query, interval: Interval) -> Query:
    put = _put([*query.roots(), *wished(query)], interval)
    return replace(
        query,
        population=series(put, query.population),
        variables=named(put, query.variables),
        event_tables={name: named(put, one) for name, one in query.event_tables.items()},
        periods=(),
        dummy_data=_wishes(put, query.dummy_data),
    )


def _measures(measures: Measures, interval: Interval) -> Measures:
    put = _put([*measures.roots(), *wished(measures)], interval)
    asked = tuple(
        _measure(put, measure, interval)
        for measure in measures.measures
        if interval in measure.intervals
    )
    if not asked:
        raise ModelError(f"no measure is asked for from {interval.start}")
    wishes = _wishes(put, measures.dummy_data)
    return replace(measures, measures=asked, dummy_data=wishes)


def wished(question: Question) -> Iterable[Series]:
    """What made-up patients are made for, beside what is asked."""
    return question.dummy_data.roots() if question.dummy_data else ()


def _wishes(put: Put, wishes: DummyData | None) -> DummyData | None:
    if wishes is None or wishes.constraint is None:
        return wishes
    return replace(wishes, constraint=series(put, wishes.constraint))


def _measure(put: Put, measure: Measure, interval: Interval) -> Measure:
    return replace(
        measure,
        numerator=series(put, measure.numerator),
        denominator=series(put, measure.denominator),
        group_by=named(put, measure.group_by),
        intervals=(interval,),
    )


def _put(roots: Iterable[Series], interval: Interval) -> Put:
    """Each node that an interval's day stands in, and what takes its place."""
    days = {IntervalEdge.START: interval.start, IntervalEdge.END: interval.end}

    def new(node: Node, put: Put) -> Node | None:
        return Value(days[node.edge], DATE) if isinstance(node, IntervalDate) else None

    return replaced(roots, new)
