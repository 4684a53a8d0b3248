"""Expressions as layers of subqueries, so that none is written twice or nests too deep.

An expression becomes a column of a layer where it is used more than once, where the
operation above it would repeat it, or where it has grown too high. Expressions above
refer to the column. Where layers would nest too deep for an engine or for SQLAlchemy,
the rows so far are kept in a temporary table. So no size of question is too large, and
nothing here recurses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Node, Series
from cohort_dsl.plan import needs
from cohort_dsl.sql.dialect import Repeating
from cohort_dsl.sql.expressions import repeats

HEIGHT = 12  # operations within one column's expression
LAYERS = 6  # subqueries within one statement
JOINS = 10  # ``is_in`` of other rows, or look-ups by date, within one layer


@dataclass(frozen=True)
class Arrangement:
    """In which layer each series that becomes a column does so, and how long it is needed.

    Layer 0 has the rows' own columns and the answers of earlier steps. A column of layer
    n is worked out from columns of layer n - 1. ``last_use`` is the last layer that must
    still have the column, for it is read there.
    """

    order: tuple[Series, ...]
    made: dict[Series, int]
    last_use: dict[Series, int]
    layers: int

    def columns_of(self, layer: int) -> list[Series]:
        """The series that are columns of this layer."""
        return [
            s for s, last in self.last_use.items() if self.made.get(s, 0) <= layer <= last
        ]


def arrange(
    targets: Sequence[Series],
    *,
    native_booleans: bool = True,
    repeating: Repeating = (),
    again: Collection[Series] = (),
) -> Arrangement:
    """Which series become columns, so that all the targets can be told at the end.

    ``repeating``: as a dialect has it. ``again``: series that will be written more than
    once for other reasons.
    """
    order = needs.in_place(targets)
    twice = partial(repeats, native_booleans=native_booleans, also=repeating)
    shared = _shared(order, again, twice)
    work = _Work()
    for node in order:
        work.place(node, must=node in shared)
    top = max((work.at[t] for t in targets), default=0)
    for target in targets:
        work.use(target, top)
    return Arrangement(tuple(order), work.made, work.last_use, top)


def is_column(node: Series) -> bool:
    """Is it a column of the rows, or an answer of an earlier step?"""
    if needs.is_cell(node):
        return True
    return needs.origin(node) is not None and not needs.is_joined(node)


def _shared(
    order: Iterable[Series], again: Iterable[Series], twice: Callable[[Series], bool]
) -> set[Series]:
    """The operands that are used more than once."""
    uses: Counter[Series] = Counter(dict.fromkeys(again, 2))
    for node in order:
        for operand in needs.operands(node):
            uses[operand] += 2 if twice(node) else 1
    constants = (nodes.Value, nodes.Null)
    return {n for n, count in uses.items() if count > 1 and not isinstance(n, constants)}


@dataclass
class _Work:
    at: dict[Series, int] = field(default_factory=dict)  # first layer where it can be told
    height: dict[Series, int] = field(default_factory=dict)
    made: dict[Series, int] = field(default_factory=dict)
    last_use: dict[Series, int] = field(default_factory=dict)
    # In the order of the text: a set's would differ from one process to the next.
    columns: dict[Series, tuple[Series, ...]] = field(default_factory=dict)
    joins: defaultdict[int, set[Node]] = field(default_factory=lambda: defaultdict(set))

    def place(self, node: Series, *, must: bool) -> None:
        if is_column(node):
            self.at[node], self.height[node] = 0, 0
            self.columns[node] = (node,)
            return
        below = needs.operands(node)
        self.at[node] = max((self.at[o] for o in below), default=0)
        self.height[node] = 1 + max((self.height[o] for o in below), default=0)
        found = (column for o in below for column in self.columns[o])
        self.columns[node] = tuple(dict.fromkeys(found))
        if must or self.height[node] > HEIGHT or needs.is_joined(node):
            self.make(node)

    def make(self, node: Series) -> None:
        if needs.is_joined(node):
            self.join(node)
        self.use(node, self.at[node])
        self.at[node] += 1
        self.made[node], self.height[node] = self.at[node], 0
        self.last_use[node] = self.at[node]
        self.columns[node] = (node,)

    def join(self, node: Series) -> None:
        """The first layer that has room for it; a look-up's columns share one join."""
        source = needs.origin(node)
        joined = source if isinstance(source, nodes.AsOf) else node
        while len(self.joins[self.at[node]] | {joined}) > JOINS:
            self.at[node] += 1
        self.joins[self.at[node]].add(joined)

    def use(self, node: Series, layer: int) -> None:
        """The node's text is read in that layer."""
        for column in self.columns[node]:
            self.last_use[column] = max(layer, self.last_use.get(column, 0))
