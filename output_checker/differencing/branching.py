"""The small groups that sums count alone, by branch and bound: where there are many sums.

A group is a vector of ones and noughts in the space of sums, so at right angles to all that
is at right angles to this. The smallest is asked for first; each found one and all that
hold it are ruled out, until there is none. Those that hold another are it and a further
group, as differences of sums are sums.
"""

from __future__ import annotations

from collections.abc import Iterator

import highspy
import numpy as np

from output_checker.differencing.incidence import Floats, Places
from output_checker.differencing.model import TooMany

MOST_NODES = 2000
"""Branches for one group: a fixed amount of work."""
MOST_GROUPS = 500
EXACT = 1e-6
Group = frozenset[int]


def smallest_groups(basis: Floats, sizes: Places, least: int) -> Iterator[Group]:
    """Groups of fewer than ``least`` people that hold no other, by places. TooMany.

    ``basis``: orthonormal rows that span the sums. ``sizes``: the people of each column.
    """
    model = _model(basis, sizes, least)
    for _ in range(MOST_GROUPS):
        model.run()
        match model.getModelStatus():
            case highspy.HighsModelStatus.kInfeasible:
                return
            case highspy.HighsModelStatus.kOptimal:
                ones = np.round(model.getSolution().col_value)
            case _:
                break
        group = np.flatnonzero(ones)
        if np.abs(basis.T @ (basis @ ones) - ones).max() < EXACT:
            yield frozenset(group.tolist())
        _rule_out(model, group)
    raise TooMany("few people can be singled out in too many ways")


def _model(basis: Floats, sizes: Places, least: int) -> highspy.Highs:
    count = len(sizes)
    every = np.arange(count, dtype=np.int32)
    weights = sizes.astype(np.float64)
    model: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call] # has no types
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_max_nodes", MOST_NODES),
    ):
        model.setOptionValue(option, value)
    model.addVars(count, np.zeros(count), np.ones(count))
    kinds = np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    model.changeColsIntegrality(count, every, kinds)
    model.changeColsCost(count, every, weights)
    _, _, right = np.linalg.svd(basis, full_matrices=True)
    for row in right[len(basis) :]:
        model.addRow(0.0, 0.0, count, every, row)
    model.addRow(1.0, highspy.kHighsInf, count, every, np.ones(count))
    model.addRow(1.0, least - 1.0, count, every, weights)
    return model


def _rule_out(model: highspy.Highs, group: Places) -> None:
    size = len(group)
    model.addRow(
        -highspy.kHighsInf, size - 1.0, size, group.astype(np.int32), np.ones(size)
    )
