"""A table's picture, drawn by us from the numbers that may leave.

A hidden cell is a gap: hatched over the whole height among bars, a cross on the
axis below a line. Neither the mark nor the axis tells anything about its number. The same
table always gives the same bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import matplotlib
from matplotlib.figure import Figure

from output_checker.figures import histogram, survival
from output_checker.figures.look import NO_METADATA, STYLE, cannot, saved
from output_checker.figures.plain import KINDS, Plot, Series, plot
from output_checker.report import Table

__all__ = ["KINDS", "PICTURES", "Plot", "Series", "draw", "plot"]

PICTURES: Mapping[str, Callable[[Table], Figure]] = {
    **KINDS,
    "histogram": histogram.figure,
    "survival": survival.figure,
}
_drawing = threading.Lock()
"""matplotlib's settings belong to the whole process."""


def draw(table: Table) -> Mapping[str, bytes]:
    """The picture by file ending; empty if the table asks for none."""
    if table.figure is None:
        return {}
    if table.figure not in PICTURES:
        raise cannot(f"there is no kind of picture called {table.figure[:40]}")
    with _drawing, matplotlib.rc_context(dict(STYLE)):
        figure = PICTURES[table.figure](table)
        return {ending: saved(figure, ending) for ending in NO_METADATA}
