"""How all pictures look, and how they become bytes."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from output_checker.errors import ReleaseRefused
from output_checker.report import Cell

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
FIGURES = "bar, line, histogram, survival"


def value_of(cell: Cell | None, measure: str) -> float | None:
    """A cell's number: None where hidden, NaN where there is none."""
    if cell is not None and cell.hides(measure):
        return None
    value = cell.values[measure] if cell is not None else None
    return math.nan if value is None else value


def dress(axes: Axes, title: str, across: str, up: str) -> None:
    """Title, names of the axes, and a quiet frame."""
    axes.set_title(title, color=INK, fontsize=11, loc="left", wrap=True)
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def legend(figure: Figure, *several: Axes) -> None:
    """Each name once, beside the picture."""
    pairs = (
        pair
        for axes in several
        for pair in zip(*axes.get_legend_handles_labels(), strict=True)
    )
    once: dict[str, Any] = {}
    for handle, label in pairs:
        if label:
            once[label] = handle
    if once:
        figure.legend(
            once.values(), once.keys(), loc="outside right upper", frameon=False, fontsize=9
        )


def colour(n: int) -> str:
    """Of the n-th series."""
    return COLOURS[n % len(COLOURS)]


def saved(figure: Figure, ending: str) -> bytes:
    """The picture in a file's form, without when and with what it was made."""
    data = io.BytesIO()
    figure.savefig(data, format=ending, metadata=NO_METADATA[ending])
    return data.getvalue()


def cannot(problem: str) -> ReleaseRefused:
    """Why a table's picture isn't drawn."""
    return ReleaseRefused(
        problem,
        where="figure",
        remedy=f"Claim a figure that is one of: {FIGURES}; or none.",
    )
