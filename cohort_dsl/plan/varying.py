"""What a plan knows of answers that differ between intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cohort_dsl.model.nodes import Series
from cohort_dsl.plan import cuts, needs
from cohort_dsl.plan.brought import Times
from cohort_dsl.plan.cuts import Bits, Known
from cohort_dsl.plan.groups import Group
from cohort_dsl.plan.rows import Rows
from cohort_dsl.plan.steps import Given, Output, Part

BITS = 62
"""Of a column of 64 bits: one is its sign."""


@dataclass(frozen=True)
class Varying:
    """The tables of intervals; ``masked``: what is told by bits, with its intervals' table.

    Whatever else has parameters below it is found out for each interval by itself.
    """

    times: tuple[Times, ...] = ()
    masked: Mapping[Series, Times] = field(default_factory=dict)

    def givens(self) -> dict[Series, Given]:
        """Where the parameters lie."""
        return {
            output.node: Given(one.name, output.name)
            for one in self.times
            for output in one.parameters
        }

    def names(self) -> dict[Series, str]:
        """The table that each parameter is in."""
        return {node: given.step for node, given in self.givens().items()}

    def masks(self, group: Group) -> int:
        """How many columns of bits tell the group's leaves; 0 where none do."""
        return self.masked[group.leaves[0]].masks if group.masked else 0

    def part(
        self, group: Group, rows: Rows, outputs: tuple[Output, ...], there: str | None
    ) -> Part:
        """The group's part of a step; what differs between intervals is said as bits."""
        if not group.masked:
            return Part(rows, outputs, there)
        times = self.masked[group.leaves[0]]
        found = split(rows, known(times), len(times.intervals))
        assert found is not None
        return Part(found[0], outputs, there, found[1], times.masks)


NOTHING_VARIES = Varying()


def known(times: Times) -> Known:
    """What each parameter stands for in each interval."""
    nodes = (output.node for output in times.parameters)
    return dict(zip(nodes, times.values, strict=True))


def split(rows: Rows, known: Known, intervals: int) -> tuple[Rows, tuple[Bits, ...]] | None:
    """The rows without the conditions that differ between intervals, and these as bits.

    None where one of them can't be said as bits.
    """
    same: list[Series] = []
    found: list[Bits] = []
    for condition in rows.conditions:
        if not needs.parameters([condition]):
            same.append(condition)
            continue
        bits = cuts.bits(condition, known, intervals)
        if bits is None:
            return None
        found.append(bits)
    return replace(rows, conditions=tuple(same)), tuple(found)
