"""What a check of the warehouse found: shares and rounded counts, nobody's values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any

from cohort_dsl.mappings.standing import Standing


class Status(IntEnum):
    """From fine to not served at all; from WRONG on, the warehouse isn't ready."""

    OK = 0
    EMPTY = 1  # as the site or the mapping declares
    WARNING = 2
    WRONG = 3  # served, but not as the contract promises
    MISSING = 4

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """Something to know about a table or column, in a sentence."""

    status: Status
    sentence: str


@dataclass(frozen=True)
class CodesReport:
    """Codes of one vocabulary. ``share``: of the column's codes, in percent;
    ``recognised``: of these the share that looks like its codes, None where nobody knows
    what they look like."""

    vocabulary: str
    share: int
    recognised: int | None

    @property
    def sentence(self) -> str:
        if self.recognised is None:
            return f"{self.share} % {self.vocabulary}."
        return f"{self.share} % {self.vocabulary} ({self.recognised} % recognised)."


@dataclass(frozen=True)
class ColumnReport:
    """``filled``: the share of rows with a value, in percent, None where there is no row or
    it isn't served. ``codes``: what its codes are, the most first. ``stands``: where."""

    column: str
    findings: tuple[Finding, ...] = ()
    filled: int | None = None
    codes: tuple[CodesReport, ...] = ()
    stands: tuple[Standing, ...] = ()

    @property
    def status(self) -> Status:
        return worst(self.findings)

    @property
    def sentence(self) -> str:
        return " ".join(finding.sentence for finding in self.findings)

    @property
    def line(self) -> str:
        """Where it stands, and what was found."""
        stands = ", ".join(map(str, self.stands))
        said = (self.sentence, *(one.sentence for one in self.codes))
        return ". ".join(filter(None, (stands, " ".join(filter(None, said)))))


@dataclass(frozen=True)
class TableReport:
    """``rows``: rounded to tens, None where the table isn't served."""

    table: str
    rows: int | None
    findings: tuple[Finding, ...]
    columns: tuple[ColumnReport, ...]

    @property
    def status(self) -> Status:
        """A table is whole without its empty columns, and wrong without a missing one."""
        own = worst(self.findings)
        columns = max((column.status for column in self.columns), default=Status.OK)
        if own in (Status.MISSING, Status.EMPTY) or columns is Status.EMPTY:
            return own
        return max(own, min(columns, Status.WRONG))


@dataclass(frozen=True)
class LeftOutReport:
    """People whom the mapping leaves out. ``people``: how many patients, in tens."""

    name: str
    opposed: bool
    people: int
    findings: tuple[Finding, ...] = ()

    @property
    def status(self) -> Status:
        return worst(self.findings)

    @property
    def sentence(self) -> str:
        who = "Nobody is" if not self.people else f"About {self.people} people are"
        return f"{who} left out."


@dataclass(frozen=True)
class Report:
    """``left_out``: of all tables below. ``nobody``: why nobody's rows are served at all,
    if that is so."""

    mapping: str
    tables: tuple[TableReport, ...]
    left_out: tuple[LeftOutReport, ...] = ()
    nobody: str = ""

    @property
    def ok(self) -> bool:
        """Is everything served as promised, or declared empty, and everybody left out who
        is named?"""
        return not (self.nobody or self.not_ready)

    @property
    def not_ready(self) -> tuple[str, ...]:
        """Who isn't left out as named, and the tables that are wrong or missing; none of
        them where nobody is served at all."""
        if self.nobody:
            return ()
        each = {one.name: one.status for one in self.left_out}
        each |= {one.table: one.status for one in self.tables}
        return tuple(name for name, status in each.items() if status >= Status.WRONG)

    @property
    def opposition(self) -> str:
        """Whether those who opposed are left out, in a sentence."""
        if self.nobody:
            return f"Nobody's rows are served: {self.nobody}."
        named = [one for one in self.left_out if one.opposed]
        if not named:
            return "No opposition filter: the mapping doesn't say who opposed."
        people = sum(one.people for one in named)
        return f"Opposition filter applied: about {people} patients left out."

    def for_outside(self) -> Report:
        """The same for whoever isn't of the site: no share of a table that has so few rows
        that it would tell how many they are."""
        return replace(self, tables=tuple(map(_without_shares, self.tables)))

    def as_json(self) -> dict[str, Any]:
        """For programs; version 1 of the format ``warehouse-check``."""
        return {
            "format": "warehouse-check",
            "version": 1,
            "mapping": self.mapping,
            "ok": self.ok,
            "nobody": self.nobody,
            "opposition": any(one.opposed for one in self.left_out),
            "left_out": [_left_out_json(one) for one in self.left_out],
            "tables": [_table_json(table) for table in self.tables],
        }

    def lines(self) -> list[str]:
        """For people: every table, and its columns where there is something to say; of
        tables that lack all the same, only that."""
        wrong = ", ".join(self.not_ready)
        verdict = "is ready" if self.ok else f"isn't ready: {wrong or 'nobody is served'}"
        told = [line for one in self.left_out for line in _left_out_lines(one)]
        if not self.nobody:
            told += [line for table in self.tables for line in _table_lines(table)]
        return [
            self.opposition,
            *told,
            "",
            f"The warehouse, mapped as {self.mapping}, {verdict}.",
        ]


SHARED = 1_000  # rows from which on one in a hundred is as much as counts are rounded to
_SHARE = re.compile(r"(Less than )?\d+ %( of rows)?")


def _without_shares(table: TableReport) -> TableReport:
    if table.rows is None or table.rows >= SHARED:
        return table
    columns = tuple(
        replace(column, filled=None, codes=(), findings=_told(column.findings))
        for column in table.columns
    )
    return replace(table, columns=columns, findings=_told(table.findings))


def _told(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    def told(share: re.Match[str]) -> str:
        return "Some rows" if share[2] else "Some"

    return tuple(replace(one, sentence=_SHARE.sub(told, one.sentence)) for one in findings)


def worst(findings: Iterable[Finding]) -> Status:
    return max((finding.status for finding in findings), default=Status.OK)


def _table_json(table: TableReport) -> dict[str, Any]:
    return {
        "table": table.table,
        "status": table.status.word,
        "rows": table.rows,
        "sentences": [finding.sentence for finding in table.findings],
        "columns": [
            {
                "column": one.column,
                "status": one.status.word,
                "sentence": one.sentence,
                "filled_percent": one.filled,
                "codes": [asdict(each) for each in one.codes],
                "stands_in": [asdict(each) for each in one.stands],
            }
            for one in table.columns
        ],
    }


def _left_out_json(one: LeftOutReport) -> dict[str, Any]:
    return {
        "name": one.name,
        "opposition": one.opposed,
        "status": one.status.word,
        "people": one.people,
        "sentences": [one.sentence, *(finding.sentence for finding in one.findings)],
    }


def _left_out_lines(one: LeftOutReport) -> list[str]:
    heading = f"{one.name:<28} {one.status.word:<8} {one.sentence}"
    return [heading, *(f"    {finding.sentence}" for finding in one.findings)]


def _table_lines(table: TableReport) -> list[str]:
    rows = "" if table.rows is None else f"{table.rows} rows"
    heading = f"{table.table:<28} {table.status.word:<8} {rows}".rstrip()
    about = [f"    {finding.sentence}" for finding in table.findings]
    if worst(table.findings) in (Status.MISSING, Status.EMPTY):
        return [heading, *about]  # its columns would only say the same again
    columns = [
        f"  {column.column:<26} {column.status.word:<8} {said}"
        for column in table.columns
        if (said := column.line)
    ]
    return [heading, *about, *columns]
