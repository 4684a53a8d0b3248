"""A project's actions and their needs, shown: in a terminal, for Mermaid, as a picture.

The same project gives the same characters, whoever draws it, and each action is drawn once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from job_runner.project.drawing import mermaid, svg, tree
from job_runner.project.model import Project

FORMS: Mapping[str, Callable[[Project], Iterable[str]]] = MappingProxyType(
    {"tree": tree.lines, "mermaid": mermaid.lines, "svg": svg.lines}
)
"""Lines of text, by the name of the form."""
