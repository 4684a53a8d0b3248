"""INTERVAL, and lists of intervals: from which day to which a measure looks."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import Any, NoReturn

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.literals import scalar
from cohort_dsl.language.series import BaseSeries, words, wrap
from cohort_dsl.model import nobody, nodes
from cohort_dsl.model.measures import MOST_ROUNDS
from cohort_dsl.model.nodes import DateUnit, IntervalDate, IntervalEdge
from cohort_dsl.model.query import Interval
from cohort_dsl.model.types import DATE, INT

Pair = tuple[datetime.date, datetime.date]


class IntervalAtHand:
    """The interval that is being asked about, of all that are."""

    def __repr__(self) -> str:
        return "<the interval at hand>"

    @property
    def start_date(self) -> Any:
        """Its first day."""
        return wrap(IntervalDate(IntervalEdge.START))

    @property
    def end_date(self) -> Any:
        """Its last day; the interval includes it."""
        return wrap(IntervalDate(IntervalEdge.END))

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise hints.no_such_name(name, "INTERVAL", words(self), "date")


INTERVAL = IntervalAtHand()


# Lists of intervals ----------------------------------------------------------------


def intervals_of(given: object) -> tuple[Interval, ...]:
    """The intervals of an author's list of pairs of dates, or a DefinitionError."""
    if not isinstance(given, list | tuple):
        raise _no_list(given)
    if len(given) == 2 and all(isinstance(day, str | datetime.date) for day in given):
        raise mistake(
            "one pair of dates is no list of intervals",
            'Put it in a list: [("2024-01-01", "2024-12-31")].',
        )
    found = [_interval(one) for one in given]
    if not found:
        raise mistake("the list of intervals is empty", _HOW)
    if len(set(found)) < len(found):
        twice = next(one for number, one in enumerate(found) if one in found[:number])
        raise mistake(
            f"the interval from {twice.start} to {twice.end} is there twice", "Drop one."
        )
    return tuple(found)


_HOW = (
    'Write intervals=months(12).starting_on("2024-01-01"), or a list of pairs of dates: '
    '[("2024-01-01", "2024-01-31")].'
)


def _no_list(given: object) -> DefinitionError:
    if hasattr(given, "starting_on"):
        return mistake(
            "a length of time says not yet when the intervals begin",
            'Write its beginning or its end: months(12).starting_on("2024-01-01").',
        )
    if isinstance(given, IntervalAtHand):
        return mistake("INTERVAL is each of the intervals, not a list of them", _HOW)
    return mistake(f"a {type(given).__name__} is no list of intervals", _HOW)


def _interval(given: object) -> Interval:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise mistake(
            f"{given!r} is no interval",
            'An interval is a pair of dates: ("2024-01-01", "2024-01-31").',
        )
    start, end = (_day(day) for day in given)
    if start > end:
        raise mistake(
            f"the interval from {start} ends before that, on {end}",
            "Put the earlier date first; an interval includes both of its days.",
        )
    return Interval(start, end)


def _day(given: object) -> datetime.date:
    if isinstance(given, BaseSeries):
        raise mistake(
            "an interval's dates are the same for everybody, and known now",
            'Write a date, for example "2024-01-01".',
        )
    found = scalar(given, DATE)
    assert isinstance(found, datetime.date)
    return found


def starting_on(start: object, amount: object, unit: DateUnit, step: int) -> list[Pair]:
    """So many intervals, each of ``step`` units, one after the other from that day.

    Their beginnings are counted from the first one: after 31 January come 1 March and
    31 March.
    """
    first, steps = _day(start), _count(amount, step) + 1
    starts = [_later(first, step * number, unit) for number in range(steps)]
    return _between(starts)


def ending_on(end: object, amount: object, unit: DateUnit, step: int) -> list[Pair]:
    """The same, such that the last of them ends on that day."""
    after, steps = _later(_day(end), 1, DateUnit.DAYS), _count(amount, step)
    return _between([_later(after, -step * n, unit) for n in range(steps, -1, -1)])


def _between(starts: list[datetime.date]) -> list[Pair]:
    one = datetime.timedelta(days=1)
    return [(day, after - one) for day, after in pairwise(starts)]


def _count(amount: object, step: int) -> int:
    if isinstance(amount, int) and 0 < amount <= MOST_ROUNDS * step:
        return amount // step
    if isinstance(amount, int):
        raise mistake(
            f"there can't be {amount // step} intervals",
            f"Write a number from 1 to {MOST_ROUNDS}, for example months(12).",
        )
    raise mistake(
        "how many intervals there are is the same for everybody, and known now",
        "Write a number, for example months(12).",
    )


def _later(day: datetime.date, amount: int, unit: DateUnit) -> datetime.date:
    later = nodes.AddDuration(nodes.Value(day, DATE), nodes.Value(amount, INT), unit)
    found = nobody.answer(later)
    if not isinstance(found, datetime.date):
        raise mistake("these intervals leave the calendar", "Stay between 1 and 9999.")
    return found
