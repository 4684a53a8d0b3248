"""Regressions: described as columns, fitted here, so that the checker can do the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Unpack

from output_checker.claims import fits, fitting, frames, tables
from output_checker.claims.model import NO, YES, Claim, Dimension, Model, in_order
from output_checker.claims.outcome import FAMILIES, AsNumber, Coefficient, Variable, rows
from output_checker.claims.parts import wrong
from output_checker.claims.tables import Column, Options

if TYPE_CHECKING:
    import pandas as pd

Columns = Column | Sequence[Column]


def levels_of(column: str, reference: str | None = None) -> Dimension:
    """A column in a model by its levels, even if it is a number.

    ``reference``: the level that others are compared with; the first if left out.
    """
    return Dimension(column, levels=() if reference is None else (reference,))


def regression(
    frame: Any,
    *,
    path: str,
    outcome: Column | None = None,
    terms: Columns = (),
    family: str = "linear",
    time: str | None = None,
    fit: Any = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Explain an outcome by columns; write the coefficients and the claim about them.

    ``family``: "linear", "logistic" (a yes/no outcome), "poisson" (a count; ``time``: a
    column of person-time) or "cox" (a yes/no outcome after ``time``; ties by Efron).
    ``terms``: columns' names, numbers as they are and words, and yes/no, by their levels;
    or ``levels_of(...)``, ``bands(...)``, ``year(...)``, ``is_present(...)``. ``fit``: a
    fit of statsmodels, or a CoxPHFitter of lifelines, of this frame: outcome, terms and
    family are taken from it. Who lacks one of the columns is left out.

    Options as for ``crosstab``, without ``figure``, ``margins`` and ``missing``. Standard
    errors are the plain ones. ClaimError if there is no one best answer.
    """
    frame = frames.as_pandas(frame)
    frames.one_row_per_patient(frame)
    population = tables.conditions(options)
    kept = frames.people(frame, population)
    if fit is not None:
        outcome, terms, family, times = fits.described(fit, kept)
        time = time or times
    terms = _several(terms)
    if outcome is None or not terms:
        raise wrong(
            "there is no outcome, or no terms", "Give outcome= and terms=, or fit=."
        )
    if family not in FAMILIES:
        raise wrong("the model is of no known family", f"Use: {', '.join(FAMILIES)}.")
    model, n = _fitted(kept, family, outcome, terms, time)
    if fit is not None:
        fits.same(fit, model, n)
    claim = Claim(
        kind="regression",
        title=options.get("title") or _title(model),
        dataset="",
        dataset_sha256="",
        population=population,
        dimensions=(),
        margins=True,
        value=None,
        measures=("n",),
        cells={(): {"n": n}},
        model=model,
    )
    return tables.written(claim, path, options)


def _several(terms: Columns) -> Sequence[Column]:
    return [terms] if isinstance(terms, str | Dimension) else list(terms)


def _title(model: Model) -> str:
    return f"{model.outcome.name} explained by {', '.join(t.name for t in model.terms)}"


def _fitted(
    frame: pd.DataFrame,
    family: str,
    outcome: Column,
    terms: Sequence[Column],
    time: str | None,
) -> tuple[Model, int]:
    """The model with its coefficients, and how many people it is of."""
    from pandas import Index

    yes_no = family in ("logistic", "cox")
    used = [_use(frame, outcome, yes_no=yes_no), *(_use(frame, term) for term in terms)]
    values = [_values(frame, one) for one in used]
    values += [] if time is None else [frames.person_time(frame, time)]
    there = reduce(Index.intersection, (one.dropna().index for one in values))
    complete = [one[there].to_numpy() for one in values]
    explained, *by = map(_variable, used, complete)
    fitted = fitting.fit(
        family,
        fitting.design(family, by, complete[1 : len(used)]),
        fitting.numbers(explained, complete[0]),
        None if time is None else complete[-1].astype(float),
    )
    return _model(family, explained, tuple(by), time, fitted, len(there)), len(there)


def _model(
    family: str,
    outcome: Variable,
    terms: tuple[Variable, ...],
    time: str | None,
    fitted: fitting.Fitted,
    n: int,
) -> Model:
    names = rows(family, terms)
    found = zip(names, fitted.estimates, fitted.errors, strict=True)
    coefficients = tuple(Coefficient(*name, estimate, se) for name, estimate, se in found)
    return Model(family, outcome, terms, time, n - len(names), coefficients)


@dataclass(frozen=True)
class _Used:
    """A column on its way into a model; ``dimension``: None for a number as it is."""

    column: str
    dimension: Dimension | None
    yes_no: bool = False


def _use(frame: pd.DataFrame, named: Column, *, yes_no: bool = False) -> _Used:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if isinstance(named, Dimension):
        return _Used(named.column, replace(named, missing_is_a_level=False), yes_no)
    values = frames.column(frame, named)
    number = is_numeric_dtype(values) and not is_bool_dtype(values)
    plain = Dimension(named, missing_is_a_level=False)
    return _Used(named, None if number and not yes_no else plain, yes_no)


def _values(frame: pd.DataFrame, used: _Used) -> pd.Series[Any]:
    if used.dimension is None:
        return frames.numbers(frames.column(frame, used.column))
    words = frames.labels(frame, used.dimension)
    if used.yes_no:
        frames.only_yes_or_no(words, used.dimension)
    return words


def _variable(used: _Used, values: Any) -> Variable:
    """The column as the model has it: its levels are those of the people in the model."""
    if used.dimension is None:
        return Variable(used.column, AsNumber())
    found = in_order(set(values), used.dimension)
    first = used.dimension.levels[:1] or found[:1]
    if {YES, NO} & set(found) and not used.dimension.levels:
        first, found = (NO,), (YES, NO)
    if not set(first) <= set(found):
        raise wrong(f"nobody has {used.column} {first[0]}", "Choose another reference.")
    others = tuple(level for level in found if level not in first)
    return Variable(used.column, used.dimension.derivation, (*first, *others))
