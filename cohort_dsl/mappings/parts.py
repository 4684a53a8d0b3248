"""One part of a mapping as a SELECT over the tables that a database really has."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from cohort_dsl.mappings import reads
from cohort_dsl.mappings.expressions import OWN, Column, Either, Expression, columns
from cohort_dsl.mappings.joining import Seen, Sight
from cohort_dsl.mappings.model import Beside, Join, Part, People
from cohort_dsl.mappings.physical import NUMBERS, LackingError, Physical
from cohort_dsl.mappings.reads import Read
from cohort_dsl.mappings.telling import Find, Teller, none_of
from cohort_dsl.mappings.written import NOWHERE, Written
from cohort_dsl.model.types import INT, STR, Kind, TableSchema, ValueType
from cohort_dsl.sql.dialect import Dialect, Sql


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

    ``no_days``, ``no_texts``: dates and texts that stand for none. ``zone``: whose clocks
    count. ``written``: where the mapping says what.
    """

    physical: Physical
    dialect: Dialect
    patient_id: ValueType
    empty: frozenset[str]
    no_days: tuple[datetime.date, ...] = ()
    zone: str = "UTC"
    no_texts: tuple[str, ...] = ()
    written: Written = NOWHERE

    def teller(self, find: Find) -> Teller:
        return Teller(find, self.dialect, self.no_days, self.zone, self.no_texts)

    def sight(self, part: Part, seen: Seen) -> Sight:
        return Sight(part, seen, self.physical, self.dialect, self.teller, self.empty)


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
    return Binding(schema, part, wanted, place).bound()


class Binding:
    """One part on its way to SQL."""

    def __init__(
        self,
        schema: TableSchema,
        part: Part,
        wanted: Collection[str],
        place: Place,
        seen: Seen | None = None,
    ) -> None:
        self.schema, self.place = schema, place
        self.wanted = [column for column in schema.columns if column.name in wanted]
        seen = seen or Seen.of(place.physical.table(part.table))
        self.sight = place.sight(part, seen)
        self.teller = replace(place.teller(self.sight.find), then=self.sight.then)
        self.part = settled(part, self.sight.find)

    def bound(self) -> BoundPart:
        made, lacking = self.columns()
        patient = self.patient().label("patient_id")
        rows = self._rows(patient, made)
        unmapped = frozenset(n for n, e in self.part.columns.items() if e is None)
        return BoundPart(self._first(rows, patient), lacking, unmapped, self._emptied())

    def patient(self) -> Sql:
        """Whose a row is."""
        return self.teller.tell(self.part.patient_id, self.place.patient_id.kind)

    def columns(self) -> tuple[list[sa.Label[Any]], dict[str, LackingError]]:
        """The wanted columns; those that it lacks as NULL, and why."""
        made, lacking = [], {}
        for column in self.wanted:
            kind, expression = column.type.kind, self.expression(column.name)
            said = self.teller.null(kind)
            if expression is not None:
                try:
                    said = self.teller.tell(expression, kind)
                except LackingError as error:
                    lacking[column.name] = error
            made.append(said.label(column.name))
        return made, lacking

    def expression(self, column: str) -> Expression | None:
        """What a column is; None where it is empty."""
        empty = f"{self.schema.name}.{column}" in self.place.empty
        return None if empty else self.part.columns[column]

    def asked(self) -> list[Expression]:
        """All that is looked at for the wanted columns."""
        wanted = (self.part.columns[column.name] for column in self.wanted)
        return [*self.part.of_rows(), *(one for one in wanted if one)]

    def _rows(self, patient: Sql, made: list[sa.Label[Any]]) -> sa.Select[Any]:
        used, beside = self.sight.used(self.asked()), self.sight.used_beside(self.asked())
        found = sa.select(patient, *made)
        if beside:
            counts = self.demands(outer=True)
            inner = found.add_columns(flag(all_of(counts)).label(COUNTS))
            inner = inner.select_from(self.sight.rows(used, outer=True))
            both = inner.where(with_those_beside(counts, beside, self.sight)).subquery()
            kept = [column for column in both.c if column.name != COUNTS]
            return sa.select(*kept).where(both.c[COUNTS] == sa.literal_column("1"))
        rows = found.select_from(self.sight.rows(used))
        rows = rows.where(*(one.holds for one in self.demands()))
        return rows.group_by(patient.element) if self.part.sums_up else rows

    def demands(self, *, outer: bool = False) -> list[Demand]:
        """What a row must be like to count. ``outer``: nothing else sees to required joins.

        What must stand there is what is written there, even if it stands for nothing.
        """
        part, dialect, said = self.part, self.place.dialect, self.teller.written()
        found = [
            Demand(meant.hold(said.tell(one, Kind.STR), dialect), tuple(columns(one)))
            for one, meant in part.only
        ]
        for one in part.present:
            there = self.teller.natural(one).is_not(sa.null())
            found.append(Demand(there, tuple(columns(one))))
        for one, meant in part.left_out:
            text = said.tell(one, Kind.STR)
            stays = sa.or_(text.is_(sa.null()), sa.not_(meant.hold(text, dialect)))
            found.append(Demand(stays, tuple(columns(one))))
        return [*found, *(self._found(j) for j in part.joins if outer and j.required)]

    def _found(self, join: Join) -> Demand:
        if join.alias in self.sight.off:
            return Demand(sa.true(), ())
        key, _ = self.sight.joined(join).column(next(iter(join.on)))
        return Demand(key.is_not(sa.null()), tuple(join.read()))

    def _emptied(self) -> frozenset[str]:
        """Columns that read nothing but joins that are off."""
        read = {n: {c.alias for c in columns(e)} for n, e in self.part.columns.items() if e}
        off = self.sight.off
        return frozenset(n for n, aliases in read.items() if aliases and aliases <= off)

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


COUNTS = "_counts"  # does a row itself count, or is it only beside one that does?


@dataclass(frozen=True)
class Demand:
    """A condition of rows, and what it looks at."""

    holds: Sql
    looks_at: tuple[Column, ...]


def all_of(demands: Iterable[Demand]) -> Sql:
    return sa.and_(sa.true(), *(one.holds for one in demands))


def flag(condition: Sql) -> Sql:
    """1 where it holds, else 0."""
    one: Sql = sa.literal_column("1")
    return sa.case((condition, one), else_=sa.literal_column("0"))


def with_those_beside(
    demands: Collection[Demand], beside: Collection[Beside], sight: Sight
) -> Sql:
    """Rows that count, and rows beside them.

    What looks only at columns that both have alike holds for both, or for neither.
    """
    both, own = alike(demands, beside)
    others = [sa.and_(*sight.tests(one.only)) for one in beside]
    return sa.and_(all_of(both), sa.or_(all_of(own), *others))


def alike(
    demands: Iterable[Demand], beside: Collection[Beside]
) -> tuple[list[Demand], list[Demand]]:
    """Those that look only at what rows have alike with any of those beside; the others."""
    same = set.intersection(*({name.casefold() for name in b.same} for b in beside))
    own: list[Demand] = []
    both: list[Demand] = []
    for one in demands:
        fits = all(c.alias is None and c.name.casefold() in same for c in one.looks_at)
        (both if fits else own).append(one)
    return both, own
