"""One way down for each operation: from a wish about it to wishes about its operands.

Each turns the operation around, taking its other operands at their present values. Near
enough is good enough: the referee says whether a change has helped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import DatePart, DateUnit, Series
from cohort_dsl.model.types import Kind
from dummy_data.person import Person, Row
from dummy_data.wish import Wish, shift

MOST_WAYS = 100
"""Of a long codelist the first will do."""

Step: TypeAlias = Callable[[Any, Wish, Person, Row | None], Iterator[tuple[Series, Wish]]]


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
    return _mirrored(wish).moved(lambda v: -v)


def _mirrored(wish: Wish) -> Wish:
    """The wish with its bounds changed round, for what falls where the value rises."""
    return replace(
        wish,
        low=wish.high,
        high=wish.low,
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


def _powered(
    node: nodes.Power, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    """The root on the left, the logarithm on the right, where there is one."""
    base: Any = person.value(node.left, row)
    exponent: Any = person.value(node.right, row)
    whole = node.left.type.kind is Kind.INT

    def root(value: Any) -> Any:
        return _number(value ** (1 / exponent), whole) if value > 0 else None

    def logarithm(value: Any) -> Any:
        return _number(math.log(value, base), whole) if value > 0 else None

    if exponent:
        yield node.left, (wish if exponent > 0 else _mirrored(wish)).moved(root)
    if base is not None and base > 0 and base != 1:
        yield node.right, (wish if base > 1 else _mirrored(wish)).moved(logarithm)


def _number(value: float, whole: bool) -> float | int:
    return round(value) if whole else round(value, 9)


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


def _prefix(
    node: nodes.Prefix, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    """One way for each prefix that will do; all at once for those that won't."""
    if wish.among is None:
        yield node.operand, Wish(not_starting=frozenset(map(str, wish.but_not)))
    for prefix in sorted(map(str, wish.among or ()))[:MOST_WAYS]:
        if wish.allows(prefix):
            yield node.operand, Wish(starting=(prefix,))


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


def _mapped(
    node: nodes.MapValues, wish: Wish, person: Person, row: Row | None
) -> Iterator[tuple[Series, Wish]]:
    """A key of what is wished for; or none, where the default is, or can be made so."""
    keys = frozenset(key for key, value in node.pairs if wish.allows(value))
    if keys:
        yield node.operand, Wish(among=keys)
    if wish.allows(person.value(node.default, row)):
        yield node.operand, Wish(but_not=frozenset(node.results))
        yield node.operand, Wish(null=True)
    elif person.value(node.operand, row) not in node.results:
        yield node.default, wish


STEPS: Mapping[type[Series], Step] = {
    nodes.AddDuration: _duration,
    nodes.DateDifference: _difference,
    nodes.ExtractPart: _part,
    nodes.Add: _sum,
    nodes.Subtract: _sum,
    nodes.Multiply: _scaled,
    nodes.Divide: _scaled,
    nodes.FloorDivide: _scaled,
    nodes.Power: _powered,
    nodes.Negate: _negated,
    nodes.Absolute: _same,
    nodes.ToFirstOf: _same,
    nodes.CastToInt: _same,
    nodes.CastToFloat: _to_float,
    nodes.Prefix: _prefix,
    nodes.MinimumOf: _any_operand,
    nodes.MaximumOf: _any_operand,
    nodes.Case: _branch,
    nodes.MapValues: _mapped,
}
