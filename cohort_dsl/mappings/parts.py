"""One part of a mapping as a SELECT over the tables that a database really has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
    columns,
)
from cohort_dsl.mappings.model import Join, Part
from cohort_dsl.mappings.physical import Family, Lacking, Physical, PhysicalTable
from cohort_dsl.model.types import Kind, TableSchema, ValueType
from cohort_dsl.sql.dialect import Dialect, Sql

OWN = "own"  # the alias of a part's own table

# Dates from here on stand for "no end yet" where a model has no other word for it.
FAR = "DATE '2099-01-01'"


@dataclass(frozen=True)
class BoundPart:
    """A part's rows; the columns it lacks and why, doesn't map, or must leave empty."""

    rows: sa.Select[Any]
    lacking: Mapping[str, Lacking]
    unmapped: frozenset[str]
    emptied: frozenset[str]


@dataclass(frozen=True)
class _Read:
    """A physical table in a FROM, under an alias."""

    table: PhysicalTable
    clause: sa.FromClause

    def column(self, name: str) -> tuple[Sql, Family] | Lacking:
        found = self.table.column(name)
        if isinstance(found, Lacking):
            return found
        return self.clause.c[found.name], found.family


@dataclass(frozen=True)
class PartBinder:
    """``empty``: what the site declares it can't serve."""

    physical: Physical
    dialect: Dialect
    patient_id: ValueType
    empty: frozenset[str]

    def people(self, table: PhysicalTable, column: str) -> sa.FromClause:
        """The ids of everybody in the table, each once."""
        read = _Read(table, _clause(table).alias(OWN))
        found = self._converted(read, column, self.patient_id.kind)
        assert not isinstance(found, Lacking)
        ids = sa.select(found.label("patient_id")).where(found.is_not(sa.null()))
        return ids.distinct().subquery("people")

    def nothing(self, schema: TableSchema) -> sa.FromClause:
        """The table without rows."""
        nulls = [self._null(c.type.kind).label(c.name) for c in schema.columns]
        patient = self._null(self.patient_id.kind).label("patient_id")
        return sa.select(patient, *nulls).where(sa.false()).subquery(schema.name)

    def bind(
        self, schema: TableSchema, part: Part, wanted: Collection[str]
    ) -> BoundPart | Lacking:
        """The part's rows with the wanted columns, those that it lacks as NULL.

        Tables that only other columns need aren't joined.
        """
        own = self.physical.table(part.table)
        if isinstance(own, Lacking):
            return own
        return _Binding(self, schema, part, own, wanted).bound()

    def _null(self, kind: Kind) -> Sql:
        return sa.cast(sa.null(), self.dialect.type(kind))

    def _converted(self, read: _Read, name: str, kind: Kind) -> Sql | Lacking:
        found = read.column(name)
        if isinstance(found, Lacking):
            return found
        return conversions.converted(*found, kind, self.dialect)


class _LackingError(Exception):
    def __init__(self, lacking: Lacking) -> None:
        self.lacking = lacking


class _Binding:
    """One part on its way to SQL."""

    def __init__(
        self,
        binder: PartBinder,
        schema: TableSchema,
        part: Part,
        own: PhysicalTable,
        wanted: Collection[str],
    ) -> None:
        self.binder, self.dialect = binder, binder.dialect
        self.schema, self.part = schema, part
        self.wanted = [column for column in schema.columns if column.name in wanted]
        self.reads: dict[str, _Read | Lacking] = {OWN: _Read(own, _clause(own).alias(OWN))}
        self.off = {j.alias for j in part.joins if j.unless_empty in binder.empty}
        for join in part.joins:
            self.reads[join.alias] = self._joined_table(join)

    def bound(self) -> BoundPart | Lacking:
        try:
            patient = self._told(self.part.patient_id, self.binder.patient_id.kind)
            only = [self._only(column, values) for column, values in self.part.only]
            made, lacking = self._columns()
            rows = sa.select(patient.label("patient_id"), *made).select_from(self._from())
            rows = self._first(rows.where(*only))
        except _LackingError as error:
            return error.lacking
        unmapped = frozenset(n for n, e in self.part.columns.items() if e is None)
        return BoundPart(rows, lacking, unmapped, self._emptied())

    def _columns(self) -> tuple[list[sa.Label[Any]], dict[str, Lacking]]:
        made, lacking = [], {}
        for column in self.wanted:
            said = self.binder._null(column.type.kind)  # noqa: SLF001
            expression = self.part.columns[column.name]
            if expression is not None and not self._is_declared_empty(column.name):
                try:
                    said = self._told(expression, column.type.kind)
                except _LackingError as error:
                    lacking[column.name] = error.lacking
            made.append(said.label(column.name))
        return made, lacking

    def _is_declared_empty(self, column: str) -> bool:
        return f"{self.schema.name}.{column}" in self.binder.empty

    def _emptied(self) -> frozenset[str]:
        """Columns that read nothing but joins that are off."""
        return frozenset(
            name
            for name, expression in self.part.columns.items()
            if expression is not None
            and {c.alias for c in columns(expression)} <= self.off
            and any(columns(expression))
        )

    # FROM --------------------------------------------------------------------------

    def _joined_table(self, join: Join) -> _Read | Lacking:
        table = self.binder.physical.table(join.table)
        if isinstance(table, Lacking):
            return table
        clause = _clause(table)
        if not join.first_by:
            return _Read(table, clause.alias(join.alias))
        plain = _Read(table, clause)
        keys = [plain.column(name) for name in (*join.on, *join.first_by)]
        for key in keys:
            if isinstance(key, Lacking):
                return key
        found = [key[0] for key in keys if not isinstance(key, Lacking)]
        place = _place(found[: len(join.on)], found[len(join.on) :])
        ranked = sa.select(*clause.c, place).subquery()
        first = sa.select(*(ranked.c[c.name] for c in clause.c))
        return _Read(table, first.where(ranked.c.place_of_row == 1).subquery(join.alias))

    def _from(self) -> sa.FromClause:
        """The part's own table with the joins that it needs and can have."""
        own = self.reads[OWN]
        assert isinstance(own, _Read)
        found = own.clause
        for join in self.part.joins:
            if join.required or (join.alias in self._used() - self.off):
                found = self._join(found, join)
        return found

    def _used(self) -> set[str | None]:
        wanted = [self.part.columns[column.name] for column in self.wanted]
        read = [c for e in wanted if e for c in columns(e)]
        read += [column for column, _ in self.part.only]
        read += list(columns(self.part.patient_id))
        used = {column.alias for column in read}
        for join in reversed(self.part.joins):  # each may hang on one before it
            if join.alias in used or join.required:
                used |= {column.alias for column in join.on.values()}
        return used

    def _join(self, rows: sa.FromClause, join: Join) -> sa.FromClause:
        try:
            on = sa.and_(*self._on(join))
            read = self._read(join.alias)
        except _LackingError:
            if join.required:
                raise
            return rows  # every column that reads it has been told to be lacking
        return rows.join(read.clause, on, isouter=not join.required)

    def _on(self, join: Join) -> list[Sql]:
        conditions = []
        for name, other in join.on.items():
            key, family = _found(self._read(join.alias).column(name))
            value, other_family = _found(self._read(other.alias).column(other.name))
            if family is not other_family:
                kind = _common(family, other_family)
                key = conversions.converted(key, family, kind, self.dialect)
                value = conversions.converted(value, other_family, kind, self.dialect)
            conditions.append(key == value)
            if join.never is not None:
                conditions.append(key != sa.literal(join.never))
        return conditions

    def _only(self, column: Column, values: Sequence[str]) -> Sql:
        return self._told(column, Kind.STR).in_(values)

    def _first(self, rows: sa.Select[Any]) -> sa.Select[Any]:
        """Of each patient's rows the first, if the mapping says by what."""
        if not self.part.first_by:
            return rows
        own = self._read(None)
        keys = [_found(own.column(name))[0] for name in self.part.first_by]
        patient = self._told(self.part.patient_id, self.binder.patient_id.kind)
        ranked = rows.add_columns(_place([patient], keys)).subquery()
        kept = [c for c in ranked.c if c.name != "place_of_row"]
        return sa.select(*kept).where(ranked.c.place_of_row == 1)

    # Expressions ---------------------------------------------------------------------

    def _read(self, alias: str | None) -> _Read:
        read = self.reads[alias or OWN]
        if isinstance(read, Lacking):
            raise _LackingError(read)
        return read

    def _told(self, expression: Expression, kind: Kind) -> Sql:
        """The expression as a value of the kind; _LackingError if it can't be had."""
        match expression:
            case Column(alias, name):
                if alias in self.off:
                    return self.binder._null(kind)  # noqa: SLF001
                column, family = self._column(alias, name)
                return conversions.converted(column, family, kind, self.dialect)
            case Constant(None):
                return self.binder._null(kind)  # noqa: SLF001
            case Constant(value):
                return sa.cast(sa.literal(value), self.dialect.type(kind))
            case First(options):
                return sa.func.coalesce(*(self._told(one, kind) for one in options))
            case IfNoNumber(looked_at, instead):
                seen = self._told(looked_at, Kind.FLOAT)
                return sa.case((seen.is_(sa.null()), self._told(instead, kind)))
            case DayOf(year, month, day):
                y, m, d = (self._told(part, Kind.INT) for part in (year, month, day))
                return conversions.day_of(y, m, d, self.dialect)
            case OpenEnd(day):
                end = self._told(day, Kind.DATE)
                return sa.case((end < sa.literal_column(FAR), end))
            case Without(text, part):
                said = self._told(text, Kind.STR)
                return sa.func.replace(said, sa.literal(part), sa.literal(""))
            case Choose():
                return self._chosen(expression, kind)

    def _chosen(self, choose: Choose, kind: Kind) -> Sql:
        numbers = any(isinstance(key, int) for key, _ in choose.cases)
        of = self._told(choose.of, Kind.INT if numbers else Kind.STR)
        whens = [
            (
                of.is_(sa.null()) if key is None else of == sa.literal(key),
                self._told(value, kind),
            )
            for key, value in choose.cases
        ]
        return sa.case(*whens, else_=self._told(choose.otherwise, kind))

    def _column(self, alias: str | None, name: str) -> tuple[Sql, Family]:
        """A physical column; a joined table's can be read only if it can be joined."""
        join = self.part.join(alias) if alias else None
        try:
            if join is not None:
                self._on(join)
            return _found(self._read(alias).column(name))
        except _LackingError as error:
            if join is None or join.unless_empty is None:
                raise
            told = replace(error.lacking, declare=join.unless_empty)
            raise _LackingError(told) from None


def _found(column: tuple[Sql, Family] | Lacking) -> tuple[Sql, Family]:
    if isinstance(column, Lacking):
        raise _LackingError(column)
    return column


def _common(one: Family, other: Family) -> Kind:
    numbers = (Family.WHOLE, Family.NUMBER)
    return Kind.INT if one in numbers and other in numbers else Kind.STR


def _place(within: Sequence[Sql], by: Sequence[Sql]) -> sa.Label[Any]:
    order = [sa.nulls_last(sa.asc(key)) for key in by]
    numbered = sa.func.row_number().over(partition_by=list(within), order_by=order)
    return numbered.label("place_of_row")


def _clause(table: PhysicalTable) -> sa.TableClause:
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
