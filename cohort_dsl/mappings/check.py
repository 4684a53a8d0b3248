"""A mapping held against a live database: are the contract's promises kept?

The database counts; what comes back is numbers, and codes with theirs, of which only
shares are told.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from cohort_dsl.mappings import coding
from cohort_dsl.mappings.binding import Bound, BoundTable
from cohort_dsl.mappings.coding import Coded
from cohort_dsl.mappings.conversions import READ_AS
from cohort_dsl.mappings.counting import EARLIEST, Counting, Counts, LeftOutCounts, Run
from cohort_dsl.mappings.demanding import Served, State
from cohort_dsl.mappings.opposition import BoundLeftOut
from cohort_dsl.mappings.report import (
    CodesReport,
    ColumnReport,
    Finding,
    LeftOutReport,
    Report,
    Status,
    TableReport,
)
from cohort_dsl.model.types import Column
from cohort_dsl.sql import Dialect

LATEST = datetime.date(2100, 1, 1)  # where nobody says what day it is


def check(
    mapping: str,
    bound: Bound,
    dialect: Dialect,
    run: Run,
    today: datetime.date | None = None,
) -> Report:
    """Who is left out, and all tables of the contract, in its order.

    ``run``: sends a statement, gives all rows. ``today``: later dates are told.
    """
    counting = Counting(bound, dialect, run, today or LATEST)
    left_out = tuple(_left_out(one, counting) for one in bound.left_out)
    tables = tuple(_table(table, counting) for table in bound.tables.values())
    return Report(mapping, tables, left_out, bound.nobody)


def _left_out(one: BoundLeftOut, counting: Counting) -> LeftOutReport:
    counts = counting.left_out(one)
    findings = tuple(_naming(counts))
    said = one.said
    return LeftOutReport(said.name, said.opposed, rounded(counts.people), findings)


def _naming(counts: LeftOutCounts) -> Iterable[Finding]:
    if not counts.rows:
        yield Finding(Status.WARNING, "Its table has no rows: nobody is left out by it.")
    elif not (counts.people or counts.without_patient or counts.strangers):
        told = "Its table has rows, and by none of them is anybody left out: compare "
        yield Finding(
            Status.WARNING, told + "what they say with only, unless and the days."
        )
    if counts.without_patient:
        told = f"About {rounded(counts.without_patient)} rows don't tell who is meant."
        yield Finding(Status.WRONG, f"{told} Nobody is left out by them.")
    if counts.strangers and not counts.people:
        told = "Nobody in it is among the patients: is it their number?"
        yield Finding(Status.WRONG, told)
    elif counts.strangers:
        yield _some(counts.strangers, "are of people who aren't among the patients")
    for day, lost in counts.lost.items():
        yield from _unread(day, lost, counts.there[day])


def _unread(day: str, lost: int, there: int) -> Iterable[Finding]:
    """``day``: on which it begins or ends. Where it can't be read, doubt leaves out."""
    count = "such rows count on any day"
    if lost and lost == there:
        told = f"Nothing that stands in {day} can be read as a date: {count}."
        yield Finding(Status.WRONG, told)
    elif lost:
        share = percent(lost, there)
        told = f"{share} of what stands in {day} can't be read as a date: {count}."
        yield Finding(Status.WARNING, told)


def _table(table: BoundTable, counting: Counting) -> TableReport:
    name = table.schema.name
    if table.served.state is State.SERVED:
        counts = counting.counts(table)
        stands = table.standing()
        columns = [
            replace(_column(table, column, counts), stands=stands[column.name])
            for column in table.schema.columns
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


def _rows(table: BoundTable, counts: Counts) -> Iterable[Finding]:
    for problem in table.absent:
        told = f"{_sentence(problem)}: what would stand there isn't among its rows."
        yield Finding(Status.WARNING, told)
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


def _column(table: BoundTable, column: Column, counts: Counts) -> ColumnReport:
    served = table.columns[column.name]
    if served.state is not State.SERVED:
        finding = _not_served(f"{table.schema.name}.{column.name}", served)
        return ColumnReport(column.name, (finding,))
    if not counts.rows:
        return ColumnReport(column.name)
    found = counts.codes.get(column.name, ())
    findings = (*_values(column, counts), *_lost(column, counts), *_codes(found))
    filled = round(100 * counts.filled[column.name] / counts.rows)
    codes = tuple(_told(one, sum(each.rows for each in found)) for one in found)
    return ColumnReport(column.name, findings, filled, codes)


def _lost(column: Column, counts: Counts) -> Iterable[Finding]:
    lost = counts.lost.get(column.name)
    if not lost:
        return
    there, kind = counts.there[column.name], READ_AS[column.type.kind]
    if lost == there:
        told = f"Its type doesn't fit: nothing that stands there can be read as {kind}."
        yield Finding(Status.WRONG, told)
        return
    share = percent(lost, there)
    told = f"{share} of what stands there can't be read as {kind}, and is missing."
    yield Finding(Status.WARNING, told)


def _codes(found: Iterable[Coded]) -> Iterable[Finding]:
    for one in found:
        system = coding.system(one.vocabulary)
        if system is None or one.recognised is None or one.recognised == one.rows:
            continue
        share = percent(one.rows - one.recognised, one.rows)
        told = f"{share} of its {one.vocabulary} codes aren't {system.looks_like}."
        yield Finding(Status.WARNING, told)


def _told(one: Coded, every: int) -> CodesReport:
    known = one.recognised
    recognised = None if known is None else round(100 * known / one.rows)
    return CodesReport(one.vocabulary, round(100 * one.rows / every), recognised)


def _values(column: Column, counts: Counts) -> Iterable[Finding]:
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
