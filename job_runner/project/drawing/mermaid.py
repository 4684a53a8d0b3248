"""The same for Mermaid, which pages of Markdown show as a picture."""

from __future__ import annotations

from collections.abc import Iterator

from job_runner.project.drawing.kinds import Shown, shortened, shown
from job_runner.project.model import Project

MOST_NAME = 80

SHAPES = {
    Shown.EXTRACTION: '[("{}")]',
    Shown.INSIDE: '["{}"]',
    Shown.RELEASABLE: '(["{}"])',
}
"""A drum, a box, a pill."""


def lines(project: Project) -> Iterator[str]:
    """A flowchart. Actions are numbered in the order of the file; names are labels only."""
    ids = {name: f"a{number}" for number, name in enumerate(project.actions)}
    yield "flowchart LR"
    for name, action in project.actions.items():
        yield f"  {ids[name]}{SHAPES[shown(action)].format(_label(name))}"
    for name, action in project.actions.items():
        for need in action.needs:
            yield f"  {ids[need]} --> {ids[name]}"


def _label(name: str) -> str:
    """Letters and digits as they are, all else by number, so that none is Mermaid's."""
    plain = shortened(name, MOST_NAME)
    return "".join(c if c.isalnum() or c in " _-." else f"#{ord(c)};" for c in plain)
