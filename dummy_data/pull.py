"""From a wish about a series to wishes about the cells that it is made from.

``pull`` goes down a series one operation at a time, each time turning the wish around
("the age is at least 65" becomes "the date of birth is at most …"), taking what else the
series needs at its present value. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from dummy_data.person import Person, Row
from dummy_data.turn import MOST_WAYS, STEPS
from dummy_data.wish import Wish, exactly

DEEPEST = 60
"""Deeper series are left to chance: a definition that nests so far is a rare one."""


@dataclass(frozen=True)
class Aim:
    """What can be changed, and what it should be: a column, a number of rows."""

    target: nodes.SelectColumn | nodes.Count | nodes.Aggregation
    wish: Wish


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
    if wish.null and not isinstance(series, nodes.MapValues):
        for part in series.parts():
            if isinstance(part, Series):
                yield from pull(part, wish, person, row, depth + 1)
        return
    for part, wanted in step(series, wish, person, row):
        yield from pull(part, wanted, person, row, depth + 1)


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
        if isinstance(part, str):
            holding, barred = ((part,), ()) if want else ((), (part,))
            wish = Wish(holding=holding, lacking=frozenset(barred))
            yield from pull(condition.left, wish, person, row)
    elif isinstance(condition, nodes.ContainsAny):
        if not want:
            wish = Wish(lacking=condition.parts_sought)
            yield from pull(condition.operand, wish, person, row)
        for part in sorted(condition.parts_sought)[:MOST_WAYS] if want else ():
            yield from pull(condition.operand, Wish(holding=(part,)), person, row)
    elif isinstance(condition, nodes.StartsWith):
        part = person.value(condition.right, row)
        if isinstance(part, str):
            starting, barred = ((part,), ()) if want else ((), (part,))
            wish = Wish(starting=starting, not_starting=frozenset(barred))
            yield from pull(condition.left, wish, person, row)
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
