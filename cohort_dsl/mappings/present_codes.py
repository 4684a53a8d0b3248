"""What codes a warehouse really has, where its mapping leaves that to the database.

Asked of the database itself when a question is about to be asked, and of those columns only
that it asks codes of: so it is never stale. One row that shows such codes ends the search;
only where none does is a table read to its end, once, and mostly in place of the question.
Like any answer it is of people who count as patients and aren't left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.codes import SYSTEMS, Code
from cohort_dsl.mappings import coding
from cohort_dsl.mappings.asked_codes import Asked, Here, vocabulary_column
from cohort_dsl.mappings.binding import Bound, BoundTable
from cohort_dsl.mappings.counting import DIFFERENT_CODES, Run, of_patients
from cohort_dsl.mappings.demanding import State
from cohort_dsl.model.types import Kind
from cohort_dsl.sql import Dialect
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.statements import render

SOME_CODES, SOME_BEGINNINGS = 200, 20
"""Of those that are asked for so many are looked for by themselves, to find a row soon."""

MAY_BE = Here(frozenset(), fits=True)

Pair = tuple[str | None, str]
"""A vocabulary, if there is one, and a code."""


@dataclass
class Evidence:
    """What is known of a column's codes so far, and nothing of any one code.

    ``systems``: of which some are, by their vocabulary's name. ``others``: what codes of
    other vocabularies, or of none, look like; None where there is no such code. ``whole``:
    nothing else is there. ``told``: vocabularies, as they may be named.
    """

    systems: set[type[Code]] = field(default_factory=set)
    others: set[type[Code]] | None = None
    whole: bool = False
    told: set[str] = field(default_factory=set)

    def add(self, pairs: Iterable[Pair]) -> None:
        for vocabulary, code in pairs:
            self.told.add(coding.told(vocabulary))
            system = coding.system(vocabulary or "")
            if system is not None:
                self.systems.add(system)
            else:
                looks = (one for one in SYSTEMS.values() if coding.looks_like(one, code))
                self.others = (self.others or set()).union(looks)

    def add_anything(self) -> None:
        """There are so many that nobody looked at them all."""
        self.systems, self.others = set(SYSTEMS.values()), set()

    def shows(self, asked: Asked) -> bool:
        """May some of it be what is asked? Doubt says yes: codes that look like nothing we
        know may be of any vocabulary that we don't know either."""
        if not asked.codes or self.systems.intersection(asked.systems):
            return True
        if self.others is None:
            return False
        return bool(self.others.intersection(asked.systems)) or not asked.are_all_known


@dataclass(frozen=True)
class Present:
    """``found``: of each column, while this warehouse is open."""

    bound: Bound
    dialect: Dialect
    run: Run
    found: dict[tuple[str, str], Evidence] = field(default_factory=dict, repr=False)

    def has(self, asked: Asked) -> Here | None:
        """What the column has; None where nobody knows."""
        said, table = self.bound.has(asked), self.bound.tables.get(asked.table)
        if said is not None or table is None or not _serves(table, asked.column):
            return said
        beside = vocabulary_column(asked.column)
        if table.schema.column(asked.column).type.kind is Kind.CODE:
            beside = None
        elif beside is None or not _serves(table, beside):
            return None
        column = _Column(self, table, asked.column, beside)
        evidence = self.found.setdefault((asked.table, asked.column), Evidence())
        return column.here(asked, evidence)


class _Column:
    """A column of codes. ``beside``: of what vocabulary each is; None where all of them are
    of the system that the column's type names."""

    def __init__(
        self, present: Present, table: BoundTable, column: str, beside: str | None
    ) -> None:
        assert table.rows is not None
        self.present = present
        rows = table.rows([column, beside] if beside else [column]).alias("held")
        self.rows, self.code, self.typed = rows, rows.c[column], beside is None
        system = table.schema.column(column).type.system
        own = coding.vocabulary_of(system) if system else ""
        self.named: Sql = rows.c[beside] if beside else sa.literal(own)

    def here(self, asked: Asked, known: Evidence) -> Here:
        if not known.shows(asked) and not known.whole:
            known.add(self._pairs(self._likely(asked), 1))
            known.whole = self.typed  # one row or none: there is no more to know
        if not known.shows(asked) and not known.whole:
            pairs = self._pairs(sa.true(), DIFFERENT_CODES)
            known.add(pairs)
            known.whole = True
            if len(pairs) == DIFFERENT_CODES:
                known.add_anything()
        return MAY_BE if known.shows(asked) else Here(frozenset(known.told), fits=False)

    def _likely(self, asked: Asked) -> Sql:
        """Rows that have what is asked for, or may well."""
        if self.typed:
            return sa.true()
        every = coding.VOCABULARIES
        names = [one for one in every if coding.system(one) in asked.systems]
        some = sorted(asked.codes)
        starts = self.present.dialect.starts_with
        if asked.begun:
            begun = [starts(self.code, sa.literal(c)) for c in some[:SOME_BEGINNINGS]]
            return sa.or_(self.named.in_(names), *begun)
        return sa.or_(self.named.in_(names), self.code.in_(some[:SOME_CODES]))

    def _pairs(self, among: Sql, most: int) -> list[Pair]:
        where = sa.and_(self.code.is_not(sa.null()), among)
        wanted = [self.named, self.code]
        question = of_patients(self.present.bound, self.rows, wanted).where(where)
        if most > 1:
            question = question.distinct()
        rows: list[Any] = self.present.run(
            render(question.limit(most), self.present.dialect)
        )
        return [(vocabulary, code) for vocabulary, code in rows]


def _serves(table: BoundTable, column: str) -> bool:
    if table.served.state is not State.SERVED or column not in table.columns:
        return False
    return table.is_served(column)
