"""A table's picture, drawn by us from the numbers that may leave.

A hidden cell is a gap: hatched over the whole height among bars, a cross on the
axis below a line. Neither the mark nor the axis tells anything about its number. The same
table always gives the same bytes.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from output_checker.errors import ReleaseRefused
from output_checker.report import Cell, Table

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6d31")
"""Okabe and Ito's, told apart by colour-blind readers too."""
HIDDEN = "hidden"
INK, FAINT, GAP = "#1f2933", "#d9dee3", "#eef0f2"
STYLE: Mapping[Any, object] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has it
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "text.usetex": False,
    "svg.hashsalt": "strongroom",
    "svg.fonttype": "path",
    "hatch.linewidth": 0.6,
    "hatch.color": "#9aa5b1",
}
NO_METADATA = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
}
_drawing = threading.Lock()
"""matplotlib's settings belong to the whole process."""


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
    """What a table's picture shows. Totals are left out: they'd dwarf their parts."""
    cells = {c.levels: c for c in table.cells if None not in c.levels}
    if not cells or not table.measures:
        raise _cannot("the table has no cells to draw")
    levels = tuple(dict.fromkeys(str(key[0]) for key in cells))
    groups = tuple(dict.fromkeys(key[1:] for key in cells))
    measure = table.measures[0]
    series = tuple(
        Series(
            name=", ".join(str(level) for level in group),
            values=tuple(_value(cells.get((x, *group)), measure) for x in levels),
        )
        for group in groups
    )
    up = measure if table.unit in ("", measure) else f"{measure} ({table.unit})"
    return Plot(table.title, table.dimensions[0], up, levels, series)


def draw(table: Table) -> Mapping[str, bytes]:
    """The picture by file ending; empty if the table asks for none."""
    if table.figure is None:
        return {}
    if table.figure not in KINDS:
        raise _cannot(f"there is no kind of picture called {table.figure[:40]}")
    with _drawing, matplotlib.rc_context(dict(STYLE)):
        figure = _figure(plot(table), KINDS[table.figure])
        return {ending: _saved(figure, ending) for ending in NO_METADATA}


def _value(cell: Cell | None, measure: str) -> float | None:
    if cell is not None and cell.hides(measure):
        return None
    value = cell.values[measure] if cell is not None else None
    return math.nan if value is None else value


def _figure(shown: Plot, marks: Callable[[Axes, Plot], None]) -> Figure:
    wide = min(14.0, max(6.4, 0.5 * len(shown.levels) + 2))
    figure = Figure(figsize=(wide, 4.2), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    marks(axes, shown)
    _dress(axes, shown)
    _legend(figure, axes)
    return figure


def _bars(axes: Axes, shown: Plot) -> None:
    for n, series in enumerate(shown.series):
        places = [_place(shown, x, n) for x in range(len(shown.levels))]
        axes.bar(places, _shown(series), _width(shown), color=_colour(n), label=series.name)
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
            _shown(series), color=_colour(n), label=series.name, marker="o", markersize=4
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
                [beside], [0], marker="x", color=_colour(n), label=HIDDEN, **on_the_axis
            )


def _shown(series: Series) -> list[float]:
    return [math.nan if v is None else v for v in series.values]


def _hidden(series: Series) -> list[int]:
    return [x for x, v in enumerate(series.values) if v is None]


def _dress(axes: Axes, shown: Plot) -> None:
    axes.set_title(shown.title, color=INK, fontsize=11, loc="left", wrap=True)
    axes.set_xlabel(shown.across, color=INK)
    axes.set_ylabel(shown.up, color=INK)
    crowded = sum(map(len, shown.levels)) > 60
    axes.set_xticks(range(len(shown.levels)), shown.levels, rotation=90 if crowded else 0)
    axes.set_xlim(-0.6, len(shown.levels) - 0.4)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    once = {label: h for h, label in zip(handles, labels, strict=True) if label}
    if once:
        figure.legend(
            once.values(), once.keys(), loc="outside right upper", frameon=False, fontsize=9
        )


def _width(shown: Plot) -> float:
    return 0.8 / len(shown.series)


def _place(shown: Plot, x: int, n: int) -> float:
    return x + (n - (len(shown.series) - 1) / 2) * _width(shown)


def _colour(n: int) -> str:
    return COLOURS[n % len(COLOURS)]


def _saved(figure: Figure, ending: str) -> bytes:
    data = io.BytesIO()
    figure.savefig(data, format=ending, metadata=NO_METADATA[ending])
    return data.getvalue()


def _cannot(problem: str) -> ReleaseRefused:
    return ReleaseRefused(
        problem,
        where="figure",
        remedy=f"Claim a figure that is one of: {', '.join(KINDS)}; or none.",
    )


KINDS: Mapping[str, Callable[[Axes, Plot], None]] = {"bar": _bars, "line": _lines}
