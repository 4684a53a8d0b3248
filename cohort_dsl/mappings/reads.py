"""Physical tables as parts of a FROM."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings.physical import Family, PhysicalTable
from cohort_dsl.sql.dialect import Sql

Value: TypeAlias = tuple[Sql, Family]
"""A physical column's value as it stands in the database, and its type's family."""


@dataclass(frozen=True)
class Read:
    """A table that is read, under an alias."""

    table: PhysicalTable
    clause: sa.FromClause

    def column(self, name: str) -> Value:
        """The column of this name, in any case; LackingError if there is none."""
        found = self.table.column(name)
        return self.clause.c[found.name], found.family


def all_of(table: PhysicalTable, alias: str) -> Read:
    """All rows of the table."""
    return Read(table, _clause(table).alias(alias))


Tests: TypeAlias = Callable[[Read], Sequence[Sql]]
"""From a table to the conditions of rows that count."""


def some_of(
    table: PhysicalTable, alias: str, keys: Sequence[str], by: Sequence[str], tests: Tests
) -> Read:
    """The rows that count. Of those that share ``keys`` the first by the columns of ``by``;
    all, where there are none."""
    plain = Read(table, _clause(table))
    conditions = tests(plain)
    if not by and not conditions:
        return all_of(table, alias)
    found = sa.select(*plain.clause.c).where(*conditions)
    if not by:
        return Read(table, found.subquery(alias))
    within, order = ([plain.column(n)[0] for n in names] for names in (keys, by))
    name = unlike(table.columns)
    ranked = found.add_columns(place(within, order).label(name)).subquery()
    first = sa.select(*(ranked.c[column.name] for column in plain.clause.c))
    return Read(table, first.where(ranked.c[name] == 1).subquery(alias))


def known(table: PhysicalTable, alias: str, keys: Sequence[str], tests: Tests) -> Read:
    """The different keys of the rows that count: for whoever asks nothing else of them."""
    plain = Read(table, _clause(table))
    columns = [plain.column(name)[0] for name in keys]
    found = sa.select(*columns).where(*tests(plain)).distinct()
    return Read(table, found.subquery(alias))


def place(within: Sequence[Sql], by: Sequence[Sql]) -> Sql:
    """A row's place among those that share ``within``."""
    order = [sa.nulls_last(sa.asc(key)) for key in by]
    return sa.func.row_number().over(partition_by=list(within), order_by=order)


def unlike(names: Collection[str]) -> str:
    """A name that a database tells from these, which are in small letters."""
    name = "_place"
    while name in names:
        name += "_"
    return name


def _clause(table: PhysicalTable) -> sa.FromClause:
    """The table, or the rows of all those that it is made of."""
    if not table.parts:
        return _named(table)
    rows = []
    for part in table.parts:
        read = Read(part, _named(part))
        rows.append(sa.select(*(_label(read, name) for name in table.columns)))
    return sa.union_all(*rows).subquery("parts")


def _label(read: Read, name: str) -> sa.Label[Any]:
    return read.column(name)[0].label(sa.quoted_name(name, quote=True))


def _named(table: PhysicalTable) -> sa.TableClause:
    """The table by its full name, everything quoted as the database writes it."""
    *path, name = table.path
    schema = ".".join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in path)
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(sa.quoted_name(column.name, quote=True))
        for column in table.columns.values()
    ]
    return sa.table(
        sa.quoted_name(name, quote=True),
        *columns,
        schema=sa.quoted_name(schema, quote=False) if schema else None,
    )
