"""How far many cells of a layer can be, for all of them exactly, with few programs.

Each equation bounds its cells by what the others can be; where a table that agrees with
what is shown (a witness) reaches such a bound, that is the answer. Cells that share no
equation are asked for together. Whatever is left is asked for cell by cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.problem import SLACK
from output_checker.suppress.side import Side
from output_checker.suppress.system import Floats

ROUNDS = 3
"""Times that the bounds of equations are passed on to each other."""
FEW = 2
Places = NDArray[np.intp]


def spans(side: Side, cells: Sequence[int]) -> dict[int, tuple[float, float]]:
    """How far below and above its value each cell can be; the side looks at a pattern."""
    wanted = np.array(cells, dtype=np.intp)
    return dict(
        zip(
            wanted.tolist(),
            zip(_far(side, wanted, -1), _far(side, wanted, 1), strict=True),
            strict=True,
        )
    )


def _far(side: Side, wanted: Places, sign: int) -> list[float]:
    """How far in one direction."""
    most = _bounds(side)[0 if sign < 0 else 1]
    old = side.fitting(whole=True)
    reached = old.pool.highest(old.which, sign)
    open_ = [cell for cell in wanted.tolist() if reached[cell] < most[cell] - SLACK]
    while len(open_) > FEW:
        group = _apart(side, open_)
        _take(side, reached, side.aimed(group, sign), sign)
        left = [cell for cell in open_ if reached[cell] < most[cell] - SLACK]
        stuck = set(group) & set(left)
        for cell in sorted(stuck):
            reached[cell] = side.distance(cell, sign)
        open_ = [cell for cell in left if cell not in stuck]
    for cell in open_:
        reached[cell] = side.distance(cell, sign)
    return [float(far) for far in reached[wanted]]


def _take(side: Side, reached: Floats, row: Floats, sign: int) -> None:
    """What a witness reaches; in whole numbers, where the layer's are."""
    if not side.layer.integer or np.all(np.abs(row - np.round(row)) < SLACK):
        np.maximum(reached, sign * row, out=reached)


def _apart(side: Side, cells: Sequence[int]) -> list[int]:
    """Some of the cells, no two of them in one equation: the first ones that fit."""
    taken: set[int] = set()
    group = []
    for cell in cells:
        own = side.lines[cell]
        if taken.isdisjoint(own):
            taken.update(own)
            group.append(cell)
    return group


def _bounds(side: Side) -> tuple[Floats, Floats]:
    """How far down and up each cell can be at most, by its equations one at a time."""
    rows, columns, weights = side.attacker.matrix
    down, up = side.attacker.down.copy(), side.attacker.up.copy()
    count = side.attacker.rows
    for _ in range(ROUNDS):
        high = np.where(weights > 0, weights * up[columns], -weights * down[columns])
        low = np.where(weights > 0, weights * down[columns], -weights * up[columns])
        others_low = np.bincount(rows, low, count)[rows] - low
        others_high = np.bincount(rows, high, count)[rows] - high
        size = np.abs(weights)
        can_up = np.where(weights > 0, others_low, others_high) / size
        can_down = np.where(weights > 0, others_high, others_low) / size
        np.minimum.at(up, columns, can_up)
        np.minimum.at(down, columns, can_down)
    if side.layer.integer:
        down, up = np.floor(down + SLACK), np.floor(up + SLACK)
    return down, up
