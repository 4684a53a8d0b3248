"""One SQL expression for each way to make one value of a patient's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import FLOAT, STR
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.expressions import Terms

Aggregate: TypeAlias = Callable[[Terms, Any, Mapping[Series, Sql]], Sql]


def _value(terms: Terms, node: nodes.Aggregation, said: Mapping[Series, Sql]) -> Sql:
    return terms.stored(said[node.source], node.source.type)


def _count_distinct(
    terms: Terms, node: nodes.Aggregation, said: Mapping[Series, Sql]
) -> Sql:
    return sa.func.count(sa.distinct(_value(terms, node, said)))


def _sum(terms: Terms, node: nodes.Sum, said: Mapping[Series, Sql]) -> Sql:
    value = _value(terms, node, said)
    if node.type == FLOAT:
        return terms.dialect.float_total(value)
    return terms.dialect.total(value)


def _mean(terms: Terms, node: nodes.Mean, said: Mapping[Series, Sql]) -> Sql:
    """Said as a sum and a count, because engines' AVG differ in type and rounding."""
    value = _value(terms, node, said)
    total = terms.float(sa.func.sum(value))
    if node.source.type == FLOAT:
        total = terms.dialect.float_total(value)
    count = terms.float(sa.func.nullif(sa.func.count(value), sa.literal_column("0")))
    return total.op("/", return_type=sa.Double())(count)


def _extreme(choose: Callable[[Sql], Sql]) -> Aggregate:
    def rule(terms: Terms, node: nodes.Aggregation, said: Mapping[Series, Sql]) -> Sql:
        value = _value(terms, node, said)
        return choose(terms.dialect.by_code_point(value) if node.type == STR else value)

    return rule


AGGREGATES: Mapping[type[Series], Aggregate] = {
    nodes.Count: lambda terms, node, said: sa.func.count(),
    nodes.CountDistinct: _count_distinct,
    nodes.Minimum: _extreme(sa.func.min),
    nodes.Maximum: _extreme(sa.func.max),
    nodes.Sum: _sum,
    nodes.Mean: _mean,
}
