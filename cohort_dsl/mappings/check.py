"""A mapping held against a live database: are the contract's promises kept?

One question for each table, in which the database counts; only counts come back.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings.binding import Bound, BoundTable, Served, State
from cohort_dsl.mappings.report import ColumnReport, Finding, Report, Status, TableReport
from cohort_dsl.model.types import Column, Kind
from cohort_dsl.sql import Dialect, Statement
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.statements import render

Run: TypeAlias = Callable[[Statement], list[tuple[Any, ...]]]

EARLIEST = datetime.date(1880, 1, 1)  # nobody's records begin before
LATEST = datetime.date(2100, 1, 1)  # where nobody says what day it is


def check(
    mapping: str,
    bound: Bound,
    dialect: Dialect,
    run: Run,
    today: datetime.date | None = None,
) -> Report:
    """All tables of the contract, in its order.

    ``run``: sends a statement, gives all rows. ``today``: later dates are told.
    """
    counting = _Counting(bound, dialect, run, today or LATEST)
    tables = tuple(_table(table, counting) for table in bound.tables.values())
    return Report(mapping, tables)


def _table(table: BoundTable, counting: _Counting) -> TableReport:
    name = table.schema.name
    if table.served.state is State.SERVED:
        counts = counting.counts(table)
        columns = [
            ColumnReport(c.name, _column(table, c, counts)) for c in table.schema.columns
        ]
        findings = tuple(_rows(table, counts))
        return TableReport(name, rounded(counts.rows), findings, tuple(columns))
    finding = _not_served(name, table.served)
    columns = [ColumnReport(c.name, (finding,)) for c in table.schema.columns]
    return TableReport(name, None, (finding,), tuple(columns))


def _not_served(name: str, served: Served) -> Finding:
    if served.state is State.DECLARED_EMPTY:
        return Finding(Status.EMPTY, "Declared empty by the site.")
    if served.state is State.NOT_IN_MODEL:
        return Finding(Status.EMPTY, "The mapping has nothing for it.")
    if not served.declare:
        return Finding(Status.MISSING, f"{_sentence(served.problem)}.")
    remedy = f"if the site has nothing of it, name {served.declare} in empty_tables"
    return Finding(Status.MISSING, f"{_sentence(served.problem)}: {remedy}.")


def _sentence(problem: str) -> str:
    return problem[:1].upper() + problem[1:]


# What counts say -------------------------------------------------------------------


@dataclass(frozen=True)
class _Counts:
    """``unjoined``: rows before other tables are joined. The rest by column."""

    rows: int
    unjoined: int
    without_patient: int
    strangers: int
    people: int
    filled: Mapping[str, int]
    outside: Mapping[str, int]
    early: Mapping[str, int]
    late: Mapping[str, int]


def _rows(table: BoundTable, counts: _Counts) -> Iterable[Finding]:
    if not counts.rows:
        yield Finding(Status.WARNING, "It has no rows.")
    if counts.rows > counts.unjoined:
        yield Finding(Status.WRONG, "A joined table has several rows where one is meant.")
    if counts.without_patient:
        yield _some(counts.without_patient, "have no patient; they are left out")
    if counts.strangers:
        told = "are of people who aren't among the patients; they are left out"
        yield _some(counts.strangers, told)
    several = counts.rows - counts.without_patient > counts.people
    if table.schema.one_row_per_patient and several:
        yield Finding(Status.WRONG, "Some patients have several rows, where one is meant.")


def _column(table: BoundTable, column: Column, counts: _Counts) -> tuple[Finding, ...]:
    name = f"{table.schema.name}.{column.name}"
    served = table.columns[column.name]
    if served.state is not State.SERVED:
        return (_not_served(name, served),)
    return tuple(_values(column, counts)) if counts.rows else ()


def _values(column: Column, counts: _Counts) -> Iterable[Finding]:
    lacking = counts.rows - counts.filled[column.name]
    if lacking == counts.rows:
        yield Finding(Status.WARNING, "No row has a value.")
    elif lacking and column.not_null:
        yield _some(lacking, "have no value, where one is meant")
    elif lacking and column.name == "vocabulary":
        share = percent(lacking, counts.rows)
        told = f"{share} of rows have no concept: their code is the source's own."
        yield Finding(Status.WARNING, told)
    if counts.outside.get(column.name):
        wrong = percent(counts.outside[column.name], counts.rows)
        told = f"{wrong} of rows have a value that isn't among the contract's."
        yield Finding(Status.WRONG, told)
    if counts.early.get(column.name):
        yield _some(counts.early[column.name], f"have a date before {EARLIEST.year}")
    if counts.late.get(column.name):
        yield _some(counts.late[column.name], "have a date in the future")


def _some(count: int, what: str) -> Finding:
    return Finding(Status.WARNING, f"About {rounded(count)} rows {what}.")


def rounded(count: int) -> int:
    """To tens; what isn't nothing doesn't become nothing."""
    return max(10, (count + 5) // 10 * 10) if count else 0


def percent(part: int, whole: int) -> str:
    share = round(100 * part / whole)
    return f"{share} %" if share else "Less than 1 %"


# Counting --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Counting:
    bound: Bound
    dialect: Dialect
    run: Run
    latest: datetime.date

    def counts(self, table: BoundTable) -> _Counts:
        """One statement for all but the rows before joining."""
        assert table.rows is not None
        columns = table.schema.columns
        rows = table.rows([column.name for column in columns]).alias("counted")
        wanted = self._about_rows(rows) | {
            f"{what} {column.name}": count
            for column in columns
            for what, count in self._about(column, rows.c[column.name]).items()
        }
        found = dict(zip(wanted, self._ask(rows, wanted), strict=True))
        before = sa.select(sa.func.count()).select_from(table.rows([]).alias("counted"))
        return _Counts(
            rows=found["rows"],
            unjoined=self.run(render(before, self.dialect))[0][0],
            without_patient=found["rows"] - found["with patient"],
            strangers=found["strangers"],
            people=found["people"],
            filled=_of("filled", found),
            outside=_of("outside", found),
            early=_of("early", found),
            late=_of("late", found),
        )

    def _ask(self, rows: sa.FromClause, wanted: Mapping[str, Sql]) -> list[int]:
        source = rows
        people = self.bound.catalog.people
        if people is not None:
            known = people.alias("known")
            source = rows.outerjoin(known, known.c.patient_id == rows.c.patient_id)
        question = sa.select(*wanted.values()).select_from(source)
        [counts] = self.run(render(question, self.dialect))
        return [int(count or 0) for count in counts]

    def _about_rows(self, rows: sa.FromClause) -> dict[str, Sql]:
        patient = rows.c.patient_id
        known: Sql = sa.literal_column("known.patient_id")
        stranger = sa.and_(patient.is_not(sa.null()), known.is_(sa.null()))
        return {
            "rows": sa.func.count(),
            "with patient": sa.func.count(patient),
            "people": sa.func.count(sa.distinct(patient)),
            "strangers": _those(stranger),
        }

    def _about(self, column: Column, value: Sql) -> dict[str, Sql]:
        found: dict[str, Sql] = {"filled": sa.func.count(value)}
        if column.categories:
            found["outside"] = _those(value.not_in(column.categories))
        if column.type.kind is Kind.DATE:
            found["early"] = _those(value < sa.literal(EARLIEST))
            found["late"] = _those(value > sa.literal(self.latest))
        return found


def _those(condition: Sql) -> Sql:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _of(what: str, found: Mapping[str, int]) -> dict[str, int]:
    start = f"{what} "
    return {k.removeprefix(start): n for k, n in found.items() if k.startswith(start)}
