"""The rules that an engine is tried with: questions, rows and answers, in one file.

``make manual`` prints it from the manual's own tests; the answers are the referee's.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from cohort_dsl.errors import QueryError
from cohort_dsl.model import wire
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import Kind, Scalar, TableSchema

FORMAT, VERSION = "conformance", 1
FILE = Path(__file__).with_name("rules.json.gz")

Cell: TypeAlias = Scalar | None
Found: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of an answer: the cohort's or the measures' under "", event tables by name."""


@dataclass(frozen=True)
class Case:
    """One question of a rule. ``rows``: by table, in the order of its schema's columns
    after patient_id. ``otherwise``: by dialect, why it can't answer as the manual says."""

    rule: str
    chapter: str
    question: Question
    rows: Mapping[str, Sequence[Sequence[Cell]]]
    expected: Found
    otherwise: Mapping[str, str]

    def schemas(self) -> dict[str, TableSchema]:
        """The tables that it asks."""
        return {schema.name: schema for schema in self.question.tables()}


@dataclass(frozen=True)
class Suite:
    """``digest``: SHA-256 of what the file says, in hex."""

    cases: tuple[Case, ...]
    digest: str

    def rules(self) -> list[str]:
        """Each rule once, in the order of reading."""
        return list(dict.fromkeys(case.rule for case in self.cases))


def read(path: Path = FILE) -> Suite:
    """What the file says. QueryError where it is another version's."""
    return _said(path.read_bytes(), str(path))


@lru_cache(maxsize=1)  # to check each question takes seconds in all
def _said(packed: bytes, where: str) -> Suite:
    text = gzip.decompress(packed)
    told = json.loads(text)
    if (told.get("format"), told.get("version")) != (FORMAT, VERSION):
        raise QueryError(
            f"it isn't version {VERSION} of {FORMAT}",
            where=where,
            remedy="Install Strongroom again.",
        )
    return Suite(tuple(map(_case, told["cases"])), sha256(text).hexdigest())


def _case(told: Mapping[str, Any]) -> Case:
    question = wire.loads(json.dumps(told["question"]).encode())
    schemas = {schema.name: schema for schema in question.tables()}
    rows = {n: _typed(schemas[n], rows) for n, rows in told["rows"].items() if n in schemas}
    expected = {name: _rows(its) for name, its in told["expected"].items()}
    words = (told["rule"], told["chapter"])
    return Case(*words, question, rows, expected, told["otherwise"])


def _typed(schema: TableSchema, rows: Iterable[Sequence[Any]]) -> list[tuple[Cell, ...]]:
    dates = [False, *(column.type.kind is Kind.DATE for column in schema.columns)]
    return [
        tuple(
            date.fromisoformat(cell) if is_date and cell is not None else cell
            for cell, is_date in zip(row, dates, strict=True)
        )
        for row in rows
    ]


def _rows(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns = told["columns"]
    return [dict(zip(columns, map(_value, row), strict=True)) for row in told["rows"]]


def _value(told: Any) -> Any:
    return date.fromisoformat(told["date"]) if isinstance(told, dict) else told


# Printing ----------------------------------------------------------------------


def text(cases: Iterable[Case]) -> bytes:
    """What a file of these cases says: the same cases, the same bytes."""
    told = {"format": FORMAT, "version": VERSION, "cases": list(map(_plain, cases))}
    return json.dumps(told, separators=(",", ":"), allow_nan=False).encode()


def _plain(case: Case) -> dict[str, Any]:
    return {
        "rule": case.rule,
        "chapter": case.chapter,
        "question": json.loads(wire.dumps(case.question)),
        "rows": {
            name: [[_iso(cell) for cell in row] for row in rows]
            for name, rows in case.rows.items()
        },
        "expected": {name: _told(rows) for name, rows in case.expected.items()},
        "otherwise": dict(case.otherwise),
    }


def _iso(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def _told(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    columns = list(rows[0]) if rows else []
    return {
        "columns": columns,
        "rows": [
            [{"date": v.isoformat()} if isinstance(v, date) else v for v in row.values()]
            for row in rows
        ],
    }
