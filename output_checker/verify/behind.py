"""The tables behind a model: what its coefficients and errors can be turned into.

A term of two groups and an intercept are two means, or two chances; their errors tell how
many people are in each. So a model is judged by these tables, although none is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from output_checker.claims.model import (
    NO,
    YES,
    AsIs,
    Bands,
    Claim,
    Dimension,
    IsPresent,
    Model,
    in_order,
)
from output_checker.claims.outcome import Variable
from output_checker.verify.cohort import Cohort
from output_checker.verify.numbers import Recomputed
from output_checker.verify.recompute import groups


def tables(
    claim: Claim,
    cohort: Cohort,
    two: Mapping[str, float],
    *,
    largest: int,
    providers: Sequence[str],
) -> Iterator[Recomputed]:
    """By the groups of each term: by a yes/no outcome, or of the outcome's values.

    ``two``: numbers that have two values only, with the higher; these are groups, too. Of
    a model without any, the whole.
    """
    model = claim.model
    if model is None:
        return
    yes_no = [name for name, kind in cohort.columns.items() if kind == "BOOLEAN"]
    by = [g for term in model.terms if (g := _groups(term, two, yes_no)) is not None]
    for value in _measured(model):
        for dimensions in _dimensions(model, by, value):
            table = replace(
                claim,
                kind="summary" if value else "crosstab",
                population=claim.whom(),
                dimensions=dimensions,
                value=value,
                measures=("n", "mean") if value else ("n",),
                cells={},
                model=None,
            )
            yield groups(table, cohort, largest=largest, providers=providers)


def _measured(model: Model) -> list[str | None]:
    """The columns whose sums a model tells; None where it tells counts."""
    if model.outcome.levels:
        return [None]
    return [model.outcome.column, *([model.time] if model.time else [])]


def _dimensions(
    model: Model, by: Sequence[Dimension], value: str | None
) -> list[tuple[Dimension, ...]]:
    if value is None:
        outcome = _dimension(model.outcome)
        return [(one, outcome) for one in by] or [(outcome,)]
    whole = Dimension(value, IsPresent(), False, (YES,))
    return [(one,) for one in by] or [(whole,)]


def _groups(
    term: Variable, two: Mapping[str, float], yes_no: Sequence[str]
) -> Dimension | None:
    if term.levels:
        return _dimension(term)
    if term.column in yes_no:
        return Dimension(term.column, AsIs(), False, (YES, NO))
    if term.column in two:
        bands = Bands((two[term.column],))
        return Dimension(term.column, bands, False, bands.labels())
    return None


def _dimension(variable: Variable) -> Dimension:
    use: Any = variable.use
    plain = Dimension(variable.column, use, False)
    return replace(plain, levels=in_order(variable.levels, plain))
