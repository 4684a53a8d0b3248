"""Columns that rows need before they are aggregated, where an engine lacks an aggregate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.nodes import Percentile
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.terms import Terms, number
from cohort_dsl.sql.working import Worked


@dataclass
class Below:
    """Rows that will be grouped by ``owner``, and the columns that they are given first."""

    terms: Terms
    worked: Worked
    owner: Sequence[Sql]
    columns: dict[str, Sql] = field(default_factory=dict)

    def rows(self) -> sa.FromClause:
        """The rows, with these columns."""
        if not self.columns:
            return self.worked.rows
        own = (told.label(name) for name, told in self.columns.items())
        return sa.select(*self.worked.rows.c, *own).subquery("below")

    def column(self, told: Sql) -> Sql:
        """A column that holds the expression."""
        name = f"_t{len(self.columns) + 1}"
        self.columns[name] = told
        return sa.column(name, told.type)

    def percentile(self, node: Percentile, value: Sql, its: Sql | None) -> Sql:
        """As the model says, of values whose places among their owner's are told.

        ``its``: the condition that tells the rows that count from others.
        """
        told = self.terms.float(value if its is None else sa.case((its, value)))
        order = self.terms.dialect.descending(-told)  # ascending, and NULL last
        place = sa.func.row_number().over(partition_by=self.owner, order_by=order)
        many = sa.func.count(told).over(partition_by=self.owner)
        of = _Places(self.terms, node.percent / 100)
        return of.percentile(*map(self.column, (told, place, many)))


@dataclass(frozen=True)
class _Places:
    """Which places a share from 0 to 1 falls between."""

    terms: Terms
    share: float

    def percentile(self, value: Sql, place: Sql, many: Sql) -> Sql:
        said = self.terms.dialect
        lower = _at(value, place == self._below(many) + number(1))
        upper = _at(value, place == self._below(many) + number(2))
        of_all: Sql = sa.func.max(many)
        rest = self._exactly(of_all) - self._below(of_all)
        between = said.plus(lower, (upper - lower) * rest)
        return sa.case((rest == number(0), lower), else_=between)

    def _exactly(self, many: Sql) -> Sql:
        """How many places lie before, and a share of the next."""
        kind: Any = self.terms.float(number(0)).type
        share = self.terms.float(sa.bindparam(None, self.share, kind))
        return self.terms.float(many - number(1)) * share

    def _below(self, many: Sql) -> Sql:
        return self.terms.dialect.floor(self._exactly(many))


def _at(value: Sql, there: Sql) -> Sql:
    return sa.func.max(sa.case((there, value)), type_=sa.Double())
