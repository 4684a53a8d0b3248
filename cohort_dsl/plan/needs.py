"""What must be known before a series can be worked out.

A *leaf* is a series that a step answers as a whole (a count, a picked row's column);
everything else is worked out from leaves and the row's own columns, in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypeGuard

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Node, Series, rows_of
from cohort_dsl.plan.rows import base, conditions, sort_keys

Origin: TypeAlias = Frame | Series

# Longer maps are tables to join. DuckDB and PostgreSQL look a value up in such a table in
# the time that a CASE of some twenty values takes; Oracle counts a CASE's values, too.
LONGEST_CASE = 25

# How the tables of intervals are called, before a number. No author's name begins with _.
PARAMETERS = "_interval_"


# Only these may be leaves. Most series are none of them, and all are asked very often.
_PERHAPS_LEAVES = (
    nodes.SelectColumn,
    nodes.Aggregation,
    nodes.Exists,
    nodes.Count,
    nodes.Found,
    nodes.IsInSeries,
)


def origin(node: Series) -> Origin | None:
    """What a step must read to answer this leaf; None for a series that is no leaf.

    A frame of one row a patient, or of many rows; for ``is_in`` the series whose values
    are looked among; for a row's column that is looked up by date, the look-up.
    """
    if not isinstance(node, _PERHAPS_LEAVES):
        return None
    if isinstance(node, nodes.SelectColumn | nodes.Found) and node.source.beside:
        return node.source
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
    if not isinstance(node, _PERHAPS_LEAVES):
        return tuple([part for part in node.below if isinstance(part, Series)])
    if isinstance(node, nodes.IsInSeries):
        return (node.operand,)
    found = origin(node)
    return (found.at,) if isinstance(found, nodes.AsOf) else ()


def in_place(roots: Iterable[Series]) -> list[Series]:
    """All that is worked out in place for the roots, leaves included, parts first."""
    done: dict[bytes, Series] = {}
    stack = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if node.digest in done:
            continue
        waits_for = [part for part in operands(node) if part.digest not in done]
        if waits_for:
            stack.append(node)
            stack += reversed(waits_for)
        else:
            done[node.digest] = node
    return list(done.values())


def leaves(roots: Iterable[Series]) -> list[Series]:
    """The leaves right below the roots."""
    return [node for node in in_place(roots) if origin(node) is not None]


def inputs(leaf: Series) -> tuple[Series, ...]:
    """What is worked out on rows for the leaf, by its step and by those that it reads."""
    return _own_inputs(leaf) + tuple(one for f in made(leaf) for one in made_from(f))


def _own_inputs(leaf: Series) -> tuple[Series, ...]:
    source = origin(leaf)
    if isinstance(source, Series):
        assert source.frame is not None
        return (*conditions(source.frame), source)
    assert source is not None
    own = (leaf.source,) if isinstance(leaf, nodes.Aggregation) else ()
    return _of_rows(source) + own


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
    return [node for node in in_place(roots) if is_cell(node)]


def is_parameter(node: Node) -> bool:
    """Is it a constant that differs between intervals?"""
    if not isinstance(node, nodes.SelectColumn) or not isinstance(node.source, nodes.Table):
        return False
    return node.source.table.name.startswith(PARAMETERS)


def parameters(roots: Iterable[Series]) -> list[Series]:
    """The parameters right below the roots."""
    return [leaf for leaf in leaves(roots) if is_parameter(leaf)]


def is_joined(node: Series) -> bool:
    """Is it found for each row by a join, rather than for each patient?"""
    if is_long_map(node):
        return True
    return isinstance(node, nodes.IsInSeries | nodes.Found) or (
        isinstance(node, nodes.SelectColumn) and node.source.beside is not None
    )


def is_long_map(node: Node) -> TypeGuard[nodes.MapValues]:
    """Is it looked up in a table of what each value is mapped to?"""
    return isinstance(node, nodes.MapValues) and len(node.pairs) > LONGEST_CASE


def is_cell(node: Node) -> TypeGuard[nodes.SelectColumn]:
    """Is it a column that the rows themselves have?"""
    if not isinstance(node, nodes.SelectColumn) or node.frame is None:
        return False
    return node.source.beside is None


def made(leaf: Series) -> list[Frame]:
    """The frames whose rows a step makes before the leaf can be known, parts first."""
    source = origin(leaf)
    assert source is not None
    frame = source.frame if isinstance(source, Series) else source
    assert frame is not None
    return made_for(frame)


def made_for(rows: Frame) -> list[Frame]:
    """The same, before the frame's rows can be read."""
    done: dict[Frame, None] = {}
    stack = [(base(rows), False)]
    while stack:
        frame, ready = stack.pop()
        if ready:
            done[frame] = None
        elif frame not in done and not isinstance(frame, nodes.Table):
            stack.append((frame, True))
            stack += [(base(source), False) for source in reversed(sources(frame))]
    return list(done)


def sources(frame: Frame) -> tuple[Frame, ...]:
    """The frames whose rows are read to make a frame's own."""
    if isinstance(frame, nodes.Union):
        return frame.sources
    if isinstance(frame, nodes.Episodes):
        assert frame.source.frame is not None
        return (frame.source.frame,)
    if isinstance(frame, nodes.AsOf):
        assert frame.beside is not None
        return frame.beside, frame.source
    return ()


def made_from(frame: Frame) -> tuple[Series, ...]:
    """What is worked out on other rows to make a frame's own; none for a table."""
    rows = tuple(one for source in sources(frame) for one in _of_rows(source))
    if isinstance(frame, nodes.Episodes):
        return (*rows, frame.source)
    if isinstance(frame, nodes.AsOf):
        return (*rows, frame.at, frame.start, frame.end)
    return rows


def _of_rows(frame: Frame) -> tuple[Series, ...]:
    if isinstance(frame, nodes.Pick):
        return conditions(frame.source) + sort_keys(frame.source)
    return conditions(frame)
