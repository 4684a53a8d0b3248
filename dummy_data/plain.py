"""A condition cut into plain ones: those without and, or, not or a choice."""

from __future__ import annotations

import random
from dataclasses import dataclass

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import Kind
from dummy_data.person import Person, Row


@dataclass(frozen=True)
class Plain:
    """A condition without and, or, not; and whether it must be True or must not."""

    condition: Series
    want: bool

    def holds(self, person: Person, row: Row | None) -> bool:
        value = person.value(self.condition, row)
        return value is True if self.want else value is False


def plain(condition: Series, want: bool, rng: random.Random) -> list[Plain]:
    """Plain conditions that together make the condition come out as wanted."""
    found: list[Plain] = []
    todo: list[tuple[Series, bool]] = [(condition, want)]
    while todo:
        node, wanted = todo.pop()
        if isinstance(node, nodes.Not):
            todo.append((node.operand, not wanted))
        elif isinstance(node, nodes.And | nodes.Or):
            every = isinstance(node, nodes.And) is wanted
            chosen = node.operands if every else (rng.choice(node.operands),)
            todo += [(operand, wanted) for operand in reversed(chosen)]
        elif isinstance(node, nodes.Case) and node.type.kind is Kind.BOOL:
            todo += _branch(node, wanted, rng)
        else:
            found.append(Plain(node, wanted))
    return found


def _branch(node: nodes.Case, want: bool, rng: random.Random) -> list[tuple[Series, bool]]:
    """One branch is to count: its condition holds, those before don't, its value suits."""
    branches: list[tuple[Series | None, Series]] = [*node.whens, (None, node.otherwise)]
    suiting = [
        i
        for i, (_, value) in enumerate(branches)
        if not isinstance(value, nodes.Null)
        and not (isinstance(value, nodes.Value) and value.value is not want)
    ]
    if not suiting:
        return []
    at = rng.choice(suiting)
    condition, value = branches[at]
    todo: list[tuple[Series, bool]] = [(c, False) for c, _ in node.whens[:at]]
    if condition is not None:
        todo.append((condition, True))
    if not isinstance(value, nodes.Value):
        todo.append((value, want))
    return todo
