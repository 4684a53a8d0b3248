"""A table's one written form, as CSV and as JSON: the only words and numbers that leave.

Written from verified, protected numbers, never from a researcher's file. Hidden cells say
that they are hidden and nothing else: whether a cell was hidden for itself or for another's
sake narrows what it can be, so that difference stays inside.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping

from output_checker.errors import ReleaseRefused
from output_checker.report import Cell, Table
from output_checker.review.request import printable

HIDDEN = "[hidden]"
TOTAL = "[total]"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet takes text that starts so for a formula to run, after spaces too."""
LONGEST_TEXT = 300

JsonValue = Mapping[str, object]


def as_csv(table: Table) -> bytes:
    """One line a cell: its levels, then its measures. UTF-8, LF."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([harmless(name) for name in (*table.dimensions, *table.measures)])
    writer.writerows(_line(table, cell) for cell in table.cells)
    return text.getvalue().encode()


def as_json(table: Table) -> bytes:
    """The table with its title, unit and protection; keys sorted, numbers exact.

    A cell has its values; or is hidden; or, since version 2, is without some measures.
    """
    body = {
        "format": "strongroom-table",
        "version": 2,
        "title": table.title,
        "kind": table.kind,
        "unit": table.unit,
        "dimensions": table.dimensions,
        "measures": table.measures,
        "population": table.population,
        "variable": table.variable,
        "protection": table.protection,
        "cells": [_json_cell(table, cell) for cell in table.cells],
    }
    return dump(body)


def dump(body: JsonValue) -> bytes:
    """Canonical JSON, made to be read: sorted keys, two spaces, UTF-8, a last line end."""
    text = json.dumps(body, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def check(table: Table) -> None:
    """ReleaseRefused if a word can't be shown as it is, or a number isn't one."""
    for text in _words(table):
        if not printable(text) or len(text) > LONGEST_TEXT:
            raise _refused("a label is too long, or has characters that can't be seen")
    if {HIDDEN, TOTAL} & set(_words(table)):
        raise _refused(f"a level is called {HIDDEN} or {TOTAL}, which have a meaning here")
    for cell in table.cells:
        _check_cell(table, cell)


def _check_cell(table: Table, cell: Cell) -> None:
    if len(cell.levels) != len(table.dimensions):
        raise _refused("a cell has another number of levels than the table has dimensions")
    if set(cell.values) != set(table.measures):
        raise _refused("a cell has other measures than its table")
    if any(v is not None and not math.isfinite(v) for v in cell.values.values()):
        raise _refused("a cell's number isn't finite")


def _words(table: Table) -> Iterable[str]:
    yield from (table.title, table.kind, table.unit, table.protection)
    yield from (table.population, table.variable or "")
    yield from (*table.dimensions, *table.measures)
    for cell in table.cells:
        yield from (level for level in cell.levels if level is not None)


def _line(table: Table, cell: Cell) -> list[str]:
    levels = [TOTAL if level is None else harmless(level) for level in cell.levels]
    return [*levels, *[_shown(cell, measure) for measure in table.measures]]


def _shown(cell: Cell, measure: str) -> str:
    return HIDDEN if cell.hides(measure) else _number(cell.values[measure])


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def _number(value: float | int | None) -> str:
    return "" if value is None else repr(value)


def _json_cell(table: Table, cell: Cell) -> JsonValue:
    levels = dict(zip(table.dimensions, cell.levels, strict=True))
    if cell.hidden and not cell.without:
        return {"levels": levels, "hidden": True}
    shown = {m: cell.values[m] for m in table.measures if not cell.hides(m)}
    without = {"without": cell.without} if cell.without else {}
    return {"levels": levels, "values": shown, **without}


def _refused(problem: str) -> ReleaseRefused:
    return ReleaseRefused(
        problem,
        where="table",
        remedy="Change the label or the measure where the output is claimed; run it again.",
    )
