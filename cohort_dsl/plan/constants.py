"""Constants that are too many to be written out: as tables to join, each once."""

from __future__ import annotations

from collections.abc import Sequence

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.nodes.choice import Pairs
from cohort_dsl.model.types import ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.brought import CodeList, ValueMap
from cohort_dsl.plan.steps import Step

# Oracle's IN takes 1,000 values at most; everywhere long lists are faster as tables.
LONGEST_LIST = 1000


def long_ones(below: Sequence[Series], longest_list: int) -> list[Step]:
    """The long lists and maps that are looked through row by row."""
    return [*_long_lists(below, longest_list), *_long_maps(below)]


def _long_lists(below: Sequence[Series], longest: int) -> list[CodeList]:
    found = {
        node.values: node.operand.type
        for node in below
        if isinstance(node, nodes.IsIn) and len(node.values) > longest
    }
    numbered = enumerate(found.items(), start=1)
    return [CodeList(f"step_list_{n}", values, kind) for n, (values, kind) in numbered]


def _long_maps(below: Sequence[Series]) -> list[ValueMap]:
    """One table serves all maps that say the same, whatever values are looked up in it."""
    found: dict[tuple[Pairs, ValueType, ValueType], list[nodes.MapValues]] = {}
    for node in below:
        if needs.is_long_map(node):
            says = (node.pairs, node.operand.type, node.type)
            found.setdefault(says, []).append(node)
    numbered = enumerate(found.values(), start=1)
    return [ValueMap(f"step_map_{n}", tuple(maps)) for n, maps in numbered]
