"""Dates and whole numbers that are only compared with constants: where they part.

Between two neighbouring constants all values mean the same. So a patient's date of birth
needs be known only so far; and of a row it can be looked up in which intervals its dates
fulfil a condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Node, Series
from cohort_dsl.model.types import BOOL, DATE, INT, Scalar
from cohort_dsl.plan import needs

Values = tuple[Scalar, ...]
Known = Mapping[Series, Values]
"""What each parameter stands for in each interval."""

COMPARED = (nodes.Less, nodes.LessOrEqual, nodes.Equal)
LAST = {DATE: date.max, INT: 2**63 - 1}


@dataclass(frozen=True)
class Cuts:
    """Values up to the first point are alike, those from there to the second, and so on."""

    points: Values

    def values(self) -> tuple[Scalar, ...]:
        """One of each class: its largest; beyond the last point the next."""
        last = self.points[-1]
        beyond = () if last in LAST.values() else (_next(last),)
        return (*self.points, *beyond)


@dataclass(frozen=True)
class Bits:
    """In which intervals a condition on one column is True: bit 0 is the first interval.

    ``masks``: one for each class of the column's values; ``null``: where it is NULL.
    """

    condition: Series
    column: nodes.SelectColumn
    cuts: Cuts
    masks: tuple[int, ...]
    null: int


def between(compared: Iterable[Node], cell: Series, known: Known) -> Cuts | None:
    """Where a series parts that is compared so; None where it isn't with constants only."""
    points: set[Any] = set()
    for node in compared:
        found = _points(node, cell, known)
        if found is None:
            return None
        points |= found
    return Cuts(tuple(sorted(points))) if points else None


def _points(node: Node, cell: Series, known: Known) -> set[Any] | None:
    if not isinstance(node, COMPARED) or cell.type not in LAST:
        return None
    others = [side for side in (node.left, node.right) if side != cell]
    if len(others) != 1 or (values := _constants(others[0], known)) is None:
        return None
    before = {_before(value) for value in values} - {None}
    if isinstance(node, nodes.Equal):
        return set(values) | before
    # Of x <= c and c < x the values up to c are alike; of x < c and c <= x those before c.
    upto = isinstance(node, nodes.LessOrEqual) == (node.left == cell)
    return set(values) if upto or not before else before


def _constants(series: Series, known: Known) -> Values | None:
    if isinstance(series, nodes.Value):
        return (series.value,)
    return known.get(series)


def _before(value: Any) -> Any:
    if isinstance(value, date):
        return None if value == date.min else value - timedelta(days=1)
    return None if value == -(2**63) else value - 1


def _next(value: Any) -> Any:
    return value + timedelta(days=1) if isinstance(value, date) else value + 1


# Conditions ------------------------------------------------------------------------


def bits(condition: Series, known: Known, intervals: int) -> Bits | None:
    """None where it isn't a condition on one column compared with constants."""
    below = needs.in_place([condition])
    cells = {node.name: node for node in below if needs.is_cell(node)}
    if len(cells) != 1 or any(not _is_told(node, known) for node in below):
        return None
    [column] = cells.values()
    cuts = _cuts(below, known)
    if cuts is None:
        return None
    truth = _Truth(below, known, intervals)
    masks = tuple(truth.at(value) for value in cuts.values())
    return Bits(condition, column, cuts, masks, truth.at(None))


def _cuts(below: Iterable[Series], known: Known) -> Cuts | None:
    points: set[Any] = set()
    for one in (node for node in below if isinstance(node, COMPARED)):
        cells = [side for side in (one.left, one.right) if needs.is_cell(side)]
        found = _points(one, cells[0], known) if cells else None
        if found is None:
            return None
        points |= found
    return Cuts(tuple(sorted(points))) if points else None


def _is_told(node: Series, known: Known) -> bool:
    if node in known or needs.is_cell(node):
        return node.type in LAST
    if isinstance(node, (nodes.Value, *COMPARED)):
        return True
    return node.type == BOOL and isinstance(
        node, nodes.And | nodes.Or | nodes.Not | nodes.IsNull | nodes.Case
    )


@dataclass(frozen=True)
class _Truth:
    """In which intervals conditions are True, and in which False, as bits."""

    below: Sequence[Series]
    known: Known
    intervals: int

    @property
    def _all(self) -> int:
        return (1 << self.intervals) - 1

    def at(self, value: Scalar | None) -> int:
        """Where the last of them is True of this value of the column."""
        found: dict[Series, tuple[int, int]] = {}
        for node in self.below:
            if node.type == BOOL and node not in self.known and not needs.is_cell(node):
                found[node] = self._of(node, value, found)
        return found[self.below[-1]][0]

    def _of(
        self, node: Any, value: Scalar | None, found: Mapping[Series, tuple[int, int]]
    ) -> tuple[int, int]:
        every = self._all
        if isinstance(node, nodes.Value):
            return (every, 0) if node.value else (0, every)
        if isinstance(node, COMPARED):
            return self._compared(node, value)
        if isinstance(node, nodes.IsNull):
            if needs.is_cell(node.operand):
                return (every, 0) if value is None else (0, every)
            told = sum(found[node.operand]) if node.operand in found else every
            return every & ~told, told
        if isinstance(node, nodes.Not):
            return found[node.operand][1], found[node.operand][0]
        if isinstance(node, nodes.Case):
            return self._case(node, found)
        is_and = isinstance(node, nodes.And)
        return _together([found[one] for one in node.operands], every, is_and=is_and)

    def _compared(self, node: Any, value: Scalar | None) -> tuple[int, int]:
        if value is None:
            return 0, 0
        sides = [self._side(side, value) for side in (node.left, node.right)]
        true = 0
        for number, (left, right) in enumerate(zip(*sides, strict=True)):
            if _holds(node, left, right):
                true |= 1 << number
        return true, self._all & ~true

    def _side(self, side: Series, value: Scalar) -> Sequence[Any]:
        if needs.is_cell(side):
            return [value] * self.intervals
        found = _constants(side, self.known)
        assert found is not None
        return found if side in self.known else found * self.intervals

    def _case(
        self, node: nodes.Case, found: Mapping[Series, tuple[int, int]]
    ) -> tuple[int, int]:
        true = false = 0
        left = self._all
        for condition, then in node.whens:
            here = left & found[condition][0]
            true |= here & found[then][0]
            false |= here & found[then][1]
            left &= ~here
        last = found[node.otherwise]
        return true | left & last[0], false | left & last[1]


def _together(
    found: Sequence[tuple[int, int]], every: int, *, is_and: bool
) -> tuple[int, int]:
    """True where all are, False where any is; of Or, the other way round."""
    sides = found if is_and else [(false, true) for true, false in found]
    all_, any_ = every, 0
    for true, false in sides:
        all_, any_ = all_ & true, any_ | false
    return (all_, any_) if is_and else (any_, all_)


def _holds(node: Series, left: Any, right: Any) -> bool:
    if isinstance(node, nodes.Less):
        return bool(left < right)
    return bool(left <= right if isinstance(node, nodes.LessOrEqual) else left == right)
