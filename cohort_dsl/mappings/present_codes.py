"""What codes a warehouse really has, where its mapping leaves that to the database.

Asked of the database itself whenever a question is about to be asked, and of those columns
only that it asks codes of: so it is never stale. One row that has what is asked ends the
search; only where there is none is a table read to its end, and then the question isn't
asked. Like any answer it is of people who count as patients and aren't left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.mappings import coding
from cohort_dsl.mappings.asked_codes import Asked, Here, vocabulary_column
from cohort_dsl.mappings.binding import Bound, BoundTable
from cohort_dsl.mappings.counting import DIFFERENT_CODES, Run, of_patients
from cohort_dsl.mappings.demanding import State
from cohort_dsl.model.types import Kind
from cohort_dsl.sql import Dialect
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.statements import render

DIFFERENT_VOCABULARIES = 500
"""Where a table has more, what stands there is no vocabulary: it isn't judged."""

NONE = Here(frozenset(), fits=False)
MAY_BE = Here(frozenset(), fits=True)


@dataclass(frozen=True)
class Present:
    """``found``: what was found already, while this warehouse is open."""

    bound: Bound
    dialect: Dialect
    run: Run
    found: dict[Asked, Here | None] = field(default_factory=dict, repr=False)

    def has(self, asked: Asked) -> Here | None:
        """What the column has; None where nobody knows."""
        if asked not in self.found:
            self.found[asked] = self._has(asked)
        return self.found[asked]

    def _has(self, asked: Asked) -> Here | None:
        said, table = self.bound.has(asked), self.bound.tables.get(asked.table)
        if said is not None or table is None or not _serves(table, asked.column):
            return said
        if table.schema.column(asked.column).type.kind is Kind.CODE:
            return self._typed(table, asked)
        beside = vocabulary_column(asked.column)
        if beside is None or not _serves(table, beside):
            return None
        return _Column(self, table, asked, beside).here() if asked.codes else None

    def _typed(self, table: BoundTable, asked: Asked) -> Here:
        """Of a column that has codes of one system only, if any."""
        assert table.rows is not None
        rows = table.rows([asked.column]).alias("held")
        code = rows.c[asked.column]
        return MAY_BE if self.ask(rows, [sa.literal(1)], code.is_not(None), 1) else NONE

    def ask(
        self, rows: sa.FromClause, wanted: list[Sql], where: Sql, most: int
    ) -> list[tuple[Any, ...]]:
        question = of_patients(self.bound, rows, wanted).where(where)
        if most > 1:
            question = question.distinct()
        return self.run(render(question.limit(most), self.dialect))


class _Column:
    """A column of codes, whose vocabularies stand beside it."""

    def __init__(
        self, present: Present, table: BoundTable, asked: Asked, beside: str
    ) -> None:
        assert table.rows is not None
        self.present, self.asked = present, asked
        self.rows = table.rows([asked.column, beside]).alias("held")
        self.code, self.named = self.rows.c[asked.column], self.rows.c[beside]
        self.there = self.code.is_not(None)

    def here(self) -> Here:
        systems = set(self.asked.systems())
        names = [one for one in coding.VOCABULARIES if coding.system(one) in systems]
        if names and self._ask([self.named], self.named.in_(names), 1):
            return MAY_BE
        found = self._ask([self.named], sa.true(), DIFFERENT_VOCABULARIES)
        every = [one for (one,) in found]
        if len(every) == DIFFERENT_VOCABULARIES or self._is_among(every):
            return MAY_BE
        return Here(frozenset(map(coding.told, every)), fits=False)

    def _is_among(self, every: list[str | None]) -> bool:
        """Of a vocabulary that we know by its name, of others by the looks of its codes.
        Doubt says yes."""
        known = [one for one in every if one and coding.system(one)]
        others = [one for one in every if one not in known]
        if known and self.asked.are_of(known):
            return True
        return bool(others) and self._looks_like_those(others)

    def _looks_like_those(self, vocabularies: list[str | None]) -> bool:
        if not self.asked.are_all_known():
            return True
        names = [one for one in vocabularies if one is not None]
        among = sa.or_(self.named.is_(None), self.named.in_(names))
        codes = [code for (code,) in self._ask([self.code], among, DIFFERENT_CODES)]
        systems = self.asked.systems()
        return len(codes) == DIFFERENT_CODES or any(
            coding.looks_like(one, code) for one in systems for code in codes
        )

    def _ask(self, wanted: list[Sql], among: Sql, most: int) -> list[tuple[Any, ...]]:
        where = sa.and_(self.there, among)
        return self.present.ask(self.rows, wanted, where, most)


def _serves(table: BoundTable, column: str) -> bool:
    if table.served.state is not State.SERVED or column not in table.columns:
        return False
    return table.is_served(column)
