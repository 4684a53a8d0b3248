"""Suppression problems of a given size, the same every time: contingency tables.

People fall into cells as if their traits were independent, so rows and columns are of
different sizes, as in life; cells with 1 to 9 people are primary, those with one person
have somebody who attacks the others. All sums over each dimension are shown.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 10
SMALL = 0.1
"""About this share of the cells is primary: as many people are counted as it takes."""
Json = dict[str, Any]
Counts = NDArray[np.int64]


def table(shape: Sequence[int], seed: int = 1) -> Json:
    """A table with all its totals."""
    cells, equations = _with_totals(_people(shape, np.random.default_rng(seed)), "")
    return problem(cells, equations)


def linked(rows: int, columns: int, others: int, seed: int = 1) -> Json:
    """Two tables of the same rows in groups of six: their row totals are the same cells."""
    chance = np.random.default_rng(seed)
    one = _people((rows, columns), chance)
    mixes = chance.dirichlet(np.full(others, 5.0), size=rows)
    drawn = zip(one.sum(axis=1), mixes, strict=True)
    other = np.array([chance.multinomial(n, mix) for n, mix in drawn])
    cells, equations = _with_totals(one, "a")
    more, further = _with_totals(other, "b")
    for name, column in _columns(cells, more):
        equations += list(_groups(name, column, rows, cells, more))
    every = {**cells, **more}
    return problem(every, [*equations, *further])


def problem(cells: Mapping[str, int], equations: Sequence[Mapping[str, int]]) -> Json:
    """Small counts must reach from one below to the threshold, and nine wide."""
    small = {id_: n for id_, n in cells.items() if 0 < n < THRESHOLD}
    return {
        "format": "disclosure-problem",
        "version": 1,
        "cells": [{"id": id_, "value": int(n)} for id_, n in cells.items()],
        "equations": list({json.dumps(e, sort_keys=True): e for e in equations}.values()),
        "primaries": [
            {"id": id_, "lower": 1, "upper": int(THRESHOLD - n), "sliding": THRESHOLD - 1}
            for id_, n in small.items()
        ],
        "singles": [[id_] for id_, n in small.items() if n == 1],
    }


def _people(shape: Sequence[int], chance: np.random.Generator) -> Counts:
    share = np.ones(())
    for size in shape:
        share = np.multiply.outer(share, chance.dirichlet(np.full(size, 2.0)))
    many = 30.0 * share.size
    while True:
        found: Counts = chance.poisson(many * share)
        if np.mean((found > 0) & (found < THRESHOLD)) <= SMALL:
            return found
        many *= 1.02


def _with_totals(counts: Counts, name: str) -> tuple[dict[str, int], list[dict[str, int]]]:
    """Cells by id, a sum for each line. Row totals have no table's name: both have them."""
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)

    def id_of(place: Sequence[int]) -> str:
        words = [
            "T" if p == s - 1 else str(p) for p, s in zip(place, counts.shape, strict=True)
        ]
        return " ".join(words[:-1]) + (" T" if words[-1] == "T" else f" {name}{words[-1]}")

    places = list(itertools.product(*map(range, counts.shape)))
    cells = {id_of(place): int(counts[place]) for place in places}
    equations = []
    for place, axis in itertools.product(places, range(counts.ndim)):
        last = counts.shape[axis] - 1
        if place[axis] == last:
            parts = [(*place[:axis], n, *place[axis + 1 :]) for n in range(last)]
            equations.append({id_of(place): -1, **{id_of(part): 1 for part in parts}})
    return cells, equations


def _columns(*tables: Mapping[str, int]) -> list[tuple[str, Mapping[str, int]]]:
    """The last word of each cell, with the table that has such cells; totals once."""
    found: dict[str, Mapping[str, int]] = {}
    for cells in tables:
        for id_ in cells:
            found.setdefault(id_.split(" ")[-1], cells)
    return list(found.items())


def _groups(
    name: str, column: Mapping[str, int], rows: int, *tables: dict[str, int]
) -> list[dict[str, int]]:
    """Subtotals of six rows each, in one column: new cells, and their sums."""
    home = next(cells for cells in tables if cells is column)
    starts = range(0, rows, 6)
    sums = []
    for group, start in enumerate(starts):
        parts = [f"{row} {name}" for row in range(start, min(start + 6, rows))]
        home[f"g{group} {name}"] = sum(column[part] for part in parts)
        sums.append({f"g{group} {name}": -1, **dict.fromkeys(parts, 1)})
    return [*sums, {f"T {name}": -1, **{f"g{n} {name}": 1 for n, _ in enumerate(starts)}}]
