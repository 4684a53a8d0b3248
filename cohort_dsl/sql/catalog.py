"""Where a warehouse keeps the tables that a question may read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.nodes import InlineTable
from cohort_dsl.model.types import INT, TableSchema, ValueType
from cohort_dsl.sql.dialect import Sql


@dataclass(frozen=True)
class Source:
    """A table on offer, and what to select its rows from.

    ``rows`` takes the columns that are wanted, and gives at least these and patient_id.
    """

    schema: TableSchema
    rows: Callable[[Collection[str]], sa.FromClause]


def plain(schema: TableSchema) -> Source:
    """A table of the schema's name and columns."""
    names = ["patient_id", *(column.name for column in schema.columns)]
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    table = sa.table(schema.name, *columns)
    return Source(schema, lambda wanted: table)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a table's rows: columns, and which rows.

    ``among``: from what each column holds to whether a row is asked for; None: all are.
    """

    columns: Collection[str]
    among: Callable[[Callable[[str], Sql]], Sql] | None = None


@dataclass(frozen=True)
class Copy:
    """Rows of a physical table, and how to read tables on offer from where they are kept.

    ``types``: of the columns of ``rows``; ``read``: from what holds them, a table's name
    and the wanted columns to what to select that table's rows from.
    """

    rows: sa.Select[Any]
    types: Mapping[str, ValueType]
    read: Callable[[sa.FromClause, str, Collection[str]], sa.FromClause]


Narrow: TypeAlias = Callable[[sa.FromClause, Sql], sa.FromClause]
"""From rows, and whose each is, to those of some patients."""


@dataclass(frozen=True)
class Shared:
    """A physical table that several tables on offer have their rows in.

    ``reads``: how often one reading of each of them reads it. ``copied``: what is wanted of
    them, by name, in one reading.
    """

    name: str
    reads: Mapping[str, int]
    copied: Callable[[Mapping[str, Wanted], Narrow], Copy]


@dataclass(frozen=True)
class Catalog:
    """The tables on offer.

    ``people``: who counts as a patient (a FromClause with ``patient_id``, unique); None
    where everybody in any table does. ``left_out``: who doesn't, whatever stands in the
    tables (likewise); no question's answer has them or anything of their rows.
    ``everyone``: tables that hold all who are in ``people``.
    ``broken``: tables that should be on offer, and why they aren't. ``patient_id``: INT
    or STR. ``shared``: physical tables that are read once for several tables.
    """

    sources: Mapping[str, Source]
    patient_id: ValueType = INT
    people: sa.FromClause | None = None
    everyone: frozenset[str] = frozenset()
    broken: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[Shared, ...] = ()
    left_out: sa.FromClause | None = None

    @property
    def reads(self) -> Mapping[str, Mapping[str, int]]:
        """Of each shared table, how often one reading of a table on offer reads it."""
        return {one.name: one.reads for one in self.shared}

    def rows(self, table: str, columns: Collection[str] = ()) -> sa.FromClause:
        """The table's rows, with at least these columns and patient_id."""
        return self.sources[table].rows(columns)

    def demand(self, tables: Iterable[TableSchema]) -> None:
        """WarehouseError, with all that is missing, unless these tables are on offer."""
        wrong = [problem for table in tables for problem in self._problems(table)]
        if wrong:
            raise WarehouseError(
                "; ".join(wrong),
                where="the tables that the definition asks for",
                remedy="Ask for what it offers; `strongroom warehouse check` lists that.",
            )

    def _problems(self, wanted: TableSchema) -> list[str]:
        if wanted.name in self.broken:
            return [f"{wanted.name} can't be read: {self.broken[wanted.name]}"]
        if wanted.name not in self.sources:
            return [f"this warehouse has no table {wanted.name}"]
        offered = self.sources[wanted.name].schema
        if offered.one_row_per_patient != wanted.one_row_per_patient:
            rows = "one row" if offered.one_row_per_patient else "many rows"
            return [f"{wanted.name} holds {rows} a patient here"]
        types = {column.name: column.type for column in offered.columns}
        return [
            f"{wanted.name}.{column.name} is {types[column.name]} here, not {column.type}"
            if column.name in types
            else f"this warehouse has no column {wanted.name}.{column.name}"
            for column in wanted.columns
            if types.get(column.name) != column.type
        ]


def demand_ids(table: InlineTable, patient_id: ValueType) -> None:
    """WarehouseError unless the rows that come with a question name patients as we do."""
    wanted = int if patient_id == INT else str
    if all(type(one) is wanted for one in table.patients()):
        return
    words = {int: "whole numbers", str: "text"}
    given = str if wanted is int else int
    raise WarehouseError(
        f"the rows of {table.table.name} have {words[given]} as patient_id, and this "
        f"warehouse has {words[wanted]}",
        where="the tables that come with the definition",
        remedy=f"Write each patient_id as {words[wanted]}, as the warehouse's patients.",
    )
