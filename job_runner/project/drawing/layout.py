"""Where a picture's boxes and lines go: a column for each level of needs.

A line that passes columns has a slot of its own in each, so that it crosses no box. Slots
are ordered by the middle of what they are joined to, some times to and fro, which leaves
few crossings (Sugiyama, Tagawa and Toda, 1981).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from job_runner.project import graph
from job_runner.project.drawing.kinds import shortened
from job_runner.project.model import Project

ROW, SLOT, GAP, MARGIN = 34, 12, 70, 20
LETTER, PADDING, BOX = 7, 20, 24
MOST_NAME = 40
MOST_SLOTS = 5_000
"""For lines that pass columns; the longest beyond that are drawn across."""

SWEEPS = 4

Slot: TypeAlias = str | tuple[str, str, int]
"""An action, or a column passed on the way from one to another."""

Point: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """An action's: its left edge, its middle line, its width."""

    name: str
    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Layout:
    """``lines``: of points, from a box's right edge through pairs to another's left."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[tuple[Point, ...], ...]


def layout(project: Project) -> Layout:
    """Whole numbers, the same for the same project."""
    levels = graph.levels(project)
    paths = _paths(project, levels)
    columns = _columns(levels, paths)
    _untangle(columns, paths)
    return _measured(columns, paths)


def _paths(project: Project, levels: Mapping[str, int]) -> list[list[Slot]]:
    """For each need the slots from it to the action, the shortest first given slots."""
    needs = [(need, name) for name in levels for need in project.actions[name].needs]
    needs.sort(key=lambda pair: levels[pair[1]] - levels[pair[0]])
    left = MOST_SLOTS
    paths: list[list[Slot]] = []
    for need, name in needs:
        between = range(levels[need] + 1, levels[name])
        left -= len(between)
        passed: list[Slot] = [(need, name, level) for level in between] if left >= 0 else []
        paths.append([need, *passed, name])
    return paths


def _columns(levels: Mapping[str, int], paths: Iterable[list[Slot]]) -> list[list[Slot]]:
    columns: list[list[Slot]] = [[] for _ in range(max(levels.values(), default=0))]
    for name, level in levels.items():
        columns[level - 1].append(name)
    for path in paths:
        for slot in path:
            if not isinstance(slot, str):
                columns[slot[2] - 1].append(slot)
    return columns


def _untangle(columns: Sequence[list[Slot]], paths: Iterable[Sequence[Slot]]) -> None:
    before: dict[Slot, list[Slot]] = defaultdict(list)
    after: dict[Slot, list[Slot]] = defaultdict(list)
    for path in paths:
        for one, two in itertools.pairwise(path):
            before[two].append(one)
            after[one].append(two)
    place: dict[Slot, float] = {}
    for column in columns:
        _number(column, place)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for column in columns if forth else reversed(columns):
            _order(column, before if forth else after, place)


def _order(
    column: list[Slot], joined: Mapping[Slot, Sequence[Slot]], place: dict[Slot, float]
) -> None:
    def middle(slot: Slot) -> float:
        others = joined.get(slot, ())
        if not others:
            return place[slot]
        return sum(place[other] for other in others) / len(others)

    column.sort(key=middle)
    _number(column, place)


def _number(column: Sequence[Slot], place: dict[Slot, float]) -> None:
    """Places from 0 to 1, so that columns of many and of few slots compare."""
    place.update({slot: (at + 0.5) / len(column) for at, slot in enumerate(column)})


def _measured(columns: Sequence[Sequence[Slot]], paths: Iterable[list[Slot]]) -> Layout:
    height = max((sum(map(_high, column)) for column in columns), default=0)
    x, found = MARGIN, {}
    for column in columns:
        width = max(map(_wide, column), default=0)
        y = MARGIN + (height - sum(map(_high, column))) // 2
        for slot in column:
            across = _wide(slot) if isinstance(slot, str) else width
            found[slot] = Box(str(slot), x, y + _high(slot) // 2, across)
            y += _high(slot)
        x += width + GAP
    boxes = tuple(box for slot, box in found.items() if isinstance(slot, str))
    lines = tuple(_points([found[slot] for slot in path]) for path in paths)
    return Layout(max(x - GAP, MARGIN) + MARGIN, height + 2 * MARGIN, boxes, lines)


def _points(path: Sequence[Box]) -> tuple[Point, ...]:
    edges = [((box.x, box.y), (box.x + box.width, box.y)) for box in path]
    return tuple(point for edge in edges for point in edge)[1:-1]


def _high(slot: Slot) -> int:
    return ROW if isinstance(slot, str) else SLOT


def _wide(slot: Slot) -> int:
    """As wide as its letters are in most fonts; a place to pass asks for no width."""
    if not isinstance(slot, str):
        return 0
    return LETTER * len(shortened(slot, MOST_NAME)) + PADDING
