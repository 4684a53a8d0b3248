"""What a part of a mapping sees: its own table, tables joined to it, rows beside a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings import conversions, reads
from cohort_dsl.mappings.expressions import OWN, Column, Constant, Expression, columns
from cohort_dsl.mappings.model import Beside, Join, Only, Part
from cohort_dsl.mappings.physical import (
    NUMBERS,
    Family,
    LackingError,
    Physical,
    PhysicalTable,
)
from cohort_dsl.mappings.reads import Read, Value
from cohort_dsl.mappings.telling import Find, Teller
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Dialect, Sql

Asking: TypeAlias = Callable[[Find], Teller]
Key: TypeAlias = tuple[object, ...]
"""What a join is, whatever it is called."""


@dataclass
class Seen:
    """A table, and those that are joined to it so far: by what a join is, each once.

    So parts that are read together read a table once, whatever each of them calls it.
    """

    own: Read
    joined: dict[Key, Read] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: {OWN})

    @classmethod
    def of(cls, table: PhysicalTable) -> Seen:
        return cls(reads.all_of(table, OWN))

    def alias(self, wanted: str) -> str:
        """A name that none of them has yet."""
        while wanted in self.names:
            wanted += "_"
        self.names.add(wanted)
        return wanted


class Sight:
    """One part's own words for what is seen.

    ``off``: its joins to what the site declares empty.
    """

    def __init__(
        self,
        part: Part,
        seen: Seen,
        physical: Physical,
        dialect: Dialect,
        teller: Asking,
        empty: Collection[str],
    ) -> None:
        self.part, self.seen, self.physical, self.dialect = part, seen, physical, dialect
        self.joins = {join.alias: join for join in part.joins}
        self.beside = {one.alias: one for one in part.beside}
        self.off = {j.alias for j in part.joins if j.unless_empty in empty}
        self.read = {column.alias for column in part.read()}
        self.asking = teller
        self.joinable: set[str] = set()
        self.asked: dict[str, tuple[str, Callable[[Read], Sql]]] = {}

    def find(self, column: Column) -> Value | None:
        """Where a column stands, for a ``Teller``."""
        if column.alias in self.off:
            return None
        if column.alias in self.beside:
            return self.seen.own.column(column.name)
        join = self.joins.get(column.alias or OWN)
        if join is None:
            return self.seen.own.column(column.name)
        try:
            if join.alias not in self.joinable:
                self.on(join)  # a joined table can be read only if it can be joined
                self.joinable.add(join.alias)
            return self.joined(join).column(column.name)
        except LackingError as error:
            raise error.declaring(join.unless_empty or "") from None

    # Rows beside a row ---------------------------------------------------------------

    def then(self, column: Column, kind: Kind, value: Sql) -> Sql:
        """For a ``Teller``: of a column of rows beside, the greatest value that any has."""
        beside = self.beside.get(column.alias or OWN)
        if beside is None:
            return value
        same = [self.seen.own.column(key)[0] for key in beside.same]
        return greatest(sa.and_(*self.tests(beside.only)), value, same)

    def tests(self, only: Iterable[Only]) -> list[Sql]:
        """Does a row have the texts that are meant?"""
        teller = self.asking(self.find).written()
        return [texts.hold(teller.tell(one, Kind.STR), self.dialect) for one, texts in only]

    def used_beside(self, expressions: Iterable[Expression]) -> list[Beside]:
        """Those that any of the expressions reads."""
        read = {column.alias for one in expressions for column in columns(one)}
        return [one for alias, one in self.beside.items() if alias in read]

    # Joins ---------------------------------------------------------------------------

    def used(self, expressions: Iterable[Expression]) -> list[Join]:
        """The joins that expressions need, in order; each may hang on one before it."""
        used = {column.alias for one in expressions for column in columns(one)}
        for join in reversed(self.part.joins):
            if join.alias in used or join.required:
                used |= {join.alias, *(one.alias for one in join.read())}
        return [join for join in self.part.joins if join.alias in used - self.off]

    def joined(self, join: Join) -> Read:
        """The same each time, or SQLAlchemy would take it for two tables."""
        key = self.key(join)
        if key not in self.seen.joined:
            table = self.physical.table(join.table)
            alias, keys = self.seen.alias(join.alias), tuple(join.on)
            tests = self._tests_in(join)
            self.seen.joined[key] = (
                reads.some_of(table, alias, keys, join.first_by, tests)
                if join.alias in self.read or not join.first_by
                else reads.known(table, alias, keys, tests)
            )
        return self.seen.joined[key]

    def _tests_in(self, join: Join) -> Callable[[Read], list[Sql]]:
        def tests(read: Read) -> list[Sql]:
            teller = self.asking(lambda column: read.column(column.name)).written()
            only = [
                texts.hold(teller.tell(one, Kind.STR), self.dialect)
                for one, texts in join.only
            ]
            asked = self.asked.get(join.alias)
            return [*only, asked[1](read)] if asked else only

        return tests

    def ask(self, join: Join, name: str, asked: Callable[[Read], Sql]) -> None:
        """From now on only such rows of the join's are found. ``name``: of whose asking."""
        self.asked[join.alias] = name, asked

    def same_in(self, join: Join) -> dict[str, str]:
        """Columns of the part's own table that a row of the join's has, too, and where."""
        read, found = self.joined(join), {}
        for key, column in join.on.items():
            if isinstance(column, Column) and column.alias is None:
                own = self.seen.own.column(column.name)
                if own[1] is read.column(key)[1]:
                    found[column.name.casefold()] = key
        return found

    def key(self, join: Join) -> Key:
        hangs_on = (self.joins[one.alias] for one in join.read() if one.alias in self.joins)
        on = tuple(join.on.items())
        which = (join.never, join.only, join.first_by, join.unless_empty)
        asked, _ = self.asked.get(join.alias, ("", None))
        seen = join.alias in self.read, asked
        return (join.table, on, *which, *seen, tuple(map(self.key, hangs_on)))

    def rows(self, used: Iterable[Join], *, outer: bool = False) -> sa.FromClause:
        """The part's own table with these joins, as far as it can have them.

        ``outer``: without leaving out the rows that a required join doesn't find.
        """
        rows = self.seen.own.clause
        for read, on, required in self.joinings(used):
            rows = rows.join(read.clause, on, isouter=outer or not required)
        return rows

    def joinings(self, used: Iterable[Join]) -> Iterator[tuple[Read, Sql, bool]]:
        """What is joined, how, and whether it is required; once, whatever it is called."""
        same: dict[Key, list[Join]] = {}
        for join in used:
            same.setdefault(self.key(join), []).append(join)
        for join, *others in same.values():
            required = any(one.required for one in (join, *others))
            try:
                yield self.joined(join), sa.and_(*self.on(join)), required
            except LackingError:
                if required:
                    raise
                # every column that reads it has been told to be lacking

    def on(self, join: Join) -> list[Sql]:
        """When a row has found one of the join's."""
        joined, dialect = self.joined(join), self.dialect
        conditions = []
        for name, other in join.on.items():
            key, family = joined.column(name)
            if isinstance(other, Constant):
                conditions.append(self._is(key, family, other))
                continue
            found = self.find(other)
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
        known = conversions.converted(key, family, kind, self.dialect)
        return known == self.asking(self.find).tell(constant, kind)


def greatest(is_beside: Sql, value: Sql, same: Sequence[Sql]) -> Sql:
    """Of the rows beside a row, which have ``same`` alike, the greatest value."""
    of_them = sa.case((is_beside, value))
    return sa.func.max(of_them, type_=value.type).over(partition_by=list(same))


OF_KIND = {Kind.INT: Family.WHOLE, Kind.STR: Family.TEXT, Kind.DATE: Family.DATE}


def _common(one: Family, other: Family) -> Kind:
    """As what two keys of different types are compared."""
    both = {one, other}
    if both <= set(NUMBERS):
        return Kind.INT
    return Kind.DATE if both == {Family.DATE, Family.TIME} else Kind.STR
