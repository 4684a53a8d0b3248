"""A mapping meets a database: what it can serve from it, and why not the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import sqlalchemy as sa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.model import OFFERED, Part, SiteMapping
from cohort_dsl.mappings.parts import BoundPart, PartBinder
from cohort_dsl.mappings.physical import Family, Lacking, Physical, PhysicalTable
from cohort_dsl.model import nodes
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT, STR, TableSchema, ValueType
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.sql.catalog import Source


class State(Enum):
    """How a table or column is served."""

    SERVED = "served"
    DECLARED_EMPTY = "declared empty"  # by the site's settings
    NOT_IN_MODEL = "not in the model"  # by the mapping
    MISSING = "missing"  # mapped, but not there: nobody may ask for it


@dataclass(frozen=True)
class Served:
    """A table or column of the contract: how it is served.

    Where it is missing, ``problem`` tells what isn't there, and ``declare`` what a site
    that has nothing of it declares empty.
    """

    state: State
    problem: str = ""
    declare: str = ""


Rows: TypeAlias = Callable[[Collection[str]], sa.FromClause]


@dataclass(frozen=True)
class BoundTable:
    """A contract table here. ``rows``: from wanted columns to what to select them from."""

    schema: TableSchema
    served: Served
    columns: Mapping[str, Served]
    rows: Rows | None


@dataclass(frozen=True)
class Bound:
    """All tables of the contract, as far as this database serves them."""

    tables: Mapping[str, BoundTable]
    catalog: Catalog

    def demand(self, query: Query) -> None:
        """WarehouseError, with all that is missing, unless the question can be asked."""
        tables = [(table.name, "") for table in query.tables()]
        asked = [*tables, *sorted(_columns_of(query))]
        wrong = {
            f"{name}.{column}" if column else name: served
            for name, column in asked
            if (served := self._served(name, column)).state is State.MISSING
        }
        whole = [name for name in wrong if name in self.tables]
        told = {n: p for n, p in wrong.items() if n in whole or not _within(n, whole)}
        if told:
            names = " and ".join(sorted({one.declare for one in told.values()}))
            raise WarehouseError(
                "; ".join(f"{n} isn't served: {one.problem}" for n, one in told.items()),
                where="the tables that the definition asks for",
                remedy="Correct the warehouse or its mapping; where the site really has "
                f"nothing of it, name {names} among its empty_tables.",
            )

    def _served(self, table: str, column: str) -> Served:
        """Tables and columns that no contract has are for the catalog to refuse."""
        bound = self.tables.get(table)
        if bound is None:
            return Served(State.SERVED)
        if not column:
            return bound.served
        return bound.columns.get(column, Served(State.SERVED))


def _within(name: str, tables: Iterable[str]) -> bool:
    return any(name.startswith(f"{table}.") for table in tables)


def _columns_of(query: Query) -> set[tuple[str, str]]:
    """The columns that the question reads, with their tables."""
    selected = [n for n in query.nodes() if isinstance(n, nodes.SelectColumn)]
    return {(_table_of(n.source), n.name) for n in selected}


def _table_of(frame: nodes.Frame) -> str:
    *_, last = nodes.lineage(frame)
    while isinstance(last, nodes.Pick):
        *_, last = nodes.lineage(last.source)
    assert isinstance(last, nodes.Table)
    return last.table.name


# Binding -------------------------------------------------------------------------


def bind(
    mapping: SiteMapping, physical: Physical, dialect: Dialect, empty: frozenset[str]
) -> Bound:
    """What the mapping serves from this database.

    ``empty``: contract tables, or ``table.column``, that the site declares it can't serve.
    """
    people, patient_id = _people(mapping, physical)
    binder = PartBinder(physical, dialect, patient_id, empty)
    tables = {
        schema.name: _bound(schema, mapping.tables.get(schema.name), people, binder)
        for schema in OFFERED.values()
    }
    sources = {
        name: Source(bound.schema, bound.rows)
        for name, bound in tables.items()
        if bound.rows is not None
    }
    everybody = None if isinstance(people, Lacking) else binder.people(*people)
    everyone = frozenset(
        name
        for name in ("patients", "core.patients")
        if name in sources and _holds_everybody(mapping, tables[name])
    )
    return Bound(tables, Catalog(sources, patient_id, everybody, everyone))


def _people(
    mapping: SiteMapping, physical: Physical
) -> tuple[tuple[PhysicalTable, str] | Lacking, ValueType]:
    """Where the patients are, and the type of their ids."""
    table = physical.table(mapping.people.table)
    if isinstance(table, Lacking):
        return table, INT
    column = table.column(mapping.people.patient_id.name)
    if isinstance(column, Lacking):
        return column, INT
    numbers = (Family.WHOLE, Family.NUMBER)
    return (table, column.name), INT if column.family in numbers else STR


def _holds_everybody(mapping: SiteMapping, table: BoundTable) -> bool:
    """Are the table's rows the very people of the mapping?"""
    parts = mapping.tables.get(table.schema.name, ())
    return table.served.state is State.SERVED and [
        (p.table, p.patient_id, p.only, any(j.required for j in p.joins)) for p in parts
    ] == [(mapping.people.table, mapping.people.patient_id, (), False)]


def _bound(
    schema: TableSchema,
    parts: tuple[Part, ...] | None,
    people: object,
    binder: PartBinder,
) -> BoundTable:
    if schema.name in binder.empty:
        return _empty(schema, binder)
    if isinstance(people, Lacking):
        return _missing(schema, people.problem)
    if parts is None:
        return _missing(schema, "its mapping doesn't serve it")
    parts = tuple(part for part in parts if part.like not in binder.empty)
    if not parts:
        return _empty(schema, binder)
    names = [column.name for column in schema.columns]
    bound = [binder.bind(schema, part, names) for part in parts]
    lacking = {
        one.problem: part.like or schema.name
        for part, one in zip(parts, bound, strict=True)
        if isinstance(one, Lacking)
    }
    if lacking:
        declare = " and ".join(dict.fromkeys(lacking.values()))
        return _missing(schema, "; ".join(lacking), declare)
    held = [one for one in bound if isinstance(one, BoundPart)]
    columns = {name: _column(schema.name, name, held, binder) for name in names}
    return BoundTable(schema, Served(State.SERVED), columns, _rows(schema, parts, binder))


def _rows(schema: TableSchema, parts: tuple[Part, ...], binder: PartBinder) -> Rows:
    def rows(wanted: Collection[str]) -> sa.FromClause:
        bound = [binder.bind(schema, part, wanted) for part in parts]
        held = [one.rows for one in bound if isinstance(one, BoundPart)]
        return sa.union_all(*held).subquery() if len(held) > 1 else held[0].subquery()

    return rows


def _empty(schema: TableSchema, binder: PartBinder) -> BoundTable:
    served, nothing = Served(State.DECLARED_EMPTY), binder.nothing(schema)
    columns = {column.name: served for column in schema.columns}
    return BoundTable(schema, served, columns, lambda wanted: nothing)


def _missing(schema: TableSchema, problem: str, declare: str = "") -> BoundTable:
    served = Served(State.MISSING, problem, declare or schema.name)
    return BoundTable(schema, served, {c.name: served for c in schema.columns}, None)


def _column(table: str, name: str, parts: list[BoundPart], binder: PartBinder) -> Served:
    if f"{table}.{name}" in binder.empty:
        return Served(State.DECLARED_EMPTY)
    lacking = [p.lacking[name] for p in parts if name in p.lacking]
    if lacking:
        problems = dict.fromkeys(one.problem for one in lacking)
        declare = lacking[0].declare or f"{table}.{name}"
        return Served(State.MISSING, "; ".join(problems), declare)
    if all(name in p.unmapped for p in parts):
        return Served(State.NOT_IN_MODEL)
    if all(name in p.unmapped or name in p.emptied for p in parts):
        return Served(State.DECLARED_EMPTY)
    return Served(State.SERVED)
