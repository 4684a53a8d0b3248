"""What one reading of a physical table keeps for the contract tables with rows there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from cohort_dsl.mappings.beside import ONE, Looking, Store
from cohort_dsl.mappings.expressions import Expression, columns
from cohort_dsl.mappings.joining import Key, Seen
from cohort_dsl.mappings.model import Beside, Part
from cohort_dsl.mappings.parts import (
    COUNTS,
    Binding,
    Demand,
    Place,
    all_of,
    flag,
    with_those_beside,
)
from cohort_dsl.mappings.reads import Read
from cohort_dsl.model.types import INT, TableSchema, ValueType
from cohort_dsl.sql.catalog import Narrow, Wanted
from cohort_dsl.sql.dialect import Sql

Among: TypeAlias = Callable[[Callable[[str], Sql]], Sql]


@dataclass
class _Row:
    """One part of a table: which rows are its, and where its columns stand.

    ``flag``: the column that says whether a row is. ``among``: what its rows that are asked
    for are like, beside the part's own ``demands``, as far as no join sees to it.
    """

    table: str
    flag: str
    binding: Binding
    demands: list[Demand]
    beside: list[Beside]
    among: list[Demand]
    named: Mapping[str, str]
    looking: Looking | None

    def wide(self) -> Sql:
        """Its rows that are asked for, and those beside them."""
        asked = [*self.demands, *self.among]
        if not self.beside:
            return all_of(asked)
        return with_those_beside(asked, self.beside, self.binding.sight)

    def flags(self) -> Iterator[tuple[str, Sql]]:
        """Whether a row is its, and whether one of those beside its rows."""
        yield self.flag, all_of(self.demands)
        if self.looking is not None:
            yield from self.looking.flags()

    def read(self, kept: sa.FromClause, wanted: Collection[str]) -> sa.Select[Any]:
        """Its rows, from where they are kept."""
        its = [kept.c[held].label(n) for n, held in self.named.items() if n in wanted]
        rows, counts = sa.select(kept.c.patient_id, *its), kept.c[self.flag] == ONE
        later = self.looking.told(kept, wanted) if self.looking else []
        if not later or self.looking is None:
            return rows.where(counts)
        told = rows.add_columns(*later, kept.c[self.flag].label(COUNTS))
        both = told.where(sa.or_(counts, self.looking.any_beside(kept))).subquery()
        columns = [column for column in both.c if column.name != COUNTS]
        return sa.select(*columns).where(both.c[COUNTS] == ONE)


@dataclass
class _Made:
    """A column that is kept. ``flags``: of the parts that it is kept for."""

    name: str
    value: Sql
    type: ValueType
    flags: set[str] = field(default_factory=set)


@dataclass
class Copying:
    """The parts that are read together, each column that they have in common once."""

    seen: Seen
    place: Place
    parts: list[_Row] = field(default_factory=list)
    made: dict[Key, _Made] = field(default_factory=dict)
    joinings: dict[Key, tuple[sa.FromClause, Sql]] = field(default_factory=dict)
    store: Store = field(default_factory=Store)

    def add(self, schema: TableSchema, part: Part, asked: Wanted) -> None:
        """A part, with the columns of its table that are asked for."""
        binding = Binding(schema, part, asked.columns, self.place, self.seen)
        flagged, sight = f"p{len(self.parts) + 1}", binding.sight
        by_join = asked.among is not None and _narrowed(binding, asked.among, flagged)
        beside = sight.used_beside(binding.asked())
        looking = Looking(binding, beside, self.store, flagged) if beside else None
        named = self._made(binding, looking.columns if looking else (), flagged)
        for join in sight.used(binding.asked()):
            for read, on, _ in sight.joinings([join]):
                self.joinings.setdefault(sight.key(join), (read.clause, on))
        demands = binding.demands(outer=True)
        among = [] if by_join else self._among(binding, asked.among, named)
        row = _Row(schema.name, flagged, binding, demands, beside, among, named, looking)
        self.parts.append(row)

    def _made(
        self, binding: Binding, later: Collection[str], flagged: str
    ) -> dict[str, str]:
        """Where each wanted column stands, but for those that are told later."""
        named = {}
        for column, label in zip(binding.wanted, binding.columns()[0], strict=True):
            if column.name not in later:
                key = (column.type, *_identity(binding, binding.expression(column.name)))
                fresh = _Made(f"c{len(self.made) + 1}", label.element, column.type)
                made = self.made.setdefault(key, fresh)
                made.flags.add(flagged)
                named[column.name] = made.name
        return named

    def _among(
        self, binding: Binding, among: Among | None, named: Mapping[str, str]
    ) -> list[Demand]:
        """What the rows that are asked for are like; nothing where it can't be told yet."""
        if among is None:
            return []
        told_by = looked_at(among)
        if not told_by <= set(named):
            return []
        values = {one.name: one.value for one in self.made.values()}
        condition = among(lambda column: values[named[column]])
        read = (binding.expression(column) for column in told_by)
        return [Demand(condition, tuple(c for one in read if one for c in columns(one)))]

    def types(self) -> dict[str, ValueType]:
        """Of the columns that ``rows`` gives."""
        found = {"patient_id": self.place.patient_id}
        found |= {one.name: one.type for one in self.made.values()}
        found |= {name: INT for name, _ in self._flags()}
        return found | self.store.types()

    def _flags(self) -> Iterator[tuple[str, Sql]]:
        return (flagged for one in self.parts for flagged in one.flags())

    def rows(self, narrow: Narrow) -> sa.Select[Any]:
        """All rows that are asked for. Patients are told alike by all parts.

        What a column says is worked out only in the rows of tables that have it.
        """
        patient = self.parts[0].binding.patient()
        source = narrow(self._from(), patient)
        kept = [one.value for one in self.made.values()]
        raw = self._raw([patient, *kept, *self.store.found()])
        flags = [flag(condition).label(name) for name, condition in self._flags()]
        found = sa.select(*raw, *flags).select_from(source)
        some = found.where(sa.or_(*(one.wide() for one in self.parts)))
        once = self.place.dialect.worked_out(some).subquery("once")
        there = ClauseAdapter(once).traverse
        everywhere = {one.flag for one in self.parts}
        columns = [
            (_where(once, one.flags) if one.flags != everywhere else _itself)(
                there(one.value)
            ).label(one.name)
            for one in self.made.values()
        ]
        beside = self.store.beside(once, there, self.place.dialect)
        told = [once.c[one.name] for one in flags]
        return sa.select(there(patient).label("patient_id"), *columns, *told, *beside)

    def _raw(self, values: Collection[Sql]) -> list[sa.Label[Any]]:
        """The physical columns that the values are made of."""
        tables = {self.seen.own.clause, *(read for read, _ in self.joinings.values())}
        found = {
            one: None
            for value in values
            for one in visitors.iterate(value)
            if isinstance(one, sa.ColumnClause) and one.table in tables
        }
        return [one.label(f"r{n}") for n, one in enumerate(found, start=1)]

    def _from(self) -> sa.FromClause:
        rows = self.seen.own.clause
        for joined, on in self.joinings.values():
            rows = rows.join(joined, on, isouter=True)
        return rows

    def read(
        self, kept: sa.FromClause, table: str, wanted: Collection[str]
    ) -> sa.FromClause:
        """A table's rows, from where ``rows`` are kept."""
        selects = [one.read(kept, wanted) for one in self.parts if one.table == table]
        return (selects[0] if len(selects) == 1 else sa.union_all(*selects)).subquery()


def _itself(value: Sql) -> Sql:
    return value


def _where(rows: sa.FromClause, flags: Collection[str]) -> Callable[[Sql], Sql]:
    """A value of the rows with one of the flags; NULL in others."""
    up = sa.or_(*(rows.c[name] == ONE for name in sorted(flags)))
    return lambda value: sa.case((up, value))


def looked_at(among: Among) -> set[str]:
    """The columns of a contract table that tell which of its rows are asked for."""
    found: set[str] = set()

    def noted(column: str) -> Sql:
        found.add(column)
        return sa.null()

    among(noted)
    return found


def _narrowed(binding: Binding, among: Among, name: str) -> bool:
    """Is it seen to by a join that only rows that are asked for count?

    So it is where each has found a row of the join's that has all that it is told by: then
    that is held against the codes that there are, and not against every fact.
    """
    sight, types = binding.sight, {c.name: c.type.kind for c in binding.schema.columns}
    told_by = {column: binding.expression(column) for column in looked_at(among)}
    for join in binding.part.joins:
        same = sight.same_in(join) if join.required else {}
        read = [c for one in told_by.values() if one for c in columns(one)]
        if not read or not all(c.alias is None and c.name.casefold() in same for c in read):
            continue

        def asked(held: Read, same: Mapping[str, str] = same) -> Sql:
            find = lambda column: held.column(same[column.name.casefold()])  # noqa: E731
            teller = binding.place.teller(find)
            return among(
                lambda name: (
                    teller.null(types[name])
                    if (one := told_by[name]) is None
                    else teller.tell(one, types[name])
                )
            )

        sight.ask(join, name, asked)
        return True
    return False


def _identity(binding: Binding, expression: Expression | None) -> Key:
    """What an expression is, whatever its part calls the tables."""
    if expression is None:
        return (None,)
    sight = binding.sight
    known = [
        (alias, sight.key(sight.joins[alias]), alias in sight.off)
        for alias in sorted({c.alias for c in columns(expression) if c.alias})
        if alias in sight.joins
    ]
    return (expression, *known)
