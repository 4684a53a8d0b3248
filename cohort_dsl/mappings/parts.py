"""One part of a mapping as a SELECT over the tables that a database really has."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cohort_dsl.mappings import conversions, reads
from cohort_dsl.mappings.expressions import Column, Constant, Either, Expression, columns
from cohort_dsl.mappings.model import Join, Part, People
from cohort_dsl.mappings.physical import NUMBERS, Family, LackingError, Physical
from cohort_dsl.mappings.reads import Read, Value
from cohort_dsl.mappings.telling import Find, Teller, none_of
from cohort_dsl.model.types import INT, STR, Kind, TableSchema, ValueType
from cohort_dsl.sql.dialect import Dialect, Sql

OWN = "own"  # the alias of a part's own table


@dataclass(frozen=True)
class BoundPart:
    """A part's rows; the columns it lacks and why, doesn't map, or must leave empty."""

    rows: sa.Select[Any]
    lacking: Mapping[str, LackingError]
    unmapped: frozenset[str]
    emptied: frozenset[str]


@dataclass(frozen=True)
class Place:
    """Where parts are bound. ``empty``: what the site declares it can't serve.

    ``no_days``: dates that stand for none. ``zone``: whose clocks count.
    """

    physical: Physical
    dialect: Dialect
    patient_id: ValueType
    empty: frozenset[str]
    no_days: tuple[datetime.date, ...] = ()
    zone: str = "UTC"

    def teller(self, find: Find) -> Teller:
        return Teller(find, self.dialect, self.no_days, self.zone)


def settled(part: Part, find: Find) -> Part:
    """The part with what this database has of every ``either``."""

    def is_there(expression: Expression) -> bool:
        try:
            for column in columns(expression):
                find(column)
        except LackingError:
            return False
        return True

    def change(expression: Expression) -> Expression:
        if not isinstance(expression, Either):
            return expression
        return next((one for one in expression.options if is_there(one)), expression)

    return part.changed(change)


def type_of_ids(people: People, physical: Physical) -> ValueType:
    """INT where patients are known by numbers, else STR; LackingError without people."""
    table = physical.table(people.table)
    read = reads.all_of(table, OWN)
    whole = settled(Part(people.table, people.patient_id, {}), _in(read))
    if isinstance(whole.patient_id, Either):
        raise LackingError(none_of(whole.patient_id.options))
    found = [table.column(column.name) for column in columns(whole.patient_id)]
    numbers = isinstance(whole.patient_id, Column) and found[0].family in NUMBERS
    return INT if numbers else STR


def _in(read: Read) -> Find:
    return lambda column: read.column(column.name)


def everybody(people: People, place: Place) -> sa.FromClause:
    """The ids of everybody in the table of people, each once."""
    read = reads.all_of(place.physical.table(people.table), OWN)
    whole = settled(Part(people.table, people.patient_id, {}), _in(read))
    found = place.teller(_in(read)).tell(whole.patient_id, place.patient_id.kind)
    ids = sa.select(found.label("patient_id")).where(found.is_not(sa.null()))
    return ids.distinct().subquery("people")


def nothing(schema: TableSchema, place: Place) -> sa.FromClause:
    """The table without rows."""
    types = {column.name: column.type for column in schema.columns}
    nulls = [
        sa.cast(sa.null(), place.dialect.type(kind.kind)).label(name)
        for name, kind in {"patient_id": place.patient_id, **types}.items()
    ]
    return sa.select(*nulls).where(sa.false()).subquery(schema.name)


def bind(
    schema: TableSchema, part: Part, wanted: Collection[str], place: Place
) -> BoundPart:
    """The part's rows with the wanted columns, those that it lacks as NULL.

    Tables that only other columns need aren't joined. LackingError where the database
    hasn't even what every row needs.
    """
    return _Binding(schema, part, wanted, place).bound()


class _Binding:
    """One part on its way to SQL."""

    def __init__(
        self, schema: TableSchema, part: Part, wanted: Collection[str], place: Place
    ) -> None:
        self.schema, self.place = schema, place
        self.wanted = [column for column in schema.columns if column.name in wanted]
        self.own = reads.all_of(place.physical.table(part.table), OWN)
        self.reads: dict[str, Read] = {}
        self.joins = {join.alias: join for join in part.joins}
        self.off = {j.alias for j in part.joins if j.unless_empty in place.empty}
        self.teller = place.teller(self._find)
        self.part = settled(part, self._find)

    def bound(self) -> BoundPart:
        patient = self.teller.tell(self.part.patient_id, self.place.patient_id.kind)
        made, lacking = self._columns()
        rows = sa.select(patient.label("patient_id"), *made).select_from(self._from())
        rows = rows.where(*self._conditions())
        unmapped = frozenset(n for n, e in self.part.columns.items() if e is None)
        return BoundPart(self._first(rows, patient), lacking, unmapped, self._emptied())

    def _conditions(self) -> list[Sql]:
        """What a row must be like to count."""
        part, teller = self.part, self.teller
        only = [teller.tell(one, Kind.STR).in_(texts) for one, texts in part.only]
        there = [teller.natural(one).is_not(sa.null()) for one in part.present]
        return [*only, *there, *(self._without(*one) for one in part.left_out)]

    def _without(self, looked_at: Expression, texts: tuple[str, ...]) -> Sql:
        """A row where nothing stands stays."""
        said = self.teller.tell(looked_at, Kind.STR)
        return sa.or_(said.is_(sa.null()), said.not_in(texts))

    def _columns(self) -> tuple[list[sa.Label[Any]], dict[str, LackingError]]:
        made, lacking = [], {}
        for column in self.wanted:
            kind, expression = column.type.kind, self.part.columns[column.name]
            said = self.teller.null(kind)
            empty = f"{self.schema.name}.{column.name}" in self.place.empty
            if expression is not None and not empty:
                try:
                    said = self.teller.tell(expression, kind)
                except LackingError as error:
                    lacking[column.name] = error
            made.append(said.label(column.name))
        return made, lacking

    def _emptied(self) -> frozenset[str]:
        """Columns that read nothing but joins that are off."""
        read = {n: {c.alias for c in columns(e)} for n, e in self.part.columns.items() if e}
        return frozenset(
            n for n, aliases in read.items() if aliases and aliases <= self.off
        )

    def _first(self, rows: sa.Select[Any], patient: Sql) -> sa.Select[Any]:
        """Of each patient's rows the first, if the mapping says by what."""
        if not self.part.first_by:
            return rows
        keys = [self.teller.natural(one) for one in self.part.first_by]
        name = reads.unlike({column.name.casefold() for column in rows.selected_columns})
        place = reads.place([patient], keys).label(name)
        ranked = rows.add_columns(place).subquery()
        kept = [column for column in ranked.c if column.name != name]
        return sa.select(*kept).where(ranked.c[name] == 1)

    # Columns and joins ---------------------------------------------------------------

    def _find(self, column: Column) -> Value | None:
        if column.alias in self.off:
            return None
        join = self.joins.get(column.alias or OWN)
        if join is None:
            return self.own.column(column.name)
        try:
            self._on(join)  # a joined table can be read only if it can be joined
            return self._joined(join).column(column.name)
        except LackingError as error:
            declare = error.declare or join.unless_empty or ""
            raise LackingError(error.problem, declare) from None

    def _joined(self, join: Join) -> Read:
        """The same each time, or SQLAlchemy would take it for two tables."""
        if join.alias not in self.reads:
            table = self.place.physical.table(join.table)
            self.reads[join.alias] = (
                reads.first_of_each(table, join.alias, tuple(join.on), join.first_by)
                if join.first_by
                else reads.all_of(table, join.alias)
            )
        return self.reads[join.alias]

    def _from(self) -> sa.FromClause:
        """The part's own table with the joins that it needs and can have."""
        rows, used = self.own.clause, self._used() - self.off
        for join in self.part.joins:
            if join.alias not in used:
                continue
            try:
                on, joined = sa.and_(*self._on(join)), self._joined(join)
            except LackingError:
                if join.required:
                    raise
                continue  # every column that reads it has been told to be lacking
            rows = rows.join(joined.clause, on, isouter=not join.required)
        return rows

    def _used(self) -> set[str | None]:
        """The aliases that are read; each join may hang on one before it."""
        wanted = [self.part.columns[column.name] for column in self.wanted]
        asked = [*self.part.of_rows(), *(one for one in wanted if one)]
        used = {column.alias for one in asked for column in columns(one)}
        for join in reversed(self.part.joins):
            if join.alias in used or join.required:
                used |= {join.alias, *(one.alias for one in join.read())}
        return used

    def _on(self, join: Join) -> list[Sql]:
        joined, dialect = self._joined(join), self.place.dialect
        conditions = []
        for name, other in join.on.items():
            key, family = joined.column(name)
            if isinstance(other, Constant):
                conditions.append(self._is(key, family, other))
                continue
            found = self._find(other)
            if found is None:
                return [sa.false()]
            value, other_family = found
            if family is not other_family:
                kind = _common(family, other_family)
                key = conversions.converted(key, family, kind, dialect)
                value = conversions.converted(value, other_family, kind, dialect)
                family = OF_KIND[kind]
            if family is Family.TEXT:
                key = dialect.by_code_point(key)
            conditions.append(key == value)
            if join.never is not None:
                never = str(join.never) if family is Family.TEXT else join.never
                conditions.append(key != sa.literal(never))
        return conditions

    def _is(self, key: Sql, family: Family, constant: Constant) -> Sql:
        kind = Kind.INT if isinstance(constant.value, int) else Kind.STR
        known = conversions.converted(key, family, kind, self.place.dialect)
        return known == self.teller.tell(constant, kind)


OF_KIND = {Kind.INT: Family.WHOLE, Kind.STR: Family.TEXT, Kind.DATE: Family.DATE}


def _common(one: Family, other: Family) -> Kind:
    """As what two keys of different types are compared."""
    both = {one, other}
    if both <= set(NUMBERS):
        return Kind.INT
    return Kind.DATE if both == {Family.DATE, Family.TIME} else Kind.STR
