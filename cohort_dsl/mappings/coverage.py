"""How much a warehouse has: patients by table, year, category and vocabulary.

Exact numbers of people: they are protected before anybody else sees them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.mappings import coding
from cohort_dsl.mappings.binding import Bound, BoundTable
from cohort_dsl.mappings.counting import EARLIEST, Run, coded, of_patients
from cohort_dsl.mappings.demanding import State
from cohort_dsl.mappings.description import DAYS
from cohort_dsl.sql import Dialect
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.statements import render


@dataclass(frozen=True)
class Coverage:
    """Of one table, without people who are left out or unknown.

    Patients with a row on a day that can be, and by year of these; by column the share of
    rows that have a value, patients by category, and by vocabularies that may be named.
    """

    patients: int
    years: Mapping[int, int] = field(repr=False)
    filled: Mapping[str, float]
    categories: Mapping[str, Mapping[str, int]] = field(repr=False)
    vocabularies: Mapping[str, Mapping[str, int]] = field(repr=False)


def coverage(
    bound: Bound, dialect: Dialect, run: Run, today: datetime.date
) -> dict[str, Coverage]:
    """By table, of those that are served."""
    asking = _Asking(bound, dialect, run, today)
    return {
        name: asking.about(table)
        for name, table in bound.tables.items()
        if table.served.state is State.SERVED
    }


@dataclass(frozen=True)
class _Asking:
    bound: Bound
    dialect: Dialect
    run: Run
    today: datetime.date

    def about(self, table: BoundTable) -> Coverage:
        assert table.rows is not None
        served = [c for c in table.schema.columns if table.is_served(c.name)]
        rows = table.rows([column.name for column in served]).alias("covered")
        days = [name for name in DAYS if name in {column.name for column in served}]
        happened = self._happened(rows, days[0]) if days else sa.true()
        whole = {"rows": sa.func.count(), "": _patients(rows, happened)}
        whole |= {column.name: sa.func.count(rows.c[column.name]) for column in served}
        [counts] = self._asked(rows, list(whole.values()))
        found = dict(zip(whole, (int(one or 0) for one in counts), strict=True))
        filled = {c.name: found[c.name] / (found["rows"] or 1) for c in served}
        categories = {
            c.name: self._by(rows, rows.c[c.name], rows.c[c.name].in_(c.categories))
            for c in served
            if c.categories
        }
        return Coverage(
            patients=found[""],
            years=self._years(rows, days[0]) if days else {},
            filled=filled,
            categories=categories,
            vocabularies={
                column.name: self._vocabularies(rows, rows.c[vocabulary])
                for column, vocabulary in coded(table)
                if vocabulary is not None
            },
        )

    def _happened(self, rows: sa.FromClause, name: str) -> Sql:
        day = rows.c[name]
        return sa.and_(day >= sa.literal(EARLIEST), day <= sa.literal(self.today))

    def _years(self, rows: sa.FromClause, name: str) -> dict[int, int]:
        year = sa.extract("year", rows.c[name])
        found = self._by(rows, year, self._happened(rows, name))
        return {int(one): number for one, number in sorted(found.items())}

    def _vocabularies(self, rows: sa.FromClause, vocabulary: Sql) -> dict[str, int]:
        """By a name that may be told. A patient with several others counts for each."""
        found: dict[str, int] = {}
        for said, number in self._by(rows, vocabulary, sa.true()).items():
            name = coding.told(said)
            found[name] = found.get(name, 0) + number
        return found

    def _by(self, rows: sa.FromClause, value: Sql, among: Sql) -> dict[Any, int]:
        """How many patients have which value."""
        patients = sa.func.count(sa.distinct(rows.c.patient_id))
        found = self._asked(rows, [value, patients], among, by=value)
        return {one: int(number) for one, number in found}

    def _asked(
        self,
        rows: sa.FromClause,
        wanted: list[Sql],
        among: Sql | None = None,
        by: Sql | None = None,
    ) -> list[tuple[Any, ...]]:
        """Of the rows of people who count as patients."""
        question = of_patients(self.bound, rows, wanted)
        if among is not None and by is not None:
            question = question.where(among).group_by(by)
        return self.run(render(question, self.dialect))


def _patients(rows: sa.FromClause, happened: Sql) -> Sql:
    return sa.func.count(sa.distinct(sa.case((happened, rows.c.patient_id))))
