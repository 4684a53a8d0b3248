"""Survival: steps at the published times, a curve a group, with those at risk below.

A curve ends where the first number is hidden, with a cross on the axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from output_checker.figures import bands
from output_checker.figures.look import HIDDEN, INK, cannot, colour, dress, legend, value_of
from output_checker.report import Table

COLUMNS = 8
"""Times at which those at risk are written below, at most."""
MOST = 24
"""Groups in one picture."""
AT_RISK, SURVIVAL = "at risk", "survival"
Numbers = tuple[float | None, ...]


@dataclass(frozen=True)
class Curve:
    """One group at the times; None where hidden, NaN where there is no number."""

    name: str
    survival: Numbers
    at_risk: Numbers


@dataclass(frozen=True)
class Survival:
    """What is drawn; time begins at 0, where everybody is without an event."""

    title: str
    across: str
    times: tuple[float, ...]
    curves: tuple[Curve, ...]


def plot(table: Table) -> Survival:
    """What a life table's picture shows. Totals over groups are left out."""
    if not {AT_RISK, SURVIVAL} <= set(table.measures) or not table.dimensions:
        raise cannot("the table isn't a life table")
    cells = {c.levels: c for c in table.cells if None not in c.levels}
    names = bands.in_order(levels[-1] for levels in cells)
    times = (0.0, *bands.edges(names))
    groups = tuple(dict.fromkeys(key[:-1] for key in cells))
    if len(groups) > MOST:
        raise cannot(f"there are more than {MOST} groups to draw")
    curves = []
    for group in groups:
        line = [cells.get((*group, name)) for name in names]
        curves.append(
            Curve(
                name=", ".join(map(str, group)),
                survival=(1.0, *(value_of(cell, SURVIVAL) for cell in line[:-1])),
                at_risk=tuple(value_of(cell, AT_RISK) for cell in line),
            )
        )
    return Survival(table.title, table.dimensions[-1], times, tuple(curves))


def figure(table: Table) -> Figure:
    """The life table's curves, and its numbers at risk."""
    shown = plot(table)
    below = 0.25 * len(shown.curves) + 0.5
    made = Figure(figsize=(7.2, 4.2 + below), dpi=150, layout="constrained")
    axes, numbers = made.subplots(2, 1, height_ratios=(4.2, below))
    for n, curve in enumerate(shown.curves):
        _steps(axes, shown.times, curve, n)
    dress(axes, shown.title, shown.across, "share without an event")
    for each in (axes, numbers):
        each.set_xlim(-0.02 * shown.times[-1], 1.02 * shown.times[-1])
    axes.set_ylim(0, 1.03)
    _at_risk(numbers, shown)
    legend(made, axes)
    return made


def _steps(axes: Axes, times: Sequence[float], curve: Curve, n: int) -> None:
    """The curve up to its first gap; there, a cross on the axis."""
    end = next((at for at, v in enumerate(curve.survival) if _none(v)), len(times))
    values = [v for v in curve.survival[:end] if v is not None]
    axes.step(
        times[:end], values, where="post", color=colour(n), label=curve.name, marker="."
    )
    if end < len(times) and curve.survival[end] is None:
        on_the_axis: dict[str, Any] = {
            "transform": axes.get_xaxis_transform(),
            "clip_on": False,
        }
        axes.plot(
            [times[end]],
            [0],
            marker="x",
            ls="",
            color=colour(n),
            label=HIDDEN,
            **on_the_axis,
        )


def _none(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _at_risk(axes: Axes, shown: Survival) -> None:
    """A line a curve, in its colour; a dash where hidden."""
    every = -(-len(shown.times) // COLUMNS)
    axes.set_axis_off()
    axes.set_ylim(len(shown.curves) - 0.5, -1.0)
    axes.text(0, -0.9, "At risk", color=INK, fontsize=8, va="center")
    for n, curve in enumerate(shown.curves):
        for time, number in list(zip(shown.times, curve.at_risk, strict=True))[::every]:
            word = "–" if number is None or math.isnan(number) else f"{number:g}"
            axes.text(time, n, word, color=colour(n), fontsize=8, ha="center", va="center")
