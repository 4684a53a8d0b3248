"""Physical tables that several contract tables have their rows in, read once for all.

One SELECT over the physical table gives, for each of its rows that any of the tables asked
for has, what their columns say, each different expression once, and for each part of a
table whether the row is one of its rows. From where that is kept, each table is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings.expressions import Expression, columns
from cohort_dsl.mappings.joining import Key, Seen
from cohort_dsl.mappings.model import Beside, Part
from cohort_dsl.mappings.parts import (
    Binding,
    Demand,
    Place,
    all_of,
    flag,
    with_those_beside,
)
from cohort_dsl.mappings.physical import LackingError, PhysicalTable
from cohort_dsl.model.types import INT, TableSchema, ValueType
from cohort_dsl.sql.catalog import Copy, Narrow, Shared, Wanted
from cohort_dsl.sql.dialect import Sql

Served: TypeAlias = Mapping[TableSchema, Collection[Part]]
"""The parts that make each contract table here."""


def shared(one_pass: Iterable[str], served: Served, place: Place) -> tuple[Shared, ...]:
    """What is to be read once, of the tables that the database has."""
    found = []
    for name in one_pass:
        try:
            table = place.physical.table(name)
        except LackingError:
            continue
        its = {
            schema: its
            for schema, its in served.items()
            if its and all(_fits(part, table, place) for part in its)
        }
        patients = {part.patient_id for each in its.values() for part in each}
        if len(patients) == 1:  # they are narrowed to the population's together
            found.append(_shared(table, its, place))
    return tuple(found)


def _fits(part: Part, table: PhysicalTable, place: Place) -> bool:
    """Are its rows rows of the table, one by one?"""
    alone = not (part.first_by or part.sums_up)
    return alone and place.physical.table(part.table) == table


def _shared(
    table: PhysicalTable, served: Mapping[TableSchema, Collection[Part]], place: Place
) -> Shared:
    reads = {schema.name: len(its) for schema, its in served.items()}
    schemas = {schema.name: schema for schema in served}

    def copied(wanted: Mapping[str, Wanted], narrow: Narrow) -> Copy:
        copying = _Copying(Seen.of(table), place)
        for name, asked in wanted.items():
            for part in served[schemas[name]]:
                copying.add(schemas[name], part, asked)
        return Copy(copying.rows(narrow), copying.types(), copying.read)

    return Shared(table.name, reads, copied)


@dataclass
class _Row:
    """One part of a table: which rows are its, and where its columns stand.

    ``among``: of its rows, those that are asked for.
    """

    table: str
    binding: Binding
    demands: list[Demand]
    beside: list[Beside]
    among: Sql | None
    named: Mapping[str, str]

    def wide(self) -> Sql:
        """Its rows that are asked for, and those beside them."""
        if not self.beside:
            asked = [] if self.among is None else [self.among]
            return sa.and_(all_of(self.demands), *asked)
        return with_those_beside(self.demands, self.beside, self.binding.sight)


@dataclass
class _Copying:
    """The parts that are read together, each column that they have in common once."""

    seen: Seen
    place: Place
    parts: list[_Row] = field(default_factory=list)
    made: dict[Key, tuple[str, Sql, ValueType]] = field(default_factory=dict)
    joinings: dict[Key, tuple[sa.FromClause, Sql]] = field(default_factory=dict)

    def add(self, schema: TableSchema, part: Part, asked: Wanted) -> None:
        """A part, with the columns of its table that are asked for."""
        binding = Binding(schema, part, asked.columns, self.place, self.seen)
        named = {}
        for column, label in zip(binding.wanted, binding.columns()[0], strict=True):
            expression = binding.expression(column.name)
            key = (column.type, *self._identity(binding, expression))
            fresh = f"c{len(self.made) + 1}"
            name, *_ = self.made.setdefault(key, (fresh, label.element, column.type))
            named[column.name] = name
        sight = binding.sight
        for join in sight.used(binding.asked()):
            for read, on, _ in sight.joinings([join]):
                self.joinings.setdefault(sight.key(join), (read.clause, on))
        beside = sight.used_beside(binding.asked())
        demands = binding.demands(outer=True)
        among = asked.among and asked.among(self._held(named))
        self.parts.append(_Row(schema.name, binding, demands, beside, among, named))

    def _identity(self, binding: Binding, expression: Expression | None) -> Key:
        """What an expression is, whatever its part calls the tables."""
        if expression is None:
            return (None,)
        aliases = {c.alias for c in columns(expression) if c.alias}
        sight = binding.sight
        known = [
            (alias, sight.key(sight.joins[alias]), alias in sight.off)
            if alias in sight.joins
            else (alias, sight.beside[alias])
            for alias in sorted(aliases)
        ]
        return (expression, *known)

    def _held(self, named: Mapping[str, str]) -> Any:
        values = {name: sql for name, sql, _ in self.made.values()}
        return lambda column: values[named[column]]

    def types(self) -> dict[str, ValueType]:
        """Of the columns that ``rows`` gives."""
        found = {"patient_id": self.place.patient_id}
        found |= {name: kind for name, _, kind in self.made.values()}
        return found | {flagged: INT for flagged, _ in self._flags()}

    def _flags(self) -> Iterator[tuple[str, _Row]]:
        return ((f"p{number}", one) for number, one in enumerate(self.parts, start=1))

    def rows(self, narrow: Narrow) -> sa.Select[Any]:
        """All rows that are asked for. Patients are told alike by all parts."""
        patient = self.parts[0].binding.patient()
        source = narrow(self._from(), patient)
        made = [sql.label(name) for name, sql, _ in self.made.values()]
        flags = [flag(all_of(one.demands)).label(name) for name, one in self._flags()]
        found = sa.select(patient.label("patient_id"), *made, *flags).select_from(source)
        kept = found.where(sa.or_(*(one.wide() for one in self.parts)))
        if not any(one.beside for one in self.parts):
            return kept
        both = kept.subquery("both")
        counts = [both.c[name] == sa.literal_column("1") for name, _ in self._flags()]
        return sa.select(both).where(sa.or_(*counts))

    def _from(self) -> sa.FromClause:
        rows = self.seen.own.clause
        for joined, on in self.joinings.values():
            rows = rows.join(joined, on, isouter=True)
        return rows

    def read(
        self, kept: sa.FromClause, table: str, wanted: Collection[str]
    ) -> sa.FromClause:
        """A table's rows, from where ``rows`` are kept."""
        selects = []
        for name, one in self._flags():
            if one.table == table:
                its = [
                    kept.c[held].label(n) for n, held in one.named.items() if n in wanted
                ]
                rows = sa.select(kept.c.patient_id, *its)
                selects.append(rows.where(kept.c[name] == sa.literal_column("1")))
        return (selects[0] if len(selects) == 1 else sa.union_all(*selects)).subquery()
