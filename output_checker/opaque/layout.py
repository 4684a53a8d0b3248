"""The lines of a text laid out in columns, as its author may have meant them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

SEPARATORS = (",", ";", "\t", "|")
GAP = "  "
"""What stands between the columns of a table that was printed."""
MOSTLY = 0.8
"""Of a text's lines, how many must have as many parts for these to be columns."""

Rows = tuple[tuple[str, ...], ...]


class Unfit(Exception):
    """Why a file can't be written anew. Says nothing of what it holds."""


def table(lines: Sequence[str]) -> Rows:
    """The cells of a table in a file, which all lines have as many of; Unfit if not."""
    splits = list(_split(lines))
    even = [rows for rows in splits if len({len(row) for row in rows}) < 2]
    wide = [rows for rows in even if rows and len(rows[0]) > 1]
    if not even or (len(even) < len(splits) and not wide):
        raise Unfit(
            "its lines have different numbers of values, or quotation marks don't match"
        )
    return (wide or even)[0]


def columns(lines: Sequence[str]) -> Rows:
    """The parts of those lines of a text that look like a table's; else whole lines."""
    for rows in (*_split(lines), _printed(lines, GAP), _printed(lines, " ")):
        (width, times), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        if width > 1 and times >= MOSTLY * len(rows):
            return tuple(row for row in rows if len(row) == width)
    return tuple((line.strip(),) for line in lines if line.strip())


def _split(lines: Sequence[str]) -> Iterator[Rows]:
    """The lines' cells by every separator that their quotation marks agree with."""
    lines = [line for line in lines if line.strip()]
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
        except csv.Error:
            continue
        if len(rows) == len(lines):  # no value goes over several lines
            yield tuple(tuple(" ".join(cell.split()) for cell in row) for row in rows)


def _printed(lines: Sequence[str], gap: str) -> Rows:
    split = ([part.strip() for part in line.split(gap)] for line in lines if line.strip())
    return tuple(tuple(part for part in parts if part) for parts in split)
