"""A claim's cells counted from a frame, by pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from output_checker.claims import frames
from output_checker.claims.model import Claim, Dimension, Levels, Value, percent_of
from output_checker.claims.parts import wrong

if TYPE_CHECKING:
    import pandas as pd

VALUE = "value"
YES_NO = ("rates", "survival")
"""Kinds whose last dimension is a yes/no."""


def fill(draft: Claim, frame: pd.DataFrame) -> Claim:
    """The claim with its levels and cells counted."""
    counted = _people(draft, frame)
    dimensions = tuple(
        replace(d, levels=frames.levels(counted[str(place)], d))
        for place, d in enumerate(draft.dimensions)
    )
    filled = replace(draft, dimensions=dimensions)
    found = dict(_grouped(filled, counted))
    cells = {at: found.get(at) or _nobody(filled, at) for at in filled.every()}
    return replace(filled, cells=cells)


def _people(draft: Claim, frame: pd.DataFrame) -> pd.DataFrame:
    """One row per person of the table: the levels "0", "1", ... and the value."""
    kept = frames.people(frame, draft.population)
    words = {str(n): frames.labels(kept, d) for n, d in enumerate(draft.dimensions)}
    if draft.kind in YES_NO:
        frames.only_yes_or_no(words[str(len(words) - 1)], draft.dimensions[-1])
    counted = kept[[]].assign(**words).dropna()
    if draft.value is not None:
        measured = frames.person_time if draft.kind == "rates" else frames.measured
        counted[VALUE] = measured(kept, draft.value)[counted.index]
    if counted.empty:
        raise wrong("nobody is left to count", "Look at the conditions in where=.")
    return counted


def _grouped(claim: Claim, counted: pd.DataFrame) -> Iterable[tuple[Levels, Any]]:
    """Every cell that has somebody, over every choice of dimensions to total over."""
    names = [str(place) for place in range(len(claim.dimensions))]
    always = [name for place, name in enumerate(names) if not claim.has_total(place)]
    others = [name for name in names if name not in always]
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            by = [name for name in names if name in always or name in chosen]
            for key, group in _groups(counted, by):
                at = dict(zip(by, key, strict=True))
                levels = tuple(at.get(name) for name in names)
                yield levels, _measures(claim, levels, group)


def _groups(counted: pd.DataFrame, by: list[str]) -> Iterable[tuple[Any, pd.DataFrame]]:
    return counted.groupby(by, sort=True) if by else [((), counted)]


def _nobody(claim: Claim, levels: Levels) -> dict[str, Value]:
    nothing: dict[str, Value] = {"n": 0, "time": 0.0 if levels[-1] is None else None}
    return {measure: nothing.get(measure) for measure in claim.measures}


def _measures(claim: Claim, levels: Levels, group: pd.DataFrame) -> dict[str, Value]:
    if claim.value is None:
        return {"n": len(group)}
    values = group[VALUE]
    n = int(values.count())
    how: Mapping[str, Callable[[], Value]] = {
        "n": lambda: n,
        "mean": lambda: float(values.mean()) if n else None,
        "sd": lambda: float(values.std(ddof=1)) if n > 1 else None,
        "time": lambda: float(values.sum()) if levels[-1] is None else None,
    }
    return {m: how[m]() if m in how else _percentile(values, m) for m in claim.measures}


def _percentile(values: pd.Series[Any], measure: str) -> Value:
    """Straight between two values: Hyndman and Fan's type 7, which is pandas' usual one."""
    percent = percent_of(measure)
    if percent is None or not values.count():
        return None
    return float(values.quantile(percent / 100))


def yes_or_no(column: str | Dimension) -> Dimension:
    """A dimension that divides people into yes and no, without those who have neither."""
    named = Dimension(column) if isinstance(column, str) else column
    return replace(named, missing_is_a_level=False)
