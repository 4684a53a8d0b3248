"""Bars and lines: one number over the levels of the first dimension, a series a group."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from output_checker.figures.look import (
    GAP,
    HIDDEN,
    cannot,
    colour,
    dress,
    legend,
    value_of,
)
from output_checker.report import Table


@dataclass(frozen=True)
class Series:
    """One group's numbers along the axis; None where hidden, NaN where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Plot:
    """What is drawn: the first measure over the first dimension, a series a group."""

    title: str
    across: str
    up: str
    levels: tuple[str, ...]
    series: tuple[Series, ...]


def plot(table: Table) -> Plot:
    """What a table's picture shows: its means, medians or rates, else its first numbers.

    Totals are left out: they'd dwarf their parts.
    """
    cells = {c.levels: c for c in table.cells if None not in c.levels}
    if not cells or not table.measures or not table.dimensions:
        raise cannot("the table has no groups to draw")
    levels = tuple(dict.fromkeys(str(key[0]) for key in cells))
    groups = tuple(dict.fromkeys(key[1:] for key in cells))
    measure = _drawn(table)
    series = tuple(
        Series(
            name=", ".join(str(level) for level in group),
            values=tuple(value_of(cells.get((x, *group)), measure) for x in levels),
        )
        for group in groups
    )
    up = _called(table, measure)
    return Plot(table.title, table.dimensions[0], up, levels, series)


def _drawn(table: Table) -> str:
    """The measure that a table was made for."""
    if table.kind == "percentiles":
        inner = [measure for measure in table.measures if measure != "n"]
        return "p50" if "p50" in inner else inner[len(inner) // 2]
    wanted = "mean" if table.kind == "summary" else table.measures[-1]
    return wanted if wanted in table.measures else table.measures[0]


def _called(table: Table, measure: str) -> str:
    if measure == table.measures[0]:
        return measure if table.unit in ("", measure) else f"{measure} ({table.unit})"
    named = table.kind in ("summary", "percentiles") and table.variable
    return f"{measure} of {table.variable}" if named else measure


def _figure(marks: Callable[[Axes, Plot], None], table: Table) -> Figure:
    shown = plot(table)
    wide = min(14.0, max(6.4, 0.5 * len(shown.levels) + 2))
    figure = Figure(figsize=(wide, 4.2), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    marks(axes, shown)
    dress(axes, shown.title, shown.across, shown.up)
    _axis(axes, shown)
    legend(figure, axes)
    return figure


def _bars(axes: Axes, shown: Plot) -> None:
    for n, series in enumerate(shown.series):
        places = [_place(shown, x, n) for x in range(len(shown.levels))]
        axes.bar(places, _shown(series), _width(shown), color=colour(n), label=series.name)
    for n, series in enumerate(shown.series):
        for x in _hidden(series):
            middle, half = _place(shown, x, n), _width(shown) / 2
            axes.axvspan(
                middle - half,
                middle + half,
                fc=GAP,
                hatch="///",
                lw=0,
                label=HIDDEN,
                zorder=0,
            )


def _lines(axes: Axes, shown: Plot) -> None:
    for n, series in enumerate(shown.series):
        axes.plot(
            _shown(series), color=colour(n), label=series.name, marker="o", markersize=4
        )
    on_the_axis: dict[str, Any] = {
        "transform": axes.get_xaxis_transform(),
        "clip_on": False,
        "ls": "",
    }
    for n, series in enumerate(shown.series):
        for x in _hidden(series):
            beside = x + 0.08 * (n - (len(shown.series) - 1) / 2)
            axes.plot(
                [beside], [0], marker="x", color=colour(n), label=HIDDEN, **on_the_axis
            )


def _shown(series: Series) -> list[float]:
    return [math.nan if v is None else v for v in series.values]


def _hidden(series: Series) -> list[int]:
    return [x for x, v in enumerate(series.values) if v is None]


def _axis(axes: Axes, shown: Plot) -> None:
    crowded = sum(map(len, shown.levels)) > 60
    axes.set_xticks(range(len(shown.levels)), shown.levels, rotation=90 if crowded else 0)
    axes.set_xlim(-0.6, len(shown.levels) - 0.4)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))


def _width(shown: Plot) -> float:
    return 0.8 / len(shown.series)


def _place(shown: Plot, x: int, n: int) -> float:
    return x + (n - (len(shown.series) - 1) / 2) * _width(shown)


KINDS: Mapping[str, Callable[[Table], Figure]] = {
    "bar": partial(_figure, _bars),
    "line": partial(_figure, _lines),
}
