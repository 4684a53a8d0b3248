"""Rows beside a row, looked for among rows that were kept of a table, not in the table.

Engines sort the rows that are looked among: the few that can be meant, and not all that
the table has, although it is read only once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from cohort_dsl.mappings.expressions import Column, Expression, columns
from cohort_dsl.mappings.joining import Key, greatest
from cohort_dsl.mappings.model import Beside
from cohort_dsl.mappings.parts import Binding, alike, all_of
from cohort_dsl.mappings.physical import Family
from cohort_dsl.model.types import BOOL, DATE, FLOAT, INT, STR, Kind, ValueType
from cohort_dsl.sql.dialect import Dialect, Sql

ONE: Sql = sa.literal_column("1")

KEPT_AS = {Kind.BOOL: BOOL, Kind.INT: INT, Kind.FLOAT: FLOAT, Kind.DATE: DATE}
EQUAL_AS = {Family.WHOLE: INT, Family.DATE: DATE}
TIMES = (Family.TIME, Family.MOMENT)


@dataclass(frozen=True)
class _Stored:
    """A value that is kept of the rows that tell of each other.

    ``found``: as the table's row has it. ``family``: of its type there, where it is kept
    only to be compared with others.
    """

    name: str
    found: Sql
    type: ValueType
    family: Family | None

    def kept(self, found: Sql, dialect: Dialect) -> Sql:
        """As it is kept: equal where the row's are, and of a type that can be."""
        if self.family is None or self.family is Family.TEXT:
            return found
        exact = dialect.moment(found) if self.family in TIMES else found
        return sa.cast(exact, dialect.type(self.type.kind))


@dataclass
class Store:
    """What is kept for all parts that read rows beside a row, and of which rows."""

    values: dict[Key, _Stored] = field(default_factory=dict)
    told_by: list[str] = field(default_factory=list)

    def add(
        self, key: Key, found: Sql, kept_as: ValueType, family: Family | None = None
    ) -> str:
        """The column that has it."""
        fresh = _Stored(f"b{len(self.values) + 1}", found, kept_as, family)
        return self.values.setdefault(key, fresh).name

    def found(self) -> list[Sql]:
        return [one.found for one in self.values.values()]

    def types(self) -> dict[str, ValueType]:
        return {one.name: one.type for one in self.values.values()}

    def beside(
        self, rows: sa.FromClause, there: Callable[[Sql], Sql], dialect: Dialect
    ) -> list[sa.Label[Any]]:
        """These values in the rows where one of the flags ``told_by`` is up.

        ``there``: from a value in the table's row to what it is in ``rows``.
        """
        flags = (rows.c[name] == ONE for name in self.told_by)
        told = sa.or_(sa.false(), *flags)
        return [
            sa.case((told, one.kept(there(one.found), dialect))).label(one.name)
            for one in self.values.values()
        ]


class Looking:
    """One part's ``columns`` that read rows beside a row, told from what is kept.

    ``flagged``: the column that says whether a row is the part's.
    """

    def __init__(
        self, binding: Binding, used: Sequence[Beside], store: Store, flagged: str
    ) -> None:
        self._binding, self._used, self._store = binding, used, store
        self._flag = {one.alias: f"{flagged}_{n}" for n, one in enumerate(used, start=1)}
        store.told_by += [flagged, *self._flag.values()]
        self._leaves: dict[tuple[Column, Kind], str] = {}
        self._same = {one.alias: [self._key(n) for n in one.same] for one in used}
        lacking = binding.columns()[1]
        self.columns = {
            column.name: (expression, column.type.kind)
            for column in binding.wanted
            if (expression := binding.expression(column.name)) is not None
            and any(c.alias in self._same for c in columns(expression))
            and column.name not in lacking
        }
        for expression, kind in self.columns.values():
            self._note(expression, kind)

    def _key(self, name: str) -> str:
        """The column that has what rows must have alike."""
        if Column(None, name) == self._binding.part.patient_id:
            return "patient_id"
        value, family = self._binding.sight.seen.own.column(name)
        kept_as = EQUAL_AS.get(family, STR)
        return self._store.add(("same", name.casefold()), value, kept_as, family)

    def _note(self, expression: Expression, kind: Kind) -> None:
        """All that the expression reads is kept."""

        def noted(column: Column, of: Kind, value: Sql) -> Sql:
            join = self._binding.sight.joins.get(column.alias or "")
            where = join and self._binding.sight.key(join)
            key = (where, column.name.casefold(), of)
            kept_as = KEPT_AS.get(of, STR)
            self._leaves[column, of] = self._store.add(key, value, kept_as)
            return value

        replace(self._binding.teller, then=noted).tell(expression, kind)

    def flags(self) -> Iterator[tuple[str, Sql]]:
        """Is a row beside one of the part's, for all that it has alike with those?"""
        sight, demands = self._binding.sight, self._binding.demands(outer=True)
        both = all_of(alike(demands, self._used)[0])
        for one in self._used:
            yield self._flag[one.alias], sa.and_(both, *sight.tests(one.only))

    def any_beside(self, kept: sa.FromClause) -> Sql:
        return sa.or_(*(kept.c[name] == ONE for name in self._flag.values()))

    def told(self, kept: sa.FromClause, wanted: Collection[str]) -> list[sa.Label[Any]]:
        """Those of its columns that are wanted."""

        def then(column: Column, kind: Kind, value: Sql) -> Sql:
            held: Sql = kept.c[self._leaves[column, kind]]
            if column.alias not in self._same:
                return held
            same = [kept.c[name] for name in self._same[column.alias]]
            return greatest(kept.c[self._flag[column.alias]] == ONE, held, same)

        teller = replace(self._binding.teller, then=then)
        return [
            teller.tell(expression, kind).label(name)
            for name, (expression, kind) in self.columns.items()
            if name in wanted
        ]
