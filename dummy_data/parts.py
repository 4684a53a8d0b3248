"""What a question asks at different times and of different patients, as plain queries.

Dummy patients are made for each of them in turn, so that every measure has somebody to
count, in early and in late intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from cohort_dsl.model import intervals
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import And, Less, Or, Series, Value
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import BOOL, INT

MOST_INTERVALS = 6
MOST_PARTS = 36

T = TypeVar("T")


def parts(question: Question) -> tuple[Query, ...]:
    """Queries of one time each, whose populations the question counts.

    They are narrowed to what the author wishes of made-up patients.
    """
    return tuple(map(_as_wished, _asked(question)))


def _asked(question: Question) -> tuple[Query, ...]:
    if isinstance(question, Measures):
        return tuple(_spread(_different(_measured(question)), MOST_PARTS))
    if question.periods:
        times = _spread(question.periods, MOST_INTERVALS)
        return tuple(intervals.at(question, period) for period in times)
    return (question,)


def _as_wished(query: Query) -> Query:
    wishes = query.dummy_data
    if wishes is None or wishes.constraint is None:
        return query
    return replace(query, population=And((query.population, wishes.constraint)))


def whole(asked: Sequence[Query]) -> Query:
    """Everybody whom any of the queries asks about, and all that is asked of them."""
    if len(asked) == 1:
        return asked[0]
    everybody = tuple(dict.fromkeys(one.population for one in asked))
    series = chain.from_iterable(one.variables.values() for one in asked)
    rows = chain.from_iterable(one.event_tables.values() for one in asked)
    return Query(
        Or(everybody) if len(everybody) > 1 else everybody[0],
        {f"v{number}": one for number, one in enumerate(dict.fromkeys(series))},
        {f"t{number}": one for number, one in enumerate(rows)},
    )


def _spread(several: Sequence[T], most: int) -> list[T]:
    """The first, the last, and some between them."""
    if len(several) <= most:
        return list(several)
    last = len(several) - 1
    return [several[round(number * last / (most - 1))] for number in range(most)]


def _different(queries: Iterable[Query]) -> list[Query]:
    return list({tuple(one.roots()): one for one in queries}.values())


def _measured(measures: Measures) -> Iterator[Query]:
    for interval in _spread(measures.intervals(), MOST_INTERVALS):
        now = intervals.at(measures, interval)
        for measure in now.measures:
            yield from (replace(q, dummy_data=now.dummy_data) for q in _counted(measure))


def _counted(measure: Measure) -> Iterator[Query]:
    """Somebody of the denominator, and somebody of the numerator too."""
    asked = {"numerator": measure.numerator, **measure.group_by}
    there, counts = _above_0(measure.denominator), _above_0(measure.numerator)
    yield Query(there, asked)
    if counts != there:
        yield Query(And((there, counts)), asked)


def _above_0(series: Series) -> Series:
    return series if series.type == BOOL else Less(Value(0, INT), series)
