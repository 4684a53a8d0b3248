"""The same as a picture: one SVG file that asks for nothing from elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from html import escape

from job_runner.project.drawing.kinds import Shown, shortened, shown
from job_runner.project.drawing.layout import (
    BOX,
    GAP,
    MARGIN,
    MOST_NAME,
    PADDING,
    Box,
    Layout,
    Point,
    layout,
)
from job_runner.project.model import Project

LOOKS = {
    Shown.EXTRACTION: 'fill="#dbeafe" stroke="#1d4ed8"',
    Shown.INSIDE: 'fill="#ffffff" stroke="#6b7280"',
    Shown.RELEASABLE: 'fill="#dcfce7" stroke="#15803d"',
}
LEGEND_WIDTH, LEGEND_ROW = 260, 20
OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" '
    'viewBox="0 0 {0} {1}" role="img" font-family="sans-serif" font-size="12">'
)


def lines(project: Project) -> Iterator[str]:
    """Needs on the left, what needs them on the right, and what the colours mean."""
    found = layout(project)
    legend = [kind for kind in Shown if kind in map(shown, project.actions.values())]
    width = max(found.width, LEGEND_WIDTH + 2 * MARGIN)
    yield OPENING.format(width, found.height + LEGEND_ROW * len(legend))
    yield f"<title>{len(project.actions)} actions and what each needs</title>"
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    yield '<g fill="none" stroke="#9ca3af">'
    yield from (f'<path d="{_curve(line)}"/>' for line in found.lines)
    yield "</g>"
    for box in found.boxes:
        yield _box(box, shown(project.actions[box.name]))
    yield from _legend(legend, found)
    yield "</svg>"


def _curve(points: Sequence[Point]) -> str:
    """Between columns it bends; across a column it is straight."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for at, (one, two) in enumerate(itertools.pairwise(points)):
        if at % 2:
            parts.append(f"L{two[0]} {two[1]}")
        else:
            bend = GAP // 2
            parts.append(
                f"C{one[0] + bend} {one[1]} {two[0] - bend} {two[1]} {two[0]} {two[1]}"
            )
    return "".join(parts)


def _box(box: Box, kind: Shown) -> str:
    name = escape(shortened(box.name, MOST_NAME))
    frame = f'x="{box.x}" y="{box.y - BOX // 2}" width="{box.width}" height="{BOX}" rx="4"'
    told = f"<title>{escape(box.name)}: {escape(kind.value)}</title>"
    text = f'<text x="{box.x + PADDING // 2}" y="{box.y + 4}">{name}</text>'
    return f"<g>{told}<rect {frame} {LOOKS[kind]}/>{text}</g>"


def _legend(kinds: Sequence[Shown], found: Layout) -> Iterator[str]:
    for at, kind in enumerate(kinds):
        y = found.height + at * LEGEND_ROW
        yield f'<rect x="{MARGIN}" y="{y - 10}" width="12" height="12" {LOOKS[kind]}/>'
        yield f'<text x="{MARGIN + PADDING}" y="{y}">{escape(kind.value)}</text>'
