"""Read the little tables that the manual is written in.

A blank cell is NULL, ``""`` an empty string, T and F are True and False. Other cells are
read by their column's type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cohort_dsl.model.types import Kind, TableSchema

READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.BOOL: {"T": True, "F": False}.__getitem__,
    Kind.INT: int,
    Kind.FLOAT: float,
    Kind.STR: lambda cell: cell.strip('"'),
    Kind.CODE: str,
    Kind.CODES: str,
    Kind.DATE: date.fromisoformat,
}


def read(text: str, schema: TableSchema) -> list[dict[str, Any]]:
    """Rows with ``patient_id`` and the columns named in the first line."""
    header, *lines = (line for line in text.strip().splitlines() if line.strip())
    names = [cell.strip() for cell in header.split("|")]
    kinds = {column.name: column.type.kind for column in schema.columns}
    kinds["patient"] = Kind.INT
    rows = [
        [
            _cell(cell.strip(), kinds[n])
            for n, cell in zip(names, line.split("|"), strict=True)
        ]
        for line in lines
    ]
    named = ["patient_id" if name == "patient" else name for name in names]
    return [dict(zip(named, row, strict=True)) for row in rows]


def read_head(text: str) -> list[str]:
    """The names in the first line."""
    return [cell.strip() for cell in text.strip().splitlines()[0].split("|")]


def _cell(cell: str, kind: Kind) -> Any:
    return READERS[kind](cell) if cell else None
