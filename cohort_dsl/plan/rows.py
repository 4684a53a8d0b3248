"""Which rows a step looks at: where they come from, and what must hold for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Filter, Frame, Pick, Series, Sort, lineage
from cohort_dsl.model.types import Kind, Scalar

# Of several lists that rows must be in, the one that a warehouse is searched by best.
SEARCHED = (Kind.CODE, Kind.STR, Kind.INT)


@dataclass(frozen=True)
class Rows:
    """Rows of ``frame``: those of its base for which all ``conditions`` are True.

    ``hit``: they are looked for among the rows kept for the list of this number.
    """

    frame: Frame
    conditions: tuple[Series, ...]
    keys: tuple[Series, ...] = ()
    hit: int | None = None


@dataclass(frozen=True)
class Listed:
    """A condition of some rows that asks whether a column is in a list."""

    column: nodes.SelectColumn
    values: frozenset[Scalar]
    condition: Series


def base(frame: Frame) -> Frame:
    """Where the frame's rows come from: what is left without filters, sorts and picks."""
    *_, last = lineage(frame.source if isinstance(frame, Pick) else frame)
    return last


def conditions(frame: Frame) -> tuple[Series, ...]:
    """What the frame's filters demand, each conjunct by itself, the first filter first."""
    found = [f.condition for f in lineage(frame) if isinstance(f, Filter)]
    return tuple(c for condition in reversed(found) for c in conjuncts(condition))


def conjuncts(condition: Series) -> Iterator[Series]:
    """What must all be True for the condition to be True."""
    stack = [condition]
    while stack:
        one = stack.pop()
        if isinstance(one, nodes.And):
            stack.extend(reversed(one.operands))
        else:
            yield one


def sort_keys(frame: Frame) -> tuple[Series, ...]:
    """What the frame is sorted by, the key that counts most first."""
    return tuple(f.key for f in lineage(frame) if isinstance(f, Sort))


def of(frame: Frame) -> Rows:
    """All that the frame says about its rows."""
    return Rows(frame, conditions(frame), sort_keys(frame))


def of_source(frame: Frame) -> Rows:
    """The same; for picked rows, all those that they are picked from.

    What other rows are sorted by is left out: those that are made of them are in no order.
    """
    if isinstance(frame, Pick):
        return of(frame.source)
    return Rows(frame, conditions(frame))


def listed(rows: Rows) -> Listed | None:
    """The list that the rows are best looked for by; None where they name none."""
    own = base(rows.frame)
    found = [one for c in rows.conditions if (one := _listed(c, own)) is not None]
    return min(found, key=_preference, default=None)


def _preference(one: Listed) -> tuple[int, str]:
    return SEARCHED.index(one.column.type.kind), one.column.name


def _listed(condition: Series, own: Frame) -> Listed | None:
    if isinstance(condition, nodes.IsIn):
        column = _searched(condition.operand, own)
        return Listed(column, condition.values, condition) if column else None
    if isinstance(condition, nodes.Equal):
        sides = (condition.left, condition.right)
        for one, other in (sides, sides[::-1]):
            column = _searched(one, own)
            if column and isinstance(other, nodes.Value):
                return Listed(column, frozenset([other.value]), condition)
    return None


def _searched(series: Series, own: Frame) -> nodes.SelectColumn | None:
    """A column of the rows themselves, that rows can be searched by."""
    if not isinstance(series, nodes.SelectColumn) or series.frame is None:
        return None
    fits = series.type.kind in SEARCHED and base(series.source) == own
    return series if fits else None


def without(rows: Rows, one: Listed, number: int) -> Rows:
    """The rows, looked for among those that are kept for the list."""
    left = tuple(c for c in rows.conditions if c != one.condition)
    return Rows(rows.frame, left, rows.keys, number)
