"""What a check of the warehouse found: shares and rounded counts, nobody's values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


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
class ColumnReport:
    column: str
    findings: tuple[Finding, ...] = ()

    @property
    def status(self) -> Status:
        return worst(self.findings)

    @property
    def sentence(self) -> str:
        return " ".join(finding.sentence for finding in self.findings)


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
class Report:
    mapping: str
    tables: tuple[TableReport, ...]

    @property
    def ok(self) -> bool:
        """Is everything served as promised, or declared empty?"""
        return all(table.status < Status.WRONG for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        """For programs; version 1 of the format ``warehouse-check``."""
        return {
            "format": "warehouse-check",
            "version": 1,
            "mapping": self.mapping,
            "ok": self.ok,
            "tables": [_table_json(table) for table in self.tables],
        }

    def lines(self) -> list[str]:
        """For people: every table, and its columns where there is something to say."""
        verdict = "is ready" if self.ok else "isn't ready"
        told = [line for table in self.tables for line in _table_lines(table)]
        return [*told, "", f"The warehouse, mapped as {self.mapping}, {verdict}."]


def worst(findings: Iterable[Finding]) -> Status:
    return max((finding.status for finding in findings), default=Status.OK)


def _table_json(table: TableReport) -> dict[str, Any]:
    return {
        "table": table.table,
        "status": table.status.word,
        "rows": table.rows,
        "sentences": [finding.sentence for finding in table.findings],
        "columns": [
            {"column": one.column, "status": one.status.word, "sentence": one.sentence}
            for one in table.columns
        ],
    }


def _table_lines(table: TableReport) -> list[str]:
    rows = "" if table.rows is None else f"{table.rows} rows"
    heading = f"{table.table:<28} {table.status.word:<8} {rows}".rstrip()
    about = [f"    {finding.sentence}" for finding in table.findings]
    if worst(table.findings) in (Status.MISSING, Status.EMPTY):
        return [heading, *about]  # its columns would only say the same again
    spoken = [column for column in table.columns if column.findings]
    columns = [f"  {c.column:<26} {c.status.word:<8} {c.sentence}" for c in spoken]
    return [heading, *about, *columns]
