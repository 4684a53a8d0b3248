"""Coefficients as they are shown: with no digits by which rounded counts could be found.

Where all terms are groups, errors and estimates follow from counts alone: of a logistic
model of yes/no's, n patients and e events in each cell. One event more moves a coefficient
by about its squared error s² (s² is a sum of such as 1/e), and the error by s³/2. Printed
to four digits, a search over whole numbers would find the counts. So estimates have steps
of at least the policy's rounding times s², errors times s³/2: as many counts fit as fit a
rounded one. A linear model's errors follow from group sizes: one patient more in a group of
n changes them by 1/(2n) of themselves. With a number among the terms there is nothing to
search: its distribution isn't known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from output_checker.claims.model import Model
from output_checker.claims.outcome import Coefficient
from output_checker.policy import Policy
from output_checker.report import Cell
from output_checker.verify.numbers import Recomputed, Refit

STEPS = (1, 2, 5, 10)
"""Of each power of ten, what is rounded to."""


def as_shown(found: Recomputed, policy: Policy) -> Model | None:
    """The claim's model with the cohort's coefficients, to the digits that may be shown."""
    model, refit = found.claim.model, found.refit
    if model is None or refit is None:
        return model
    real = zip(model.coefficients, refit.estimates, refit.errors, strict=True)
    ours = [replace(one, estimate=estimate, se=se) for one, estimate, se in real]
    shown = tuple(_rounded(one, model, refit, policy) for one in ours)
    return replace(model, coefficients=shown)


def _rounded(one: Coefficient, model: Model, refit: Refit, policy: Policy) -> Coefficient:
    by_estimate, by_error = _widths(one, model, refit, policy)
    return replace(
        one,
        estimate=_digits(coarse(one.estimate, by_estimate), policy),
        se=_digits(coarse(one.se, by_error), policy),
    )


def _digits(number: float, policy: Policy) -> float:
    return float(f"{number:.{policy.significant_digits}g}")


def _widths(
    one: Coefficient, model: Model, refit: Refit, policy: Policy
) -> tuple[float, float]:
    """How far apart what is shown must be at least, of the estimate and of its error."""
    grouped = all(term.levels or term.column in refit.spans for term in model.terms)
    if policy.round_to == 1 or not grouped:
        return 0.0, 0.0
    if model.family == "linear":
        return 0.0, policy.round_to * one.se / (2 * smallest(refit))
    span = refit.spans.get(one.term, 1.0)
    error = one.se * span  # of the difference between the two groups
    return policy.round_to * error**2 / span, policy.round_to * error**3 / (2 * span)


def smallest(refit: Refit) -> int:
    """The people of the model's smallest group."""
    return min(
        table.count(levels)
        for table in refit.tables
        for levels in table.cells
        if table.count(levels)
    )


def coarse(value: float, width: float) -> float:
    """The nearest multiple of the finest of 1, 2, 5, 10, ... that is at least as wide."""
    if width <= 0:
        return value
    power = math.floor(math.log10(width))
    step = next(one for n in STEPS if (one := float(f"{n}e{power}")) >= width)
    return float(f"{math.floor(value / step + 0.5) * step:.12g}")


def with_references(model: Model, cells: Sequence[Cell]) -> Iterator[Cell]:
    """The lines of a model's coefficients, each term's first after one of its reference."""
    references = {term.name: term.reference for term in model.terms if term.reference}
    for cell in cells:
        term, _ = cell.levels
        if term is not None and (reference := references.pop(term, None)) is not None:
            values = {**cell.values, "estimate": 0.0, "se": None}
            yield replace(cell, levels=(term, reference), values=values)
        yield cell
