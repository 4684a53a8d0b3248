"""A layer's equations as a matrix, and as a linear program over deviations.

A column for each cell: how far a table that agrees with what is shown is from the true
one. A row for each equation: the deviations obey them, too.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.problem import SLACK, Layer

Floats = NDArray[np.float64]
Matrix = tuple[NDArray[np.int32], NDArray[np.int32], Floats]
PRIMAL = 4
"""HiGHS's primal simplex: from one cell's question to the next only the aim changes."""


def equations(layer: Layer) -> Matrix:
    """The equations as rows, columns and weights: parts minus total is nothing."""
    sums = [((e.total, -1.0), *((p, 1.0) for p in e.parts)) for e in layer.equations]
    entries = [
        (row, column, weight)
        for row, weights in enumerate([*sums, *layer.links])
        for column, weight in weights
    ]
    rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    return (
        np.array(rows, dtype=np.int32),
        np.array(columns, dtype=np.int32),
        np.array(signs, dtype=np.float64),
    )


def quiet() -> highspy.Highs:
    """A solver that prints nothing and does the same each time."""
    model: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call] # has no types
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("simplex_strategy", PRIMAL),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", SLACK),
    ):
        model.setOptionValue(option, value)
    return model
