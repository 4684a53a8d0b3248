"""How much of a model's answer hangs on one person: the diagonal of the hat matrix.

Of a model with weights also of the weighted one (Pregibon, "Logistic regression
diagnostics", The Annals of Statistics 9, 1981); the larger counts. 1 is a person by whom a
coefficient alone is determined.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from output_checker.claims.fitting import Array

ROWS = 50_000
"""People at a time, to bound memory."""


def of_each(family: str, design: Array, at: Array, time: Array | None) -> Array:
    """Each person's leverage; ``at``: the linear predictor of the fitted model."""
    if family == "cox":  # the baseline stands for the intercept
        design = design - design.mean(axis=0)
    plain = _hat(design, np.ones(len(design)))
    match family:
        case "logistic":
            chance = 1 / (1 + np.exp(-at))
            return np.maximum(plain, _hat(design, chance * (1 - chance)))
        case "poisson":
            expected = np.exp(at) * (1.0 if time is None else time)
            return np.maximum(plain, _hat(design, expected))
        case _:
            return plain


def _hat(design: Array, weights: Array) -> Array:
    size = np.sqrt((design**2 * weights[:, None]).sum(axis=0))
    parts = [(design[part] / size, weights[part]) for part in _parts(len(design))]
    information = sum((x * w[:, None]).T @ x for x, w in parts)
    inverse = np.linalg.inv(information)
    return np.concatenate([w * ((x @ inverse) * x).sum(axis=1) for x, w in parts])


def _parts(size: int) -> Iterator[slice]:
    for start in range(0, size, ROWS):
        yield slice(start, start + ROWS)
