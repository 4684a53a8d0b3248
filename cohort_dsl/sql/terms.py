"""Words that all SQL expressions have in common, in one dialect.

Yes-or-no expressions are SQL conditions; ``Terms.stored`` and ``Terms.condition`` turn
them into values of a column and back, for engines without a boolean type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model.types import BOOL, Kind, Scalar, ValueType
from cohort_dsl.sql.dialect import Dialect, Sql

Pieces: TypeAlias = Sequence[Sequence[Sql]]
Listed: TypeAlias = "sa.FromClause | Pieces"


@dataclass(frozen=True)
class Terms:
    """The words. ``lists``: long ones, kept as tables, or to be written out in pieces."""

    dialect: Dialect
    lists: Mapping[frozenset[Scalar], Listed]

    def constant(self, value: Scalar, value_type: ValueType) -> Sql:
        """A bound parameter, with its type said, so that 1 is 64 bits wide everywhere."""
        if value_type == BOOL and not self.dialect.native_booleans:
            return self.condition(sa.literal_column("1" if value else "0"))
        kind = self.dialect.type(value_type.kind)
        return sa.cast(sa.bindparam(None, value, kind), kind)

    def listed(self, values: Iterable[Scalar], value_type: ValueType) -> list[Sql]:
        """Constants in order, as columns hold them."""
        return [self.held(value, value_type) for value in sorted(values)]

    def in_pieces(self, values: Iterable[Scalar], value_type: ValueType) -> Pieces:
        """As many together as one IN may have."""
        told, most = self.listed(values, value_type), self.dialect.within.longest_in
        return [told[at : at + most] for at in range(0, len(told), most)]

    def given(self, value: Scalar | None) -> Scalar | None:
        """A constant as a column holds it, where rows are uploaded."""
        if isinstance(value, bool) and not self.dialect.native_booleans:
            return int(value)
        return value

    def false(self) -> Sql:
        return self.constant(False, BOOL)

    def null(self, value_type: ValueType) -> Sql:
        return self.loaded(sa.cast(sa.null(), self.column_type(value_type)), value_type)

    def held(self, value: Scalar | None, value_type: ValueType) -> Sql:
        """A constant or NULL, as a column holds it."""
        if value is None:
            return self.stored(self.null(value_type), value_type)
        return self.stored(self.constant(value, value_type), value_type)

    def column_type(self, value_type: ValueType) -> Any:
        if value_type == BOOL and not self.dialect.native_booleans:
            return sa.SmallInteger()
        return self.dialect.type(value_type.kind)

    def stored(self, expression: Sql, value_type: ValueType) -> Sql:
        """What a column can hold of it."""
        if value_type != BOOL or self.dialect.native_booleans:
            return expression
        return sa.case((expression, number(1)), (sa.not_(expression), number(0)))

    def loaded(self, column: Sql, value_type: ValueType) -> Sql:
        """A column's value as the rules know it."""
        return self.condition(column) if value_type == BOOL else column

    def condition(self, column: Sql) -> Sql:
        return column if self.dialect.native_booleans else column == sa.literal_column("1")

    def int(self, expression: Sql) -> Sql:
        return sa.cast(expression, self.dialect.type(Kind.INT))

    def float(self, expression: Sql) -> Sql:
        return sa.cast(expression, self.dialect.type(Kind.FLOAT))


def number(text: int) -> Sql:
    """A whole number, as it is: no parameter."""
    return sa.literal_column(str(text))


def among(operand: Sql, pieces: Pieces) -> Sql:
    """Is it one of these values?"""
    return sa.or_(*(operand.in_(piece) for piece in pieces))
