"""From a wish about a series to wishes about the cells that it is made from.

``pull`` goes down a series one operation at a time, each time turning the wish around
("the age is at least 65" becomes "the date of birth is at most …"), taking what else the
series needs at its present value. It changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import DatePart, DateUnit, Series
from cohort_dsl.model.types import Kind
from dummy_data.person import Person, Row
from dummy_data.wish import Wish, exactly, shift

DEEPEST = 60
"""Deeper series are left to chance: a definition that nests so far is a rare one."""


@dataclass(frozen=True)
class Aim:
    """What can be changed, and what it should be: a column, a number of rows."""

    target: nodes.SelectColumn | nodes.Count | nodes.Aggregation
    wish: Wish


Step: TypeAlias = Callable[[Any, Wish, Person, Row | None], Iterator[tuple[Series, Wish]]]


def pull(
    series: Series, wish: Wish, person: Person, row: Row | None, depth: int = 0
) -> Iterator[Aim]:
    """Every single change that could fulfil the wish."""
    if isinstance(series, nodes.SelectColumn | nodes.Count | nodes.Aggregation):
        yield Aim(series, wish)
        return
    step = STEPS.get(type(series))
    if step is None or depth > DEEPEST:
        return
    if wish.null:
        for part in series.parts():
            if isinstance(part, Series):
                yield from pull(part, wish, person, row, depth + 1)
        return
    for part, wanted in step(series, wish, person, row):
        yield from pull(part, wanted, person, row, depth + 1)


# One way down for each operation ------------------------------------------------


def _duration(
    node: nodes.AddDuration, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    amount = person.value(node.amount, row)
    start = person.value(node.operand, row)
    if isinstance(amount, int):
        back = -_days(node.unit, amount)
        yield node.operand, wish.moved(lambda day: shift(day, back))
    if isinstance(start, date):
        per = _days(node.unit, 1)
        yield node.amount, wish.moved(lambda day: round((day - start).days / per))


def _difference(
    node: nodes.DateDifference, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    start, end = person.value(node.start, row), person.value(node.end, row)
    span = _span(wish)
    if span is None:
        return
    low, high = span
    if isinstance(start, date):
        # n whole units have passed from n units on until a day before n + 1 units.
        first = None if low is None else shift(start, _ceil_days(node.unit, low))
        last = None if high is None else shift(start, _floor_days(node.unit, high + 1) - 1)
        yield node.end, Wish(first, last)
    if isinstance(end, date):
        first = None if high is None else shift(end, 1 - _floor_days(node.unit, high + 1))
        last = None if low is None else shift(end, -_ceil_days(node.unit, low))
        yield node.start, Wish(first, last)


def _span(wish: Wish) -> tuple[int | None, int | None] | None:
    """The wish as inclusive whole numbers; None where it is no interval."""
    if wish.among:
        there = sorted(value for value in wish.among if isinstance(value, int))
        return (there[0], there[0]) if there else None
    low = None if wish.low is None else math.floor(wish.low) + 1 * wish.low_open
    high = None if wish.high is None else math.ceil(wish.high) - 1 * wish.high_open
    return low, high


DAYS = {DateUnit.DAYS: 1.0, DateUnit.MONTHS: 30.4375, DateUnit.YEARS: 365.25}


def _days(unit: DateUnit, amount: int) -> int:
    return round(DAYS[unit] * amount)


def _ceil_days(unit: DateUnit, amount: int) -> int:
    """Days after which that many units have surely passed."""
    return math.ceil(DAYS[unit] * amount) + (2 if unit is not DateUnit.DAYS else 0)


def _floor_days(unit: DateUnit, amount: int) -> int:
    """Days before which that many units have surely not passed."""
    return math.floor(DAYS[unit] * amount) - (2 if unit is not DateUnit.DAYS else 0)


def _part(
    node: nodes.ExtractPart, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    span = _span(wish)
    if span is None:
        return
    if node.part is DatePart.YEAR:
        low, high = span
        first = date(max(1, low), 1, 1) if low is not None and low <= 9999 else None
        last = date(min(9999, high), 12, 31) if high is not None and high >= 1 else None
        yield node.operand, Wish(first, last)
        return
    now = person.value(node.operand, row)
    fitting = [
        n for n in range(1, 13 if node.part is DatePart.MONTH else 29) if wish.allows(n)
    ]
    if isinstance(now, date) and fitting:
        wanted = {
            now.replace(month=n, day=min(now.day, 28))
            if node.part is DatePart.MONTH
            else now.replace(day=n)
            for n in fitting
        }
        yield node.operand, Wish(among=frozenset(wanted))


def _sum(
    node: nodes.Add | nodes.Subtract, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    left: Any = person.value(node.left, row)
    right: Any = person.value(node.right, row)
    minus = isinstance(node, nodes.Subtract)
    if right is not None:
        yield node.left, wish.moved(lambda v: v + right if minus else v - right)
    if left is not None:
        if minus:
            yield node.right, _turned(wish).moved(lambda v: v + left)
        else:
            yield node.right, wish.moved(lambda v: v - left)


def _turned(wish: Wish) -> Wish:
    """The wish for the value with its sign turned."""
    mirrored = wish.moved(lambda v: -v)
    return replace(
        mirrored,
        low=mirrored.high,
        high=mirrored.low,
        low_open=wish.high_open,
        high_open=wish.low_open,
    )


def _scaled(
    node: nodes.Multiply | nodes.Divide | nodes.FloorDivide,
    wish: Wish,
    person: Person,
    row: Row | None,
) -> Iterator[tuple[Series, Wish]]:
    factor: Any = person.value(node.right, row)
    if not factor:
        return
    times = isinstance(node, nodes.Multiply)
    whole = node.left.type.kind is Kind.INT

    def back(value: Any) -> Any:
        found = value / factor if times else value * factor
        return math.ceil(found) if whole else found

    yield node.left, (wish if factor > 0 else _turned(wish)).moved(back)


def _negated(
    node: nodes.Negate, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    yield node.operand, _turned(wish)


def _same(
    node: Any, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    """Near enough: where it isn't, the referee notices and another change is tried."""
    yield node.operand, wish


def _to_float(
    node: nodes.CastToFloat, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    yield node.operand, wish.moved(lambda v: int(v) if float(v).is_integer() else v)


def _any_operand(
    node: nodes.MinimumOf | nodes.MaximumOf, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    for operand in node.operands:
        yield operand, wish


def _branch(
    node: nodes.Case, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    """The branch that counts now; which branch counts is ``satisfy``'s to change."""
    for condition, value in node.whens:
        if person.value(condition, row) is True:
            yield value, wish
            return
    yield node.otherwise, wish


STEPS: Mapping[type[Series], Step] = {
    nodes.AddDuration: _duration,
    nodes.DateDifference: _difference,
    nodes.ExtractPart: _part,
    nodes.Add: _sum,
    nodes.Subtract: _sum,
    nodes.Multiply: _scaled,
    nodes.Divide: _scaled,
    nodes.FloorDivide: _scaled,
    nodes.Negate: _negated,
    nodes.Absolute: _same,
    nodes.ToFirstOf: _same,
    nodes.CastToInt: _same,
    nodes.CastToFloat: _to_float,
    nodes.MinimumOf: _any_operand,
    nodes.MaximumOf: _any_operand,
    nodes.Case: _branch,
}


# From a condition to wishes -----------------------------------------------------


def aims(condition: Series, want: bool, person: Person, row: Row | None) -> Iterator[Aim]:
    """Every single change that could make a plain condition come out as wanted."""
    if isinstance(condition, nodes.Less | nodes.LessOrEqual):
        yield from _ordering(condition, want, person, row)
    elif isinstance(condition, nodes.Equal):
        for one, other in _sides(condition):
            value = person.value(other, row)
            if value is not None:
                wish = exactly(value) if want else Wish(but_not=frozenset({value}))
                yield from pull(one, wish, person, row)
    elif isinstance(condition, nodes.IsIn):
        wish = Wish(among=condition.values) if want else Wish(but_not=condition.values)
        yield from pull(condition.operand, wish, person, row)
    elif isinstance(condition, nodes.IsNull):
        yield from pull(condition.operand, Wish(null=want), person, row)
    elif isinstance(condition, nodes.Contains):
        part = person.value(condition.right, row)
        if isinstance(part, str) and want:
            yield from pull(condition.left, Wish(holding=(part,)), person, row)
    elif isinstance(condition, nodes.IsInSeries):
        value = person.value(condition.operand, row)
        if value is not None and want:
            yield from pull(condition.among, exactly(value), person, None)
    else:
        yield from pull(condition, exactly(want), person, row)


def _ordering(
    condition: nodes.Less | nodes.LessOrEqual, want: bool, person: Person, row: Row | None
) -> Iterator[Aim]:
    strict = isinstance(condition, nodes.Less) is want
    small, large = condition.left, condition.right
    if not want:  # not (a < b) is b <= a
        small, large = large, small
    top, bottom = person.value(large, row), person.value(small, row)
    if top is not None:
        yield from pull(small, Wish(high=top, high_open=strict), person, row)
    if bottom is not None:
        yield from pull(large, Wish(low=bottom, low_open=strict), person, row)
    if top is None and bottom is None:
        yield from pull(small, Wish(), person, row)


def _sides(condition: nodes.Equal) -> tuple[tuple[Series, Series], ...]:
    return (condition.left, condition.right), (condition.right, condition.left)
