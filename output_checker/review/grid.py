"""A verified table laid out for a reviewer's eye: what is shown, hidden, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from output_checker.report import Cell, Table

ALL = "all"


@dataclass(frozen=True)
class Shown:
    """A place in the grid. ``kind`` chooses its look; ``note`` is what an attacker gets."""

    text: str
    kind: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the grid: its levels, then its cells. ``total``: it sums up others."""

    labels: tuple[str, ...]
    cells: tuple[Shown, ...]
    total: bool


@dataclass(frozen=True)
class Grid:
    """``labels`` head the levels, ``columns`` the cells; ``across`` is over these."""

    labels: tuple[str, ...]
    across: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def grid(table: Table) -> Grid:
    """Two dimensions of one measure side by side; anything else a line a cell."""
    if len(table.dimensions) == 2 and len(table.measures) == 1:
        return _crossed(table)
    return Grid(
        labels=table.dimensions,
        across="",
        columns=table.measures,
        rows=tuple(
            Row(_labels(c.levels), _measures(table, c), None in c.levels)
            for c in table.cells
        ),
    )


def _crossed(table: Table) -> Grid:
    down, across = table.dimensions
    cells = {c.levels: c for c in table.cells}
    rows = _levels(table, 0)
    columns = _levels(table, 1)
    return Grid(
        labels=(down,),
        across=across,
        columns=_labels(columns),
        rows=tuple(
            Row(
                _labels((x,)),
                tuple(_place(table, cells.get((x, y))) for y in columns),
                x is None,
            )
            for x in rows
        ),
    )


def _levels(table: Table, place: int) -> tuple[str | None, ...]:
    """In the table's order, with the total last."""
    found = dict.fromkeys(c.levels[place] for c in table.cells)
    return tuple(sorted(found, key=lambda level: level is None))


def _labels(levels: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(ALL if level is None else level for level in levels)


def _measures(table: Table, cell: Cell) -> tuple[Shown, ...]:
    first, *others = table.measures
    plain = replace(cell, interval=None)  # the interval is the first one's
    return (_shown(cell, first), *[_shown(plain, m) for m in others])


def _place(table: Table, cell: Cell | None) -> Shown:
    return Shown("", "none") if cell is None else _shown(cell, table.measures[0])


def _shown(cell: Cell, measure: str) -> Shown:
    if cell.hidden and cell.hides(measure):
        return Shown("hidden", cell.hidden.value, interval(cell.interval))
    value = cell.values[measure]
    return Shown("–", "none") if value is None else Shown(number(value), "number")


def number(value: float | int) -> str:
    """Exactly as it leaves, but for narrow spaces between a count's thousands."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else repr(value)


def interval(known: tuple[float, float] | None) -> str:
    """What an attacker can say of a hidden number."""
    if known is None:
        return ""
    low, high = known
    if math.isinf(high):
        return f"{_bound(low)} or more"
    return f"between {_bound(low)} and {_bound(high)}"


def _bound(value: float) -> str:
    return number(int(value)) if value.is_integer() else f"{value:.6g}"
