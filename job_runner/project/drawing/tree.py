"""A tree for a terminal: each action below the last of those that it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from job_runner.project import graph
from job_runner.project.drawing.kinds import Shown, shown
from job_runner.project.model import Project

MOST_INDENTED = 30
"""Levels. Those below are told by their number, or a long chain would fill the disk."""

MOST_NEEDS = 6


def lines(project: Project) -> Iterator[str]:
    """One for each action; what it needs beside the one above it stands in brackets."""
    levels = graph.levels(project)
    parents = {name: _parent(project, name, levels) for name in levels}
    below: dict[str | None, list[str]] = defaultdict(list)
    for name in levels:
        below[parents[name]].append(name)
    to_do = [(name, "", False) for name in reversed(below[None])]
    while to_do:
        name, indent, is_last = to_do.pop()
        at_top = parents[name] is None
        branch = "" if at_top else "└─ " if is_last else "├─ "
        yield f"{indent}{branch}{_label(project, name, parents[name], levels[name])}"
        inner = "" if at_top else "   " if is_last else "│  "
        if levels[name] < MOST_INDENTED:
            indent += inner
        children = list(reversed(below[name]))
        to_do += [(child, indent, at == 0) for at, child in enumerate(children)]


def _parent(project: Project, name: str, levels: Mapping[str, int]) -> str | None:
    needs = project.actions[name].needs
    return max(needs, key=levels.__getitem__) if needs else None


def _label(project: Project, name: str, parent: str | None, level: int) -> str:
    action = project.actions[name]
    others = [need for need in action.needs if need != parent]
    if len(others) > MOST_NEEDS:
        others[MOST_NEEDS:] = [f"{len(others) - MOST_NEEDS} more"]
    said = [shown(action).value] if shown(action) is not Shown.INSIDE else []
    said += [f"also needs {', '.join(others)}"] if others else []
    said += [f"level {level}"] if level > MOST_INDENTED else []
    return f"{name} ({'; '.join(said)})" if said else name
