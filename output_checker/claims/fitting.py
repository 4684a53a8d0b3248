"""Regressions fitted by maximum likelihood, in numpy: for authors, and for the checker.

Both fit by the same few lines, so that a true claim is borne out whatever the author's
own program's tolerance was. numpy is imported when called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from output_checker.claims.outcome import Variable
from output_checker.claims.parts import wrong

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Slope = Callable[[Array], tuple[Array, Array]]

STEPS, FIRST, HALVED = 100, 5, 20
CLOSE = 1e-10
"""A step that changes no coefficient more than this, relative to its size, is the last."""
ALIKE = 1e-9
"""What is left of a column, of its size, that others make up but for rounding."""
PERFECT = "some term predicts the outcome perfectly, or nearly so"
LARGEST = 30.0
"""Log odds and the like are smaller; beyond, some term predicts perfectly."""


@dataclass(frozen=True)
class Fitted:
    """Estimates and standard errors in the order of the design's columns."""

    estimates: tuple[float, ...]
    errors: tuple[float, ...]


def fit(family: str, design: Array, outcome: Array, time: Array | None = None) -> Fitted:
    """The family's model of an outcome; the design has an intercept, if any, first.

    ``time``: exposure of a Poisson model, time of a Cox model. ClaimError where there is
    no one best answer: too few people, terms that can't be told apart, or one that
    predicts perfectly.
    """
    import numpy as np

    people, terms = design.shape
    if people <= terms:
        raise _no_answer("there are no more people than coefficients")
    if _rank(design) < terms:
        raise _no_answer("some terms follow from others")
    start = np.zeros(terms)
    if family == "linear":
        return _least_squares(design, outcome)
    if family == "cox":
        middle = design - design.mean(axis=0)  # the baseline takes up what all have
        return _newton(middle, start, _cox(middle, outcome, _given(time)))
    if family == "logistic":
        return _newton(design, start, _logistic(design, outcome))
    exposure = np.ones(people) if time is None else time
    if not outcome.sum() or not (exposure > 0).all() or (outcome < 0).any():
        raise _no_answer("nobody has the outcome, or somebody no time, or less than none")
    start[0] = np.log(outcome.sum() / exposure.sum())
    return _newton(design, start, _poisson(design, outcome, exposure))


def design(family: str, terms: Sequence[Variable], columns: Sequence[Any]) -> Array:
    """A row for each person: 1 for the intercept, then numbers, and 1 or 0 per level.

    ``columns``: an array for each term, of numbers or of levels' labels, none missing.
    """
    import numpy as np

    first = [] if family == "cox" else [np.ones(len(columns[0]))]
    sides = [
        side
        for term, values in zip(terms, columns, strict=True)
        for side in _sides(term, values)
    ]
    return np.column_stack([*first, *sides])


def numbers(outcome: Variable, values: Any) -> Array:
    """An outcome as numbers: of a yes/no, 1 and 0."""
    return _sides(outcome, values)[0]


def _sides(variable: Variable, values: Any) -> list[Array]:
    if not variable.levels:
        return [values.astype(float)]
    return [(values == level).astype(float) for level in variable.levels[1:]]


def _least_squares(design: Array, outcome: Array) -> Fitted:
    """Errors with s², the sum of squares left over the residual degrees of freedom."""
    import numpy as np

    estimates = np.linalg.lstsq(design, outcome, rcond=None)[0]
    left = outcome - design @ estimates
    spread = (left @ left) / (design.shape[0] - design.shape[1])
    errors = np.sqrt(spread * np.diag(np.linalg.inv(design.T @ design)))
    return Fitted(tuple(map(float, estimates)), tuple(map(float, errors)))


def _newton(design: Array, start: Array, slope: Slope) -> Fitted:
    """Where the likelihood's slope is nothing; errors from the information there."""
    import numpy as np

    at = start
    for number in range(STEPS):
        gradient, information = slope(at)
        try:
            step = np.linalg.solve(information, gradient).astype(float)
        except np.linalg.LinAlgError:
            raise _no_answer(PERFECT) from None
        if number < FIRST:
            step = _shortened(design, at, step)
        at = at + step
        if not np.isfinite(at).all() or np.abs(design @ at).max() > LARGEST:
            raise _no_answer(PERFECT)
        if (np.abs(step) <= CLOSE * (1 + np.abs(at))).all():
            errors = np.sqrt(np.diag(np.linalg.inv(slope(at)[1])))
            return Fitted(tuple(map(float, at)), tuple(map(float, errors)))
    raise _no_answer(f"it isn't found in {STEPS} steps")


def _shortened(design: Array, at: Array, step: Array) -> Array:
    """The step, halved while it leads too far: the first ones may be much too long."""
    import numpy as np

    for _ in range(HALVED):
        if np.abs(design @ (at + step)).max() <= LARGEST:
            return step
        step = step / 2
    return step


def _logistic(design: Array, outcome: Array) -> Slope:
    import numpy as np

    def slope(at: Array) -> tuple[Array, Array]:
        chance = 1 / (1 + np.exp(-design @ at))
        weighed = design * (chance * (1 - chance))[:, None]
        return design.T @ (outcome - chance), design.T @ weighed

    return slope


def _poisson(design: Array, outcome: Array, exposure: Array) -> Slope:
    import numpy as np

    def slope(at: Array) -> tuple[Array, Array]:
        expected = exposure * np.exp(design @ at)
        return design.T @ (outcome - expected), design.T @ (design * expected[:, None])

    return slope


def _cox(design: Array, outcome: Array, time: Array) -> Slope:
    """The partial likelihood, ties by Efron's method (JASA 72, 1977)."""
    import numpy as np

    order = np.argsort(time, kind="stable")
    design, time, happened = design[order], time[order], outcome[order] > 0
    times = np.unique(time[happened])
    begins = np.append(np.searchsorted(time, times), time.size)
    among = [slice(*pair) for pair in pairwise(begins)]
    now = [
        s.start + np.flatnonzero(happened[s] & (time[s] == t))
        for s, t in zip(among, times, strict=True)
    ]

    def slope(at: Array) -> tuple[Array, Array]:
        """From the last event backwards: at each, some more are at risk."""
        risk = np.exp(design @ at)
        gradient, information = np.zeros(at.size), np.zeros((at.size, at.size))
        at_risk = _sums(design[:0], risk[:0])
        for some, having in zip(reversed(among), reversed(now), strict=True):
            at_risk = _added(at_risk, _sums(design[some], risk[some]))
            events = _sums(design[having], risk[having])
            expected, spread = _at_once(at_risk, events, having.size)
            gradient += design[having].sum(axis=0) - expected
            information += spread
        return gradient, information

    return slope


def _sums(design: Array, risk: Array) -> tuple[Array, ...]:
    """Of some people: their risks, these times their terms, and times these squared."""
    weighed = design * risk[:, None]
    return risk.sum(), weighed.sum(axis=0), design.T @ weighed


def _added(some: tuple[Array, ...], others: tuple[Array, ...]) -> tuple[Array, ...]:
    return tuple(one + other for one, other in zip(some, others, strict=True))


def _at_once(
    at_risk: tuple[Array, ...], events: tuple[Array, ...], number: int
) -> tuple[Array, Array]:
    """What the events of one time are expected to have, and how that spreads."""
    import numpy as np

    shares = np.arange(number) / number
    total = at_risk[0] - shares * events[0]
    mean = (at_risk[1] - np.outer(shares, events[1])) / total[:, None]
    second = (1 / total).sum() * at_risk[2] - (shares / total).sum() * events[2]
    return mean.sum(axis=0), second - mean.T @ mean


def _given(time: Array | None) -> Array:
    if time is None:
        raise wrong("a cox model has no time", "Give time=.")
    return time


def _rank(design: Array) -> int:
    """How many columns don't follow from others, each taken by its own size."""
    import numpy as np

    size = np.sqrt((design**2).sum(axis=0))
    scaled = design / np.where(size, size, 1)
    return int(np.linalg.matrix_rank(np.linalg.qr(scaled, "r"), tol=ALIKE))


def _no_answer(why: str) -> Exception:
    return wrong(
        f"the model has no one best answer: {why}",
        "Leave out terms that can't be told apart, that few people differ in, or that"
        " predict the outcome perfectly.",
    )
