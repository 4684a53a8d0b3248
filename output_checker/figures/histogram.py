"""A histogram: bars as wide as their bands, a panel a group.

Where the bands are equally wide, bars are as high as their counts; else by unit of width,
so that the areas compare. The first and last band are open: drawn as wide as the bands
next to them, with broken outlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from output_checker.figures import bands
from output_checker.figures.look import (
    GAP,
    HIDDEN,
    INK,
    cannot,
    colour,
    dress,
    legend,
    value_of,
)
from output_checker.report import Table

MOST = 24
"""Groups that are drawn one above the other."""
OPEN = "open-ended"


@dataclass(frozen=True)
class Panel:
    """One group's bars, as high as told; None where hidden."""

    name: str
    heights: tuple[float | None, ...]


@dataclass(frozen=True)
class Histogram:
    """What is drawn. ``ends``: of the bands, one more than there are bars."""

    title: str
    across: str
    up: str
    ends: tuple[float, ...]
    panels: tuple[Panel, ...]


def plot(table: Table) -> Histogram:
    """What a table's histogram shows. Totals, and those without a value, are left out."""
    if not table.measures or not table.dimensions:
        raise cannot("the table has no cells to draw")
    cells = {c.levels: c for c in table.cells if None not in c.levels}
    names = bands.in_order(levels[0] for levels in cells)
    ends = _ends(bands.edges(names))
    widths = [high - low for low, high in pairwise(ends)]
    even = len({round(width, 9) for width in widths}) == 1
    per = [1.0] * len(widths) if even else widths
    groups = tuple(dict.fromkeys(key[1:] for key in cells))
    if len(groups) > MOST:
        raise cannot(f"there are more than {MOST} groups to draw")
    measure = table.measures[0]
    panels = tuple(
        Panel(
            name=", ".join(map(str, group)),
            heights=tuple(
                None if (value := value_of(cells.get((x, *group)), measure)) is None
                else value / width
                for x, width in zip(names, per, strict=True)
            ),
        )
        for group in groups
    )  # fmt: skip
    up = table.unit if even else f"{table.unit} per unit of {table.dimensions[0]}"
    return Histogram(table.title, table.dimensions[0], up, ends, panels)


def figure(table: Table) -> Figure:
    """The table's histogram."""
    shown = plot(table)
    high = 2.0 * len(shown.panels) + 2.2
    made = Figure(figsize=(7.2, high), dpi=150, layout="constrained")
    axes = made.subplots(len(shown.panels), 1, sharex=True, sharey=True, squeeze=False)
    for n, (each, panel) in enumerate(zip(axes[:, 0], shown.panels, strict=True)):
        _bars(each, shown.ends, panel, n)
        first, last = n == 0, n == len(shown.panels) - 1
        dress(each, shown.title if first else "", shown.across if last else "", shown.up)
        each.set_ylim(bottom=0)
        each.set_xlim(shown.ends[0], shown.ends[-1])
        each.set_xticks(shown.ends[1:-1], [f"{end:g}" for end in shown.ends[1:-1]])
        each.text(
            0.01,
            0.97,
            panel.name,
            transform=each.transAxes,
            va="top",
            color=INK,
            fontsize=9,
        )
    legend(made, *axes[:, 0])
    return made


def _ends(edges: tuple[float, ...]) -> tuple[float, ...]:
    """The edges, and where the open bands stop being drawn."""
    first = edges[1] - edges[0] if len(edges) > 1 else 1.0
    last = edges[-1] - edges[-2] if len(edges) > 1 else 1.0
    return (edges[0] - first, *edges, edges[-1] + last)


def _bars(axes: Axes, ends: Sequence[float], panel: Panel, n: int) -> None:
    for x, height in enumerate(panel.heights):
        low, high = ends[x], ends[x + 1]
        open_ended = x in (0, len(panel.heights) - 1)
        if height is None:
            axes.axvspan(low, high, fc=GAP, hatch="///", lw=0, label=HIDDEN, zorder=0)
            continue
        axes.bar(
            low,
            height,
            high - low,
            align="edge",
            color=colour(n),
            alpha=0.55 if open_ended else 1.0,
            edgecolor=INK if open_ended else "white",
            linewidth=0.8,
            linestyle="--" if open_ended else "-",
            label=OPEN if open_ended else "",
        )
