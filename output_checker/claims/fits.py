"""What lifelines and statsmodels have fitted, told as columns of a frame.

A fit's numbers are never claimed: the same model is fitted again, and must agree. Neither
library is imported here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from output_checker.claims.model import Dimension, Model
from output_checker.claims.parts import wrong

if TYPE_CHECKING:
    import pandas as pd

Described = tuple[str, Sequence[str | Dimension], str, str | None]
"""Outcome, terms, family, and time."""
CLOSE = 1e-3
"""How far others may be from ours, of one standard error: lifelines stops early."""
FAMILIES = {
    "OLS": "linear",
    "Logit": "logistic",
    "Poisson": "poisson",
    "gaussian identity": "linear",
    "binomial logit": "logistic",
    "poisson log": "poisson",
}
"""By the class of a statsmodels model; of a GLM, by its family and link."""
INTERCEPTS = ("const", "Intercept")
COLUMN = re.compile(r"[^\W\d]\w*")
SAY = "Give outcome=, terms=, family= and, if there is one, time= instead of fit=."
LEVELS = re.compile(
    r"""C\(\s*([^\s,()]+)\s*(?:,\s*Treatment\(\s*(?:reference\s*=\s*)?(.+?)\s*\)\s*)?\)"""
)


def columns_of_kaplan_meier(fit: Any, frame: pd.DataFrame) -> tuple[str, str]:
    """The two columns that a lifelines fit is of, found by their values."""
    for name in ("durations", "event_observed"):
        if not hasattr(fit, name):
            raise wrong("the fit isn't a KaplanMeierFitter's", "Give time= and event=.")
    found = [
        (str(time), str(event))
        for time in frame.columns
        for event in frame.columns
        if _are(frame, time, event, fit)
    ]
    if len(found) != 1:
        raise wrong(
            f"the fit is of {len(found) or 'no'} pairs of the frame's columns",
            "Give time= and event= as names of columns, and where= as in the fit.",
        )
    return found[0]


def _are(frame: pd.DataFrame, time: Any, event: Any, fit: Any) -> bool:
    """Has a yes/no column the fit's events, and another its times, person by person?"""
    import pandas as pd

    happened = frame[event].dropna()
    if time == event or not set(happened.unique()) <= {True, False} or happened.empty:
        return False
    both = frame[[time, event]].dropna()
    if len(both) != len(fit.durations) or not pd.api.types.is_numeric_dtype(frame[time]):
        return False
    times = both[time].to_numpy(dtype=float) == _plain(fit.durations)
    events = both[event].to_numpy(dtype=float) == _plain(fit.event_observed)
    return bool(times.all() and events.all())


def _plain(values: Any) -> Any:
    import numpy as np

    return np.asarray(values, dtype=float)


def described(fit: Any, frame: pd.DataFrame) -> Described:
    """What a fitted regression is of, in columns of the frame; ClaimError if in others."""
    if hasattr(fit, "duration_col"):
        found = _of_lifelines(fit)
    elif hasattr(fit, "model"):
        found = _of_statsmodels(fit)
    else:
        raise wrong("the fit is of no known kind", SAY)
    outcome, terms, _, time = found
    names = [outcome, *(t if isinstance(t, str) else t.column for t in terms), time]
    for name in names:
        if name is not None and name not in frame.columns:
            raise wrong(f"the fit is of {name!r}, which isn't a column of the frame", SAY)
    return found


def _of_statsmodels(fit: Any) -> Described:
    if getattr(fit, "cov_type", "nonrobust") != "nonrobust":
        raise wrong("the fit's errors are robust ones", "Fit it without cov_type=.")
    formula = getattr(fit.model, "formula", None)
    terms: Sequence[str | Dimension] = (
        [str(name) for name in fit.model.exog_names if name not in INTERCEPTS]
        if formula is None
        else _of_formula(str(formula))
    )
    return str(fit.model.endog_names), terms, _family(fit.model), None


def _of_lifelines(fit: Any) -> Described:
    terms = (
        [str(name) for name in fit.params_.index]
        if fit.formula is None
        else _of_formula(str(fit.formula))
    )
    return str(fit.event_col), terms, "cox", str(fit.duration_col)


def _family(model: Any) -> str:
    kind = type(model).__name__
    name = kind
    if kind == "GLM":
        family = model.family
        name = f"{type(family).__name__} {type(family.link).__name__}".lower()
    if name not in FAMILIES:
        raise wrong(f"a fit of {name} isn't described by its columns", SAY)
    return FAMILIES[name]


def _of_formula(formula: str) -> list[str | Dimension]:
    """The terms of a formula that only adds columns: a + b + C(c, Treatment("x"))."""
    parts = [part.strip() for part in formula.split("~")[-1].split("+")]
    return [_term(part) for part in parts if part != "1"]


def _term(part: str) -> str | Dimension:
    if (found := LEVELS.fullmatch(part)) is not None:
        column, reference = found.groups()
        return Dimension(column, levels=(reference.strip("'\""),) if reference else ())
    if COLUMN.fullmatch(part) is None:
        raise wrong(f"the formula has {part!r}, which isn't a column", SAY)
    return part


def same(fit: Any, model: Model, n: int) -> None:
    """ClaimError unless a fit's coefficients are those of the model, fitted here."""
    params = fit.params_ if hasattr(fit, "params_") else fit.params
    theirs = sorted(map(float, params))
    ours = sorted(c.estimate for c in model.coefficients)
    close = CLOSE * max(c.se for c in model.coefficients)
    alike = len(theirs) == len(ours) and all(
        math.isclose(one, other, rel_tol=0, abs_tol=close)
        for one, other in zip(theirs, ours, strict=True)
    )
    if not alike:
        raise wrong(
            f"the fit isn't this model of the {n} people of the frame",
            "Give the frame that was fitted, time= if it has an exposure, and where=; fit"
            " without weights, penalties, offsets and other starting levels.",
        )
