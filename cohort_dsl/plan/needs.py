"""What must be known before a series can be worked out.

A *leaf* is a series that a step answers as a whole (a count, a picked row's column);
everything else is worked out from leaves and the row's own columns, in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Series, rows_of
from cohort_dsl.plan.rows import conditions, sort_keys

Origin: TypeAlias = Frame | Series


def origin(node: Series) -> Origin | None:
    """What a step must read to answer this leaf; None for a series that is no leaf.

    A frame of one row a patient, or of many rows; or for ``is_in`` the series whose
    values are looked among.
    """
    if isinstance(node, nodes.SelectColumn) and node.frame is None:
        return node.source
    if isinstance(node, nodes.Exists | nodes.Count):
        single = node.source.one_row_per_patient
        return node.source if single else rows_of(node.source)
    if isinstance(node, nodes.Aggregation):
        return node.source.frame
    if isinstance(node, nodes.IsInSeries):
        return node.among
    return None


def operands(node: Series) -> tuple[Series, ...]:
    """What the series is worked out from in place."""
    if isinstance(node, nodes.IsInSeries):
        return (node.operand,)
    if origin(node) is not None or isinstance(node, nodes.SelectColumn):
        return ()
    return tuple(part for part in node.parts() if isinstance(part, Series))


def in_place(roots: Iterable[Series]) -> list[Series]:
    """All that is worked out in place for the roots, leaves included, parts first."""
    done: dict[Series, None] = {}
    stack = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done[node] = None
            continue
        stack.append((node, True))
        stack.extend((part, False) for part in reversed(operands(node)))
    return list(done)


def leaves(roots: Iterable[Series]) -> list[Series]:
    """The leaves right below the roots."""
    return [node for node in in_place(roots) if origin(node) is not None]


def inputs(leaf: Series) -> tuple[Series, ...]:
    """What the leaf's step works out on the rows that it reads."""
    source = origin(leaf)
    if isinstance(source, Series):
        assert source.frame is not None
        return (*conditions(source.frame), source)
    if isinstance(source, nodes.Pick):
        return conditions(source.source) + sort_keys(source.source)
    assert source is not None
    own = (leaf.source,) if isinstance(leaf, nodes.Aggregation) else ()
    return conditions(source) + own


def closure(roots: Iterable[Series]) -> set[Series]:
    """The leaves below the roots, the leaves below those, and so on."""
    found: set[Series] = set()
    todo = leaves(roots)
    while todo:
        leaf = todo.pop()
        if leaf not in found:
            found.add(leaf)
            todo.extend(leaves(inputs(leaf)))
    return found


def columns(roots: Iterable[Series]) -> list[nodes.SelectColumn]:
    """The rows' own columns that are read for the roots."""
    found = [node for node in in_place(roots) if isinstance(node, nodes.SelectColumn)]
    return [node for node in found if node.frame is not None]
