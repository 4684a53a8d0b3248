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

__all__ = ["KINDS", "PICTURES", "PLOTS", "Plot", "Series", "check", "draw", "plot"]

PICTURES: Mapping[str, Callable[[Table], Figure]] = {
    **KINDS,
    "histogram": histogram.figure,
    "survival": survival.figure,
}
PLOTS: Mapping[str, Callable[[Table], object]] = {
    **dict.fromkeys(KINDS, plot),
    "histogram": histogram.plot,
    "survival": survival.plot,
}
"""What a picture shows, as values; ReleaseRefused where a table can't be drawn so."""
_drawing = threading.Lock()
"""matplotlib's settings belong to the whole process."""


def draw(table: Table) -> Mapping[str, bytes]:
    """The picture by file ending; empty if the table asks for none."""
    if table.figure is None:
        return {}
    _known(table.figure)
    with _drawing, matplotlib.rc_context(dict(STYLE)):
        figure = PICTURES[table.figure](table)
        return {ending: saved(figure, ending) for ending in NO_METADATA}


def check(table: Table) -> None:
    """ReleaseRefused if the picture that the table asks for can't be drawn of it."""
    if table.figure is not None:
        _known(table.figure)
        PLOTS[table.figure](table)


def _known(figure: str) -> None:
    if figure not in PICTURES:
        raise cannot(f"there is no kind of picture called {figure[:40]}")
