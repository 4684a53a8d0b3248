"""What each operation does to the values in front of it, NULL being None.

``RULES`` is for operations on one row or one patient, ``AGGREGATIONS`` for a patient's
non-NULL values. Numbers are 64-bit; what lies beyond, or is no number, is NULL.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, TypeAlias

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import DatePart, DateUnit
from cohort_dsl.model.types import Scalar

Cell: TypeAlias = Scalar | None
Rule: TypeAlias = Callable[[Any, list[Any]], Cell]
INT64 = 2**63


def number(value: float) -> Cell:
    """The int or float itself, or NULL where it leaves its 64 bits."""
    if isinstance(value, int):
        return value if -INT64 <= value < INT64 else None
    return value if math.isfinite(value) else None


def unless_null(rule: Callable[..., Cell]) -> Rule:
    """NULL where any operand is."""
    return lambda node, values: None if None in values else rule(*values)


def numeric(rule: Callable[..., float]) -> Rule:
    return unless_null(lambda *values: number(rule(*values)))


def with_node(rule: Callable[..., Cell]) -> Rule:
    """NULL where any operand is; the rule sees the node's own settings."""
    return lambda node, values: None if None in values else rule(node, *values)


# Logic and comparison ----------------------------------------------------------


def kleene(decisive: bool) -> Rule:
    """``and`` is decided by any False, ``or`` by any True; then NULL; else the contrary."""

    def rule(node: nodes.Node, values: list[Any]) -> Cell:
        if decisive in values:
            return decisive
        return None if None in values else not decisive

    return rule


def is_among(value: Cell, among: Collection[Scalar]) -> Cell:
    if not among:
        return False
    return None if value is None else value in among


def contains_any(node: nodes.ContainsAny, values: list[Any]) -> Cell:
    (text,) = values
    if not node.parts_sought:
        return False
    return None if text is None else any(part in text for part in node.parts_sought)


# Numbers -----------------------------------------------------------------------


def divide(left: float, right: float) -> Cell:
    return number(float(left) / float(right)) if right else None


def floor_divide(left: float, right: float) -> Cell:
    if not right:
        return None
    if isinstance(left, int):
        return number(left // right)
    quotient = left / right
    return number(math.floor(quotient)) if math.isfinite(quotient) else None


def power(left: float, right: float) -> Cell:
    try:
        return number(math.pow(left, right))
    except (ValueError, OverflowError):  # 0 ** -1, (-1) ** 0.5, 10.0 ** 400
        return None


# Dates -------------------------------------------------------------------------


def add_duration(node: nodes.AddDuration, start: date, amount: int) -> Cell:
    if node.unit is DateUnit.DAYS:
        return add_days(start, amount)
    months = amount if node.unit is DateUnit.MONTHS else 12 * amount
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return add_days(date(year, month + 1, 1), start.day - 1, at_most=(year, month))


def add_days(start: date, days: int, at_most: tuple[int, int] | None = None) -> Cell:
    """``at_most``: a month counted from 0, whose next month's 1st is the latest answer."""
    try:
        found = start + timedelta(days=days)
    except OverflowError:
        return None
    if at_most is None or (found.year, found.month - 1) == at_most:
        return found
    return found.replace(day=1)


def difference(node: nodes.DateDifference, start: date, end: date) -> Cell:
    if node.unit is DateUnit.DAYS:
        return (end - start).days
    months = 12 * (end.year - start.year) + end.month - start.month
    months -= end.day < start.day
    return months if node.unit is DateUnit.MONTHS else months // 12


def to_first(node: nodes.ToFirstOf, day: date) -> Cell:
    first = day.replace(day=1)
    return first if node.unit is DateUnit.MONTHS else first.replace(month=1)


PARTS: Mapping[DatePart, Callable[[date], int]] = {
    DatePart.YEAR: lambda day: day.year,
    DatePart.MONTH: lambda day: day.month,
    DatePart.DAY: lambda day: day.day,
}


# Choice ------------------------------------------------------------------------


def case(node: nodes.Case, values: list[Any]) -> Cell:
    *pairs, otherwise = values
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition is True:
            chosen: Cell = value
            return chosen
    last: Cell = otherwise
    return last


def mapped(node: nodes.MapValues, values: list[Any]) -> Cell:
    operand, default = values
    return node.results.get(operand, default)


def of_known(choose: Callable[[list[Any]], Cell]) -> Rule:
    def rule(node: nodes.Node, values: list[Any]) -> Cell:
        there = [value for value in values if value is not None]
        return choose(there) if there else None

    return rule


RULES: Mapping[type[nodes.Series], Rule] = {
    nodes.Value: lambda node, values: node.value,
    nodes.Null: lambda node, values: None,
    nodes.And: kleene(decisive=False),
    nodes.Or: kleene(decisive=True),
    nodes.Not: unless_null(lambda value: not value),
    nodes.IsNull: lambda node, values: values[0] is None,
    nodes.Equal: unless_null(lambda left, right: left == right),
    nodes.Less: unless_null(lambda left, right: left < right),
    nodes.LessOrEqual: unless_null(lambda left, right: left <= right),
    nodes.IsIn: lambda node, values: is_among(values[0], node.values),
    nodes.Add: numeric(lambda left, right: left + right),
    nodes.Subtract: numeric(lambda left, right: left - right),
    nodes.Multiply: numeric(lambda left, right: left * right),
    nodes.Divide: unless_null(divide),
    nodes.FloorDivide: unless_null(floor_divide),
    nodes.Power: unless_null(power),
    nodes.Negate: numeric(lambda value: -value),
    nodes.Absolute: numeric(abs),
    nodes.CastToFloat: unless_null(float),
    nodes.CastToInt: numeric(math.trunc),
    nodes.Contains: unless_null(lambda text, part: part in text),
    nodes.ContainsAny: contains_any,
    nodes.StartsWith: unless_null(lambda text, part: text.startswith(part)),
    nodes.Prefix: with_node(lambda node, text: text[: node.length]),
    nodes.ExtractPart: with_node(lambda node, day: PARTS[node.part](day)),
    nodes.ToFirstOf: with_node(to_first),
    nodes.AddDuration: with_node(add_duration),
    nodes.DateDifference: with_node(difference),
    nodes.Case: case,
    nodes.MapValues: mapped,
    nodes.MinimumOf: of_known(min),
    nodes.MaximumOf: of_known(max),
}


# A patient's values ------------------------------------------------------------


def total(values: list[Any]) -> Cell:
    return number(sum(values))


def mean(values: list[Any]) -> Cell:
    return number(float(sum(values)) / len(values))


def percentile(node: nodes.Percentile, values: list[Any]) -> Cell:
    """numpy's default, in just these steps, so that every engine finds the same bits."""
    if not values:
        return None
    ordered = sorted(map(float, values))
    at = (len(ordered) - 1) * (node.percent / 100)
    below = math.floor(at)
    lower = ordered[below]
    if at == below:
        return lower
    return number(lower + (ordered[below + 1] - lower) * (at - below))


AGGREGATIONS: Mapping[type[nodes.Aggregation], Rule] = {
    nodes.CountDistinct: lambda node, values: len(set(values)),
    nodes.Minimum: of_known(min),
    nodes.Maximum: of_known(max),
    nodes.Sum: of_known(total),
    nodes.Mean: of_known(mean),
    nodes.Percentile: percentile,
    nodes.AnyTrue: of_known(any),
    nodes.AllTrue: of_known(all),
}
