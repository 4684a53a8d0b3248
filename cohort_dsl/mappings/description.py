"""What a site serves, for researchers to write against: a file that it publishes.

Numbers in it are protected already. A definition is held against it at home as the site's
own mapping would hold it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import asked_codes, coding
from cohort_dsl.mappings.asked_codes import Asked, Here
from cohort_dsl.mappings.demanding import Served, State, demand
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.model.question import Question

DAYS = ("date", "start_date")
"""The columns that say when a row happened, the first that a table serves."""

FORMAT, VERSION = "warehouse-description", 1
LARGEST = 4 * 1024 * 1024
REMEDY = "Ask the site for its description anew (strongroom warehouse describe --output)."


@dataclass(frozen=True)
class DescribedColumn:
    """``filled``: about how many rows have a value. ``categories``: those that patients
    have; ``vocabularies``: of its codes; None where there is nothing to say."""

    name: str
    served: Served
    filled: str = ""
    categories: tuple[str, ...] | None = None
    vocabularies: tuple[str, ...] | None = None


@dataclass(frozen=True)
class DescribedTable:
    """``patients``: who have rows, rounded, and by ``years``; None: few, or hidden for
    others' sake."""

    name: str
    served: Served
    patients: int | None = None
    years: Mapping[int, int | None] = field(default_factory=dict)
    columns: tuple[DescribedColumn, ...] = ()

    def column(self, name: str) -> DescribedColumn | None:
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True)
class Description:
    """``described``: on which day. ``rule``: by which numbers are hidden and rounded.
    ``opposition``: whether those who opposed are left out by the mapping."""

    site: str
    mapping: str
    described: date
    rule: str
    opposition: bool
    tables: tuple[DescribedTable, ...]

    def table(self, name: str) -> DescribedTable | None:
        return next((one for one in self.tables if one.name == name), None)

    def served(self, table: str, column: str = "") -> Served:
        """Of what no contract has, SERVED: that is for others to refuse."""
        found = self.table(table)
        if found is None:
            return Served(State.SERVED)
        if not column or found.served.state is not State.SERVED:
            return found.served
        its = found.column(column)
        return Served(State.SERVED) if its is None else its.served

    def has(self, asked: Asked) -> Here | None:
        """What a column's codes are; None where some are of no vocabulary that is told."""
        found = self.table(asked.table)
        its = found.column(asked.column) if found else None
        if its is None or not its.vocabularies:
            return None
        names = frozenset(its.vocabularies)
        known = not names & {coding.OTHER, coding.told(None)}
        return asked_codes.told(asked, names) if known else None

    def demand(self, question: Question) -> None:
        """WarehouseError unless the site could answer it, in the words of the site."""
        demand(question, self, self.has)

    def as_json(self) -> dict[str, Any]:
        """Version 1 of the format ``warehouse-description``."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "site": self.site,
            "mapping": self.mapping,
            "described": self.described.isoformat(),
            "rule": self.rule,
            "opposition": self.opposition,
            "tables": [_table_json(table) for table in self.tables],
        }

    def text(self) -> str:
        """The file, as it is handed on: the same bytes wherever it is written."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n"

    def lines(self) -> list[str]:
        """For people."""
        head = (
            f"{self.site}, mapped as {self.mapping}, as of {self.described}: {self.rule}."
        )
        left_out = "Those who opposed are left out." if self.opposition else ""
        told = [line for table in self.tables for line in _table_lines(table)]
        return [head, *([left_out] if left_out else []), *told]


def _table_json(table: DescribedTable) -> dict[str, Any]:
    return {
        "table": table.name,
        **_served_json(table.served),
        "patients": table.patients,
        "years": {str(year): number for year, number in table.years.items()},
        "columns": [
            {
                "column": one.name,
                **_served_json(one.served),
                "filled": one.filled,
                "categories": _listed(one.categories),
                "vocabularies": _listed(one.vocabularies),
            }
            for one in table.columns
        ],
    }


def _served_json(served: Served) -> dict[str, str]:
    return {
        "state": served.state.value,
        "problem": served.problem,
        "declare": served.declare,
    }


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def _table_lines(table: DescribedTable) -> list[str]:
    if table.served.state is not State.SERVED:
        return [f"{table.name:<28} {table.served.state.value}"]
    patients = "few patients" if table.patients is None else f"{table.patients} patients"
    shown = [f"{year} {_number(n)}" for year, n in table.years.items()]
    years = [f"    by year: {', '.join(shown)}"] if shown else []
    return [f"{table.name:<28} {patients}", *years, *map(_column_line, table.columns)]


def _column_line(column: DescribedColumn) -> str:
    said = column.filled or column.served.state.value
    for names in (column.categories, column.vocabularies):
        said += f"; {', '.join(names)}" if names else ""
    return f"  {column.name:<26} {said}"


def _number(number: int | None) -> str:
    return "–" if number is None else str(number)


# Reading ---------------------------------------------------------------------------


def read(path: Path) -> Description:
    """The description in a file; WarehouseError where it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        data = b""
    return of(data, str(path))


def of(data: bytes, where: str) -> Description:
    """The description in these bytes; WarehouseError where it is none."""
    try:
        if len(data) > LARGEST:
            raise ValueError("too large")
        return _description(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise WarehouseError(
            f"this is no description of version {VERSION} of a site's warehouse",
            where=where,
            remedy=REMEDY,
        ) from None


def _description(body: Any) -> Description:
    if (body["format"], body["version"]) != (FORMAT, VERSION):
        raise ValueError("another format")
    return Description(
        site=_text(body["site"]),
        mapping=_text(body["mapping"]),
        described=date.fromisoformat(body["described"]),
        rule=_text(body["rule"]),
        opposition=body["opposition"] is True,
        tables=tuple(_table(one) for one in body["tables"]),
    )


def _table(body: Any) -> DescribedTable:
    schema = OFFERED[_text(body["table"])]
    columns = tuple(_column(one) for one in body["columns"])
    if {one.name for one in columns} - {column.name for column in schema.columns}:
        raise ValueError("a column that no contract has")
    years = {int(year): _count(number) for year, number in body["years"].items()}
    return DescribedTable(
        schema.name, _served(body), _count(body["patients"]), years, columns
    )


def _column(body: Any) -> DescribedColumn:
    return DescribedColumn(
        _text(body["column"]),
        _served(body),
        _text(body["filled"]),
        _names(body["categories"]),
        _names(body["vocabularies"]),
    )


def _served(body: Any) -> Served:
    return Served(State(body["state"]), _text(body["problem"]), _text(body["declare"]))


def _names(body: Any) -> tuple[str, ...] | None:
    return None if body is None else tuple(_text(one) for one in body)


def _text(body: Any) -> str:
    if not isinstance(body, str):
        raise TypeError("no text")
    return body


def _count(body: Any) -> int | None:
    if body is not None and type(body) is not int:
        raise TypeError("no number")
    return body
