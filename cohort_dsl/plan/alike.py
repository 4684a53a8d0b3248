"""What is asked alike of many intervals, said once, with parameters for constants.

A parameter is a column of a table that comes with the plan, of the intervals and what
stands for each of them. To the rest of the plan it is a series like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cohort_dsl.model import nobody, nodes
from cohort_dsl.model.nodes import Node, SelectColumn, Series, Table, walk
from cohort_dsl.model.query import Interval
from cohort_dsl.model.types import Column, ModelError, Scalar, TableSchema, ValueType
from cohort_dsl.plan.needs import PARAMETERS

Values = tuple[Scalar, ...]


class UnlikeError(Exception):
    """The intervals' series differ in more than constants."""


@dataclass
class Alike:
    """Series of the same intervals, of which each is made a template.

    ``number``: tells the parameters from those of other intervals.
    """

    number: int
    intervals: Sequence[Interval]
    parameters: dict[tuple[ValueType, Values], SelectColumn] = field(default_factory=dict)
    done: dict[tuple[Node, ...], Node] = field(default_factory=dict)
    constant: dict[Node, Scalar | None] = field(default_factory=dict)

    def values(self) -> Mapping[Series, Values]:
        """What each parameter stands for in each interval."""
        return {column: values for (_, values), column in self.parameters.items()}

    def template(self, found: Sequence[Series]) -> Series:
        """The series of each interval, as one. UnlikeError where that can't be said."""
        self._find_constants(found)
        asked = tuple(found)
        stack: list[tuple[tuple[Node, ...], bool]] = [(asked, False)]
        while stack:
            many, ready = stack.pop()
            if many in self.done:
                continue
            if ready:
                self.done[many] = self._rebuilt(many)
                continue
            if (simple := self._simple(many)) is not None:
                self.done[many] = simple
                continue
            stack.append((many, True))
            stack.extend((below, False) for below in _below(many))
        template = self.done[asked]
        assert isinstance(template, Series)
        return template

    def _find_constants(self, found: Iterable[Series]) -> None:
        """The series that are made of constants alone, with their values."""
        for node in walk(found):
            if node in self.constant or not isinstance(node, Series):
                continue
            if isinstance(node, nodes.Value) or _is_made_of(node, self.constant):
                self.constant[node] = nobody.of_parts(node, self.constant)

    def _simple(self, many: tuple[Node, ...]) -> Node | None:
        first, *others = many
        if all(one == first for one in others):
            return first
        values = tuple(self.constant.get(one) for one in many)
        if None in values or not isinstance(first, Series):
            return None
        kinds = {one.type for one in many if isinstance(one, Series)}
        return self._parameter(first.type, values) if len(kinds) == 1 else None  # type: ignore[arg-type]

    def _parameter(self, kind: ValueType, values: Values) -> SelectColumn:
        key = kind, values
        if key not in self.parameters:
            column = Column(self._name(values), kind)
            name = f"{PARAMETERS}{self.number}_{len(self.parameters) + 1}"
            schema = TableSchema(name, (column,), True)
            self.parameters[key] = SelectColumn(Table(schema), column.name)
        return self.parameters[key]

    def _name(self, values: Values) -> str:
        if values == tuple(one.start for one in self.intervals):
            return "start_date"
        if values == tuple(one.end for one in self.intervals):
            return "end_date"
        return f"value_{len(self.parameters) + 1}"

    def _rebuilt(self, many: tuple[Node, ...]) -> Node:
        first, parts = many[0], iter([self.done[below] for below in _below(many)])
        names = first.parameter_names()
        try:
            return type(first)(**{n: _filled(getattr(first, n), parts) for n in names})
        except ModelError:
            raise UnlikeError from None


def _is_made_of(node: Node, constant: Mapping[Node, Scalar | None]) -> bool:
    parts = list(node.parts())
    return bool(parts) and all(part in constant for part in parts)


def _below(many: Sequence[Node]) -> list[tuple[Node, ...]]:
    """The parts of all, side by side; UnlikeError where they aren't of one shape."""
    first, *others = many
    shape = _shape(first)
    if any(_shape(one) != shape for one in others):
        raise UnlikeError
    return list(zip(*(one.parts() for one in many), strict=True))


def _shape(node: Node) -> object:
    return type(node), *(_blank(getattr(node, n)) for n in node.parameter_names())


def _blank(field: Any) -> object:
    """What a node's field says beside its nodes."""
    if isinstance(field, Node):
        return Node
    return tuple(map(_blank, field)) if isinstance(field, tuple) else (type(field), field)


def _filled(field: Any, parts: Iterator[Node]) -> Any:
    """A node's field with these nodes in place of its own."""
    if isinstance(field, Node):
        return next(parts)
    return (
        tuple(_filled(one, parts) for one in field) if isinstance(field, tuple) else field
    )
