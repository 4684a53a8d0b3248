"""One SQL expression for each operation, given the expressions of its operands.

``REPEATS`` names the operations whose text holds an operand more than once: their
operands must be plain columns or constants, or nesting would double the text each time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import DatePart, DateUnit, Series
from cohort_dsl.model.types import BOOL, FLOAT, INT, STR
from cohort_dsl.plan import needs
from cohort_dsl.sql.dialect import Repeating, Sql
from cohort_dsl.sql.terms import Terms, among, number

# More than lie between the years 1 and 9999, so that arithmetic on them can't overflow.
MOST = {DateUnit.DAYS: 4_000_000, DateUnit.MONTHS: 120_000, DateUnit.YEARS: 10_000}


Rule: TypeAlias = Callable[[Terms, Any, Sequence[Any]], Sql]


def _is_float(node: Series) -> bool:
    return node.type == FLOAT


# Logic and comparison ----------------------------------------------------------


def _equal(terms: Terms, node: nodes.Equal, operands: Sequence[Sql]) -> Sql:
    left, right = (terms.stored(each, node.left.type) for each in operands)
    return left == right


def _is_null(terms: Terms, node: nodes.IsNull, operands: Sequence[Sql]) -> Sql:
    return terms.stored(operands[0], node.operand.type).is_(sa.null())


def _is_in(terms: Terms, node: nodes.IsIn, operands: Sequence[Sql]) -> Sql:
    if not node.values:
        return terms.false()
    operand = terms.stored(operands[0], node.operand.type)
    held = terms.lists.get(node.values)
    if isinstance(held, sa.FromClause):
        return operand.in_(sa.select(held.c.value))
    return among(operand, held or [terms.listed(node.values, node.operand.type)])


def _contains_any(terms: Terms, node: nodes.ContainsAny, operands: Sequence[Sql]) -> Sql:
    if not node.parts_sought:
        return terms.false()
    if "" in node.parts_sought:  # which every text holds
        return terms.dialect.contains(operands[0], terms.constant("", STR))
    return terms.dialect.contains_any(operands[0], sorted(node.parts_sought))


# Numbers -----------------------------------------------------------------------


def _arithmetic(
    ints: Callable[..., Sql], floats: Callable[..., Callable[..., Sql]]
) -> Rule:
    """``floats``: takes a dialect, gives what it says of floats."""

    def rule(terms: Terms, node: Series, operands: Sequence[Sql]) -> Sql:
        if _is_float(node):
            return floats(terms.dialect)(*operands)
        return terms.dialect.whole(ints, operands)

    return rule


def _negate(operand: Sql) -> Sql:
    return -operand


def _absolute(operand: Sql) -> Sql:
    return sa.func.abs(operand, type_=operand.type)


def _divide(terms: Terms, node: nodes.Divide, operands: Sequence[Sql]) -> Sql:
    left, right = (terms.float(each) for each in operands)
    return terms.dialect.over(left, _unless_zero(right))


def _floor_divide(terms: Terms, node: nodes.FloorDivide, operands: Sequence[Sql]) -> Sql:
    left, right = operands[0], _unless_zero(operands[1])
    said = terms.dialect
    if _is_float(node.left):
        return said.truncate(said.floor(said.over(left, right)))
    quotient = said.whole(said.quotient, [left, right])
    rest = said.whole(said.remainder, [left, right])
    below = sa.or_(
        sa.and_(rest < number(0), right > number(0)),
        sa.and_(rest > number(0), right < number(0)),
    )
    return sa.case((below, quotient - number(1)), else_=quotient)


def _unless_zero(expression: Sql) -> Sql:
    return sa.case((expression != number(0), expression))


def _power(terms: Terms, node: nodes.Power, operands: Sequence[Sql]) -> Sql:
    return terms.dialect.power(*(terms.float(each) for each in operands))


def _to_int(terms: Terms, node: nodes.CastToInt, operands: Sequence[Sql]) -> Sql:
    operand = operands[0]
    if node.operand.type == FLOAT:
        return terms.dialect.truncate(operand)
    if node.operand.type == INT:
        return operand
    return terms.int(sa.case((operand, number(1)), (sa.not_(operand), number(0))))


# Dates -------------------------------------------------------------------------


def _part(terms: Terms, part: str, day: Sql) -> Sql:
    return terms.int(sa.extract(part, day))


def _to_first(terms: Terms, node: nodes.ToFirstOf, operands: Sequence[Sql]) -> Sql:
    return terms.dialect.first_of[node.unit](operands[0])


def _add_duration(terms: Terms, node: nodes.AddDuration, operands: Sequence[Sql]) -> Sql:
    day, amount = operands[0], _within(node, operands[1])
    if node.unit is DateUnit.DAYS:
        return terms.dialect.add_days(day, amount)
    months = amount * number(12) if node.unit is DateUnit.YEARS else amount
    return terms.dialect.add_months(day, months)


def _within(node: nodes.AddDuration, amount: Sql) -> Sql:
    """The amount, or NULL where it leads out of the calendar from anywhere in it."""
    most, said = MOST[node.unit], node.amount
    if isinstance(said, nodes.Value) and abs(int(str(said.value))) <= most:
        return amount
    return sa.case((amount.between(number(-most), number(most)), amount))


def _difference(terms: Terms, node: nodes.DateDifference, operands: Sequence[Sql]) -> Sql:
    start, end = operands
    if node.unit is DateUnit.DAYS:
        return terms.dialect.days_between(start, end)
    years = _part(terms, "year", end) - _part(terms, "year", start)
    months = _part(terms, "month", end) - _part(terms, "month", start)
    early = _part(terms, "day", end) < _part(terms, "day", start)
    less = sa.case((early, number(1)), else_=number(0))
    if node.unit is DateUnit.MONTHS:
        return years * number(12) + months - less
    before = sa.or_(months < number(0), sa.and_(months == number(0), early))
    return years - sa.case((before, number(1)), else_=number(0))


# Choice ------------------------------------------------------------------------


def _case(terms: Terms, node: nodes.Case, operands: Sequence[Sql]) -> Sql:
    *pairs, otherwise = operands
    whens = [
        (condition, terms.stored(value, node.type))
        for condition, value in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    chosen = sa.case(*whens, else_=terms.stored(otherwise, node.type))
    return terms.loaded(chosen, node.type)


def _map_values(terms: Terms, node: nodes.MapValues, operands: Sequence[Sql]) -> Sql:
    operand, default = operands
    kinds = node.operand.type
    whens = [
        (terms.stored(terms.constant(key, kinds), kinds), terms.held(value, node.type))
        for key, value in node.pairs
    ]
    value = terms.stored(operand, kinds)
    chosen = sa.case(*whens, value=value, else_=terms.stored(default, node.type))
    return terms.loaded(chosen, node.type)


def _minimum_of(terms: Terms, node: nodes.MinimumOf, operands: Sequence[Sql]) -> Sql:
    return terms.dialect.least(operands) if len(operands) > 1 else operands[0]


def _maximum_of(terms: Terms, node: nodes.MaximumOf, operands: Sequence[Sql]) -> Sql:
    return terms.dialect.greatest(operands) if len(operands) > 1 else operands[0]


RULES: Mapping[type[Series], Rule] = {
    nodes.Value: lambda terms, node, _: terms.constant(node.value, node.type),
    nodes.Null: lambda terms, node, _: terms.null(node.type),
    nodes.And: lambda terms, node, operands: sa.and_(*operands),
    nodes.Or: lambda terms, node, operands: sa.or_(*operands),
    nodes.Not: lambda terms, node, operands: sa.not_(operands[0]),
    nodes.IsNull: _is_null,
    nodes.Equal: _equal,
    nodes.Less: lambda terms, node, operands: operands[0] < operands[1],
    nodes.LessOrEqual: lambda terms, node, operands: operands[0] <= operands[1],
    nodes.IsIn: _is_in,
    nodes.Add: _arithmetic(operator.add, lambda said: said.plus),
    nodes.Subtract: _arithmetic(operator.sub, lambda said: said.minus),
    nodes.Multiply: _arithmetic(operator.mul, lambda said: said.times),
    nodes.Divide: _divide,
    nodes.FloorDivide: _floor_divide,
    nodes.Power: _power,
    nodes.Negate: _arithmetic(_negate, lambda said: _negate),
    nodes.Absolute: _arithmetic(_absolute, lambda said: _absolute),
    nodes.CastToFloat: lambda terms, node, operands: terms.float(operands[0]),
    nodes.CastToInt: _to_int,
    nodes.Contains: lambda terms, node, operands: terms.dialect.contains(*operands),
    nodes.ContainsAny: _contains_any,
    nodes.StartsWith: lambda terms, node, operands: terms.dialect.starts_with(*operands),
    nodes.Prefix: lambda terms, node, operands: terms.dialect.prefix(
        operands[0], node.length
    ),
    nodes.ExtractPart: lambda terms, node, operands: _part(
        terms, PARTS[node.part], operands[0]
    ),
    nodes.ToFirstOf: _to_first,
    nodes.AddDuration: _add_duration,
    nodes.DateDifference: _difference,
    nodes.Case: _case,
    nodes.MapValues: _map_values,
    nodes.MinimumOf: _minimum_of,
    nodes.MaximumOf: _maximum_of,
}

PARTS: Mapping[DatePart, str] = {part: part.value for part in DatePart}


def repeats(node: Series, *, native_booleans: bool = True, also: Repeating = ()) -> bool:
    """Does the operation's text hold an operand more than once?

    As columns hold it, a condition is said twice where there is no type for it. ``also``:
    operations of which an engine's own words do.
    """
    if not native_booleans and _holds_condition(node):
        return True
    if isinstance(node, nodes.CastToInt):
        return node.operand.type in (BOOL, FLOAT)
    if isinstance(node, nodes.Add | nodes.Subtract | nodes.Multiply):
        return _is_float(node)
    return isinstance(node, (*_REPEATING, *also))


def _holds_condition(node: Series) -> bool:
    if isinstance(node, nodes.Case):
        return node.type == BOOL
    return isinstance(node, nodes.Equal | nodes.IsNull | nodes.IsIn) and any(
        one.type == BOOL for one in needs.operands(node)
    )


_REPEATING = (
    nodes.Divide,
    nodes.FloorDivide,
    nodes.Power,
    nodes.AddDuration,
    nodes.DateDifference,
    nodes.IsInSeries,
    nodes.ContainsAny,
    nodes.MapValues,  # CASE x WHEN 1 ...: DuckDB makes a condition on x of each WHEN
)
