"""Which action needs which: orders and circles. Nothing here recurses."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from job_runner.errors import ProjectError

if TYPE_CHECKING:  # project checks itself with cycles(), so it can't be imported here
    from job_runner.project.model import Project

RUN_ALL = "run_all"
"""Stands for every action of the project."""

Needs = Mapping[str, Sequence[str]]


def order(project: Project, wanted: Iterable[str]) -> tuple[str, ...]:
    """The wanted actions and all they need, needs first, else as in the file.

    ProjectError where an action isn't the project's.
    """
    needs = _needs(project)
    asked = list(wanted)
    for name in asked:
        if name not in needs and name != RUN_ALL:
            raise _unknown(name, needs)
    chosen = set(needs) if RUN_ALL in asked else _reached(asked, needs)
    return _sorted({name: needs[name] for name in needs if name in chosen})


def levels(project: Project) -> dict[str, int]:
    """Each action's level, needs first: 1 if it needs nothing, else one above its needs."""
    found: dict[str, int] = {}
    for name in order(project, [RUN_ALL]):
        needs = project.actions[name].needs
        found[name] = 1 + max((found[need] for need in needs), default=0)
    return found


def cycles(needs: Needs) -> Iterator[tuple[str, ...]]:
    """A circle through each need that closes one, in a walk along the needs.

    From an action back to itself: ``(a, b, a)``. What isn't in ``needs`` is passed over.
    """
    done: set[str] = set()
    for start in needs:
        if start not in done:
            yield from _circles_from(start, needs, done)


def _circles_from(start: str, needs: Needs, done: set[str]) -> Iterator[tuple[str, ...]]:
    path = {start: iter(needs[start])}
    while path:
        name = next(reversed(path))
        for need in path[name]:
            if need in path:
                steps = list(path)
                yield (*steps[steps.index(need) :], need)
            elif need in needs and need not in done:
                path[need] = iter(needs[need])
                break
        else:
            done.add(name)
            del path[name]


def _needs(project: Project) -> Needs:
    return {name: action.needs for name, action in project.actions.items()}


def _reached(starts: Iterable[str], edges: Needs) -> set[str]:
    reached: set[str] = set()
    to_do = list(starts)
    while to_do:
        name = to_do.pop()
        if name not in reached:
            reached.add(name)
            to_do.extend(edges.get(name, ()))
    return reached


def _sorted(needs: Needs) -> tuple[str, ...]:
    """Needs first; of those that are free, always the earliest of the file."""
    names = list(needs)
    place = {name: at for at, name in enumerate(names)}
    missing = {name: len(set(needs[name])) for name in names}
    needed_by: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for need in set(needs[name]):
            needed_by[need].append(name)
    free = [place[name] for name in names if not missing[name]]
    heapq.heapify(free)
    found: list[str] = []
    while free:
        found.append(names[heapq.heappop(free)])
        for name in needed_by[found[-1]]:
            missing[name] -= 1
            if not missing[name]:
                heapq.heappush(free, place[name])
    return tuple(found)


def _unknown(name: str, known: Iterable[str]) -> ProjectError:
    near = get_close_matches(name[:80], list(known), n=1)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    return ProjectError(
        f"the project has no action {name[:80]!r}",
        where="the actions asked for",
        remedy=f"{meant}Name actions of the project file, or `{RUN_ALL}` for all of them.",
    )
