"""Time elapsed compared with a number, said as a date compared with a date.

``(d - patients.date_of_birth).years >= 18`` is true up to some date of birth and false
from the day after, because the elapsed time never grows with its start, and never shrinks
with its end. That day is found here once, instead of an age for each patient.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

from cohort_dsl.model import rules
from cohort_dsl.model.nodes import (
    DateDifference,
    Less,
    LessOrEqual,
    Node,
    Series,
    Value,
)
from cohort_dsl.model.types import DATE

LAST = date.max.toordinal()


@dataclass(frozen=True)
class _AtLeast:
    """Is the difference at least that many units, or, where not ``wanted``, is it less?"""

    difference: DateDifference
    units: int
    wanted: bool


def as_dates(node: Node) -> Series | None:
    """The comparison of dates that means the same; None for anything else."""
    if not isinstance(node, Less | LessOrEqual):
        return None
    asked = _asked(node)
    if asked is None:
        return None
    start, end = asked.difference.start, asked.difference.end
    if isinstance(end, Value) and not isinstance(start, Value):
        return _up_to(start, _last_start(asked), wanted=asked.wanted)
    if isinstance(start, Value) and not isinstance(end, Value):
        return _up_to(end, _first_end(asked) - 1, wanted=not asked.wanted)
    return None


def _asked(node: Less | LessOrEqual) -> _AtLeast | None:
    """``a < n`` is not ``a >= n``; ``a <= n`` is not ``a >= n + 1``; and the other way."""
    strict = isinstance(node, Less)
    if isinstance(node.left, DateDifference) and isinstance(node.right, Value):
        return _AtLeast(node.left, _int(node.right) + (not strict), wanted=False)
    if isinstance(node.right, DateDifference) and isinstance(node.left, Value):
        return _AtLeast(node.right, _int(node.left) + strict, wanted=True)
    return None


def _int(value: Value) -> int:
    assert isinstance(value.value, int)
    return value.value


def _last_start(asked: _AtLeast) -> int:
    """The last day, as an ordinal, from which enough time elapses; 0 for no day."""
    end = asked.difference.end

    def too_late(day: int) -> bool:
        return _elapsed(asked, date.fromordinal(day), _date(end)) < asked.units

    return bisect_left(range(1, LAST + 1), True, key=too_late)


def _first_end(asked: _AtLeast) -> int:
    """The first day to which enough time has elapsed; one beyond the last for no day."""
    start = asked.difference.start

    def is_enough(day: int) -> bool:
        return _elapsed(asked, _date(start), date.fromordinal(day)) >= asked.units

    return 1 + bisect_left(range(1, LAST + 1), True, key=is_enough)


def _elapsed(asked: _AtLeast, start: date, end: date) -> int:
    found = rules.difference(asked.difference, start, end)
    assert isinstance(found, int)
    return found


def _date(series: Series) -> date:
    assert isinstance(series, Value)
    assert isinstance(series.value, date)
    return series.value


def _up_to(series: Series, last: int, *, wanted: bool) -> Series:
    """Is the date at most that day (an ordinal), or, where not ``wanted``, later?"""
    if last < 1:
        first = Value(date.min, DATE)
        return Less(series, first) if wanted else LessOrEqual(first, series)
    day = Value(date.fromordinal(last), DATE)
    return LessOrEqual(series, day) if wanted else Less(day, series)
