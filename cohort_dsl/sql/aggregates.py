"""One SQL expression for each way to make one value of a patient's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import FLOAT, STR
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.terms import Terms

# The value is what a column holds of the node's source; for a count it is 1. Where a row
# doesn't belong to what is aggregated, it is NULL.
Aggregate: TypeAlias = Callable[[Terms, Any, Sql], Sql]


def _sum(terms: Terms, node: nodes.Sum, value: Sql) -> Sql:
    if node.type == FLOAT:
        return terms.dialect.float_total(value)
    return terms.dialect.total(value)


def _mean(terms: Terms, node: nodes.Mean, value: Sql) -> Sql:
    """Said as a sum and a count, because engines' AVG differ in type and rounding."""
    if node.source.type == FLOAT:
        total = terms.dialect.float_total(value)
    else:
        total = terms.float(terms.dialect.sum_of_ints(value))
    count = terms.float(sa.func.nullif(sa.func.count(value), sa.literal_column("0")))
    return total.op("/", return_type=sa.Double())(count)


def _extreme(choose: Callable[[Sql], Sql]) -> Aggregate:
    def rule(terms: Terms, node: nodes.Aggregation, value: Sql) -> Sql:
        return choose(terms.dialect.by_code_point(value) if node.type == STR else value)

    return rule


def _percentile(terms: Terms, node: nodes.Percentile, value: Sql) -> Sql:
    assert terms.dialect.percentile is not None, "else rows are told their places"
    return terms.dialect.percentile(terms.float(value), node.percent / 100)


def _any_or_all(choose: Callable[[Sql], Sql]) -> Aggregate:
    """As the largest or smallest of 1 and 0; engines without booleans hold these anyway."""

    def rule(terms: Terms, node: nodes.Aggregation, value: Sql) -> Sql:
        if not terms.dialect.native_booleans:
            return choose(value)
        one: Sql = sa.literal_column("1")
        zero: Sql = sa.literal_column("0")
        return choose(sa.case((value, one), (sa.not_(value), zero))) == one

    return rule


AGGREGATES: Mapping[type[Series], Aggregate] = {
    nodes.Count: lambda terms, node, value: sa.func.count(value),
    nodes.CountDistinct: lambda terms, node, value: sa.func.count(sa.distinct(value)),
    nodes.Minimum: _extreme(sa.func.min),
    nodes.Maximum: _extreme(sa.func.max),
    nodes.Sum: _sum,
    nodes.Mean: _mean,
    nodes.Percentile: _percentile,
    nodes.AnyTrue: _any_or_all(sa.func.max),
    nodes.AllTrue: _any_or_all(sa.func.min),
}
