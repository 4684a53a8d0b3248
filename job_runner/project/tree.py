"""Nodes as JSON and back: what a child that read a hostile file may answer with.

Nothing but words, lists and mappings with their places comes out of it, whatever went in;
so whoever takes over the child has written another project file, no more.
"""

from __future__ import annotations

from typing import Any

from job_runner.project.building import MOST_DEPTH
from job_runner.project.mistakes import Mistakes, Place
from job_runner.project.nodes import Items, Node, Scalar, Table

READY = "R"
"""What a child says first: it has started, and what happens now is the file's doing."""

MOST_WORDS = 1_000
"""Characters of a child's sentence about a mistake."""


class NoTree(Exception):
    """What is no tree of nodes."""


def written(root: Node | None, mistakes: Mistakes) -> dict[str, object]:
    """What was read, and what is wrong with it."""
    found = [[one.line, one.column, one.problem, one.remedy] for one in mistakes.found]
    return {"root": None if root is None else _written(root), "mistakes": found}


def _written(node: Node) -> list[object]:
    """Place, whether it is plain or whole, and what it holds. As deep as files may be."""
    place = [node.place.line, node.place.column]
    if isinstance(node, Scalar):
        return [*place, node.plain, node.text]
    if isinstance(node, Items):
        return [*place, node.whole, [_written(item) for item in node.items]]
    pairs = {
        name: [key.place.line, key.place.column, key.plain, _written(value)]
        for name, (key, value) in node.pairs.items()
    }
    return [*place, node.whole, pairs]


def understood(answer: Any, mistakes: Mistakes) -> Node | None:
    """The same again, its mistakes added to ours. NoTree for anything else."""
    root, found = _parts(answer, "root", "mistakes")
    for line, column, problem, remedy in (_four(one) for one in _list(found)):
        mistakes.add(_place(line, column), _sentence(problem), _sentence(remedy))
    return None if root is None else _node(root, MOST_DEPTH)


def _node(value: Any, deeper: int) -> Node:
    line, column, flag, content = _four(value)
    place = _place(line, column)
    if type(flag) is not bool or deeper < 0:
        raise NoTree
    if isinstance(content, str):
        return Scalar(place, content, flag)
    if isinstance(content, list):
        return Items(place, tuple(_node(item, deeper - 1) for item in content), flag)
    if not isinstance(content, dict):
        raise NoTree
    pairs = {name: _pair(name, pair, deeper) for name, pair in content.items()}
    return Table(place, pairs, flag)


def _pair(name: str, value: Any, deeper: int) -> tuple[Scalar, Node]:
    line, column, plain, node = _four(value)
    if type(plain) is not bool:
        raise NoTree
    return Scalar(_place(line, column), name, plain), _node(node, deeper - 1)


def _parts(value: Any, *names: str) -> tuple[Any, ...]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise NoTree
    return tuple(value[name] for name in names)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise NoTree
    return value


def _four(value: Any) -> tuple[Any, Any, Any, Any]:
    if not isinstance(value, list) or len(value) != 4:
        raise NoTree
    return value[0], value[1], value[2], value[3]


def _place(line: Any, column: Any) -> Place:
    if not (type(line) is int and type(column) is int and line >= 1 and column >= 1):
        raise NoTree
    return Place(line, column)


def _sentence(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > MOST_WORDS:
        raise NoTree
    return value
