"""A mapping's expressions in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings import conversions
from cohort_dsl.mappings.expressions import (
    Choose,
    Column,
    Constant,
    DayOf,
    Expression,
    First,
    IfNoNumber,
    OpenEnd,
    Without,
)
from cohort_dsl.mappings.reads import Value
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Dialect, Sql

# Dates from here on stand for "no end yet" where a model has no other word for it.
FAR = "DATE '2099-01-01'"

# Where a column stands; None where the site declares that there is nothing to read.
Find: TypeAlias = Callable[[Column], Value | None]


@dataclass(frozen=True)
class Teller:
    """``find`` may raise LackingError, and so do these."""

    find: Find
    dialect: Dialect

    def null(self, kind: Kind) -> Sql:
        return sa.cast(sa.null(), self.dialect.type(kind))

    def tell(self, expression: Expression, kind: Kind) -> Sql:
        """The expression as a value of the kind, NULL where it has none of it."""
        match expression:
            case Column():
                found = self.find(expression)
                if found is None:
                    return self.null(kind)
                return conversions.converted(*found, kind, self.dialect)
            case Constant(None):
                return self.null(kind)
            case Constant(value):
                return sa.cast(sa.literal(value), self.dialect.type(kind))
            case First(options):
                return sa.func.coalesce(*(self.tell(one, kind) for one in options))
            case IfNoNumber(looked_at, instead):
                number = self.tell(looked_at, Kind.FLOAT)
                return sa.case((number.is_(sa.null()), self.tell(instead, kind)))
            case DayOf(year, month, day):
                y, m, d = (self.tell(part, Kind.INT) for part in (year, month, day))
                return conversions.day_of(y, m, d, self.dialect)
            case OpenEnd(day):
                end = self.tell(day, Kind.DATE)
                return sa.case((end < sa.literal_column(FAR), end))
            case Without(text, part):
                said = self.tell(text, Kind.STR)
                return sa.func.replace(said, sa.literal(part), sa.literal(""))
            case Choose():
                return self._chosen(expression, kind)

    def _chosen(self, choose: Choose, kind: Kind) -> Sql:
        numbers = any(isinstance(key, int) for key, _ in choose.cases)
        of = self.tell(choose.of, Kind.INT if numbers else Kind.STR)
        whens = [
            (
                of.is_(sa.null()) if key is None else of == sa.literal(key),
                self.tell(value, kind),
            )
            for key, value in choose.cases
        ]
        return sa.case(*whens, else_=self.tell(choose.otherwise, kind))
