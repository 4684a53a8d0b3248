"""Counts that a check asks a database for: one question for each thing, numbers only."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings.binding import Bound, BoundTable
from cohort_dsl.mappings.coding import Coded, judged, vocabulary_of
from cohort_dsl.mappings.losses import Losses
from cohort_dsl.mappings.opposition import BoundLeftOut, alike
from cohort_dsl.mappings.parts import flag
from cohort_dsl.model.types import Column, Kind
from cohort_dsl.sql import Dialect, Statement
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.statements import render

Run: TypeAlias = Callable[[Statement], list[tuple[Any, ...]]]

EARLIEST = datetime.date(1880, 1, 1)  # nobody's records begin before
DIFFERENT_CODES = 100_000
"""Of a table's codes the most frequent that are looked at, here and nowhere else."""


@dataclass(frozen=True)
class Counts:
    """Of a table's rows, without those of people who are left out. ``unjoined``: before
    other tables are joined. By column: ``filled``, ``outside`` of its categories, ``early``
    and ``late`` days; ``there`` in the database, of which so many are ``lost``."""

    rows: int
    unjoined: int
    without_patient: int
    strangers: int
    people: int
    filled: Mapping[str, int]
    outside: Mapping[str, int]
    early: Mapping[str, int]
    late: Mapping[str, int]
    there: Mapping[str, int]
    lost: Mapping[str, int]
    codes: Mapping[str, tuple[Coded, ...]]


@dataclass(frozen=True)
class LeftOutCounts:
    """Of the rows that name people who are left out, and of these ``people``. By day,
    ``begins`` or ``ends``: ``there`` in the database, of which so many are ``lost``."""

    rows: int
    without_patient: int
    strangers: int
    people: int
    there: Mapping[str, int]
    lost: Mapping[str, int]


@dataclass(frozen=True)
class Counting:
    """``latest``: later days are too late."""

    bound: Bound
    dialect: Dialect
    run: Run
    latest: datetime.date

    def counts(self, table: BoundTable) -> Counts:
        """A few statements."""
        assert table.rows is not None
        columns = table.schema.columns
        rows = table.rows([column.name for column in columns]).alias("counted")
        wanted = self._about_rows(rows) | {
            f"{what} {column.name}": count
            for column in columns
            for what, count in self._about(column, rows.c[column.name]).items()
        }
        found = self._ask(rows, wanted)
        plain = table.rows([]).alias("counted")
        lost = self._lost(table)
        return Counts(
            rows=found["rows"],
            unjoined=self._one(plain, {"rows": sa.func.count()})["rows"],
            without_patient=found["rows"] - found["with patient"],
            strangers=found["strangers"],
            people=found["people"],
            filled=_of("filled", found),
            outside=_of("outside", found),
            early=_of("early", found),
            late=_of("late", found),
            there=_of("there", lost),
            lost=_of("lost", lost),
            codes=self._codes(table, rows),
        )

    def left_out(self, one: BoundLeftOut) -> LeftOutCounts:
        rows, counts = one.rows, one.counts
        patient = rows.c.patient_id
        wanted = {
            "rows": sa.func.count(),
            "without": _those(sa.and_(counts, patient.is_(sa.null()))),
            "strangers": _those(sa.and_(counts, self._is_stranger(rows))),
            "people": sa.func.count(sa.distinct(sa.case((counts, self._known)))),
        }
        known = alike(self._known, patient, self.bound.catalog.patient_id, self.dialect)
        both = rows.outerjoin(self._people, known)
        named = sa.select(*wanted.values()).select_from(both)
        found = self._row(wanted, named)
        days = self._unread(one)
        return LeftOutCounts(
            found["rows"],
            found["without"],
            found["strangers"],
            found["people"],
            _of("there", days),
            _of("lost", days),
        )

    def _unread(self, one: BoundLeftOut) -> dict[str, int]:
        found = one.losses()
        if found is None:
            return {}
        wanted = _to_lose(found)
        question = sa.select(*wanted.values()).select_from(found.rows)
        return self._row(wanted, question)

    def _lost(self, table: BoundTable) -> dict[str, int]:
        found = table.losses()
        return {} if found is None else self._one(found.rows, _to_lose(found))

    def _codes(
        self, table: BoundTable, rows: sa.FromClause
    ) -> dict[str, tuple[Coded, ...]]:
        return {
            column.name: judged(self._each_code(rows, column, vocabulary))
            for column, vocabulary in coded(table)
        }

    def _each_code(
        self, rows: sa.FromClause, column: Column, vocabulary: str | None
    ) -> list[tuple[str | None, str | None, int]]:
        """(vocabulary, code, number of rows); of a typed column its system's own name."""
        code, number = rows.c[column.name], sa.func.count().label("number")
        named: list[Sql] = [code] if vocabulary is None else [rows.c[vocabulary], code]
        every = sa.select(*named, number).where(code.is_not(sa.null()))
        asked = without_left_out(self.bound, every, rows).group_by(*named)
        most = asked.order_by(number.desc()).limit(DIFFERENT_CODES)
        found = self.run(render(most, self.dialect))
        if vocabulary is None:
            name = vocabulary_of(column.type.system or "")
            return [(name, code, int(count)) for code, count in found]
        return [(said, code, int(count)) for said, code, count in found]

    # Asking -----------------------------------------------------------------------

    def _ask(self, rows: sa.FromClause, wanted: Mapping[str, Sql]) -> dict[str, int]:
        question = sa.select(*wanted.values()).select_from(self._beside_people(rows))
        return self._row(wanted, without_left_out(self.bound, question, rows))

    def _one(self, rows: sa.FromClause, wanted: Mapping[str, Sql]) -> dict[str, int]:
        question = sa.select(*wanted.values()).select_from(rows)
        return self._row(wanted, without_left_out(self.bound, question, rows))

    def _row(self, wanted: Mapping[str, Sql], question: sa.Select[Any]) -> dict[str, int]:
        [counts] = self.run(render(question, self.dialect))
        return dict(zip(wanted, (int(count or 0) for count in counts), strict=True))

    def _beside_people(self, rows: sa.FromClause) -> sa.FromClause:
        return rows.outerjoin(self._people, self._known == rows.c.patient_id)

    @cached_property
    def _people(self) -> sa.FromClause:
        """The same each time, or SQLAlchemy would take it for two tables."""
        people = self.bound.catalog.people
        assert people is not None, "every mapping says who counts as a patient"
        return people.alias("known")

    @property
    def _known(self) -> Sql:
        return self._people.c.patient_id

    def _is_stranger(self, rows: sa.FromClause) -> Sql:
        return sa.and_(rows.c.patient_id.is_not(sa.null()), self._known.is_(sa.null()))

    def _about_rows(self, rows: sa.FromClause) -> dict[str, Sql]:
        patient = rows.c.patient_id
        return {
            "rows": sa.func.count(),
            "with patient": sa.func.count(patient),
            "people": sa.func.count(sa.distinct(patient)),
            "strangers": _those(self._is_stranger(rows)),
        }

    def _about(self, column: Column, value: Sql) -> dict[str, Sql]:
        found: dict[str, Sql] = {"filled": sa.func.count(value)}
        if column.categories:
            found["outside"] = _those(value.not_in(column.categories))
        if column.type.kind is Kind.DATE:
            found["early"] = _those(value < sa.literal(EARLIEST))
            found["late"] = _those(value > sa.literal(self.latest))
        return found


def without_left_out(
    bound: Bound, question: sa.Select[Any], rows: sa.FromClause
) -> sa.Select[Any]:
    """The same of the rows of nobody who is left out."""
    found = bound.catalog.left_out
    if found is None:
        return question
    left_out = found.alias("left_out")
    its = left_out.c.patient_id == rows.c.patient_id
    there = sa.select(left_out.c.patient_id).where(its).correlate(rows).exists()
    return question.where(sa.not_(there))


def of_patients(bound: Bound, rows: sa.FromClause, wanted: list[Sql]) -> sa.Select[Any]:
    """What is wanted, of the rows of people who count as patients."""
    people = bound.catalog.people
    assert people is not None, "every mapping says who counts as a patient"
    known = people.alias("known")
    both = rows.join(known, known.c.patient_id == rows.c.patient_id)
    question = sa.select(*(one.label(f"n{n}") for n, one in enumerate(wanted)))
    return without_left_out(bound, question.select_from(both), rows)


def coded(table: BoundTable) -> list[tuple[Column, str | None]]:
    """The served columns that hold codes, each with the column that names their vocabulary;
    None where their type does."""
    names = {column.name for column in table.schema.columns}
    found: list[tuple[Column, str | None]] = []
    for column in table.schema.columns:
        beside = f"{column.name.removesuffix('code')}vocabulary"
        if not table.is_served(column.name):
            continue
        if column.type.kind is Kind.CODE:
            found.append((column, None))
        elif column.name.endswith("code") and beside in names and table.is_served(beside):
            found.append((column, beside))
    return found


def _those(condition: Sql) -> Sql:
    return sa.func.sum(flag(condition))


def _to_lose(found: Losses) -> dict[str, Sql]:
    wanted = {f"there {name}": _those(one) for name, one in found.there.items()}
    return wanted | {f"lost {name}": _those(one) for name, one in found.lost.items()}


def _of(what: str, found: Mapping[str, int]) -> dict[str, int]:
    start = f"{what} "
    return {k.removeprefix(start): n for k, n in found.items() if k.startswith(start)}
