"""A question's parts put in the place of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cohort_dsl.model.nodes import Node, Series, walk

Put = Mapping[Node, Node]


def replaced(roots: Iterable[Node], new: Callable[[Node, Put], Node | None]) -> Put:
    """Each node that changes, and what takes its place.

    ``new``: what takes a node's place, given what already takes the place of its parts;
    None where it stays, or changes only as its parts do.
    """
    put: dict[Node, Node] = {}
    for node in walk(roots):
        found = new(node, put)
        if found is None:
            found = rebuilt(node, put)
        if found is not node:
            put[node] = found
    return put


def rebuilt(node: Node, put: Put) -> Node:
    """The node with its parts replaced; itself where none of them is."""
    if not any(part in put for part in node.parts()):
        return node
    names = node.parameter_names()
    return type(node)(**{n: swapped(getattr(node, n), put) for n in names})


def swapped(field: Any, put: Put) -> Any:
    """A node's field with nodes in it replaced."""
    if isinstance(field, Node):
        return put.get(field, field)
    if isinstance(field, tuple):
        return tuple(swapped(item, put) for item in field)
    return field


def series(put: Put, one: Series) -> Series:
    """What takes the series' place, or itself."""
    found = put.get(one, one)
    assert isinstance(found, Series)
    return found


def named(put: Put, many: Mapping[str, Series]) -> dict[str, Series]:
    """The same for several by name."""
    return {name: series(put, one) for name, one in many.items()}
