"""What holds for a project file as a whole, and what each version of the grammar asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice

from job_runner.project import graph
from job_runner.project.mistakes import Mistakes, Place, shown
from job_runner.project.model import Level
from job_runner.project.patterns import (
    MODERATE_EXTENSIONS,
    TooMany,
    extension,
    meetings,
    path_mistakes,
    pattern_mistakes,
)
from job_runner.project.shape import Draft, DraftProject

UNIQUE_OUTPUTS_FROM = 2
EXPECTATIONS_NEEDED_IN = 3
NO_EXPECTATIONS_FROM = 4
NO_RUN_ALL_FROM = 5
MOST_CIRCLES = 10
LONGEST_CIRCLE = 12
MOST_MEETINGS = 20


def check_project(project: DraftProject, mistakes: Mistakes) -> None:
    """Every rule that isn't about what one action runs."""
    if project.version is not None:
        _check_expectations(project, project.version, mistakes)
        _check_reserved(project, project.version, mistakes)
        if project.version >= UNIQUE_OUTPUTS_FROM:
            _check_unique(project.actions, mistakes)
    for action in project.actions.values():
        _check_needs(action, project, mistakes)
        _check_paths(action, mistakes)
    _check_circles(project.actions, mistakes)
    _check_levels_apart(project.actions, mistakes)


def _check_expectations(project: DraftProject, version: int, mistakes: Mistakes) -> None:
    if version >= NO_EXPECTATIONS_FROM:
        if project.expectations is not None:
            problem = f"version {version} has no `expectations`"
            mistakes.add(project.expectations, problem, "Take the block away.")
    elif version == EXPECTATIONS_NEEDED_IN and not project.has_population and project.whole:
        place = project.expectations or project.place
        problem = f"version {version} needs `expectations` with `population_size`"
        remedy = "Add `population_size: 1000` below `expectations:`, or use version 4 or 5."
        mistakes.add(place, problem, remedy)


def _check_reserved(project: DraftProject, version: int, mistakes: Mistakes) -> None:
    action = project.actions.get(graph.RUN_ALL)
    if version >= NO_RUN_ALL_FROM and action is not None:
        problem = f"`{graph.RUN_ALL}` stands for all actions, so none may be called so"
        mistakes.add(action.place, problem, "Give the action another name.")


def _check_unique(actions: Mapping[str, Draft], mistakes: Mistakes) -> None:
    first: dict[str, Place] = {}
    for action in actions.values():
        for draft in action.outputs:
            pattern = draft.output.pattern
            if pattern in first:
                problem = (
                    f"{shown(pattern)} is already an output on line {first[pattern].line}"
                )
                mistakes.add(draft.place, problem, "Give each output its own path.")
            first.setdefault(pattern, draft.place)


def _check_needs(action: Draft, project: DraftProject, mistakes: Mistakes) -> None:
    for need in action.needs:
        if need.text == action.name:
            problem = f"the action {shown(action.name)} needs itself"
            mistakes.add(need.place, problem, "Take it off its own list.")
        elif need.text not in project.actions and project.whole:
            near = mistakes.near(need.text, project.actions)
            meant = f"Did you mean {shown(near)}? " if near else ""
            remedy = f"{meant}Name an action of this file."
            mistakes.add(need.place, f"there is no action {shown(need.text)}", remedy)


def _check_paths(action: Draft, mistakes: Mistakes) -> None:
    for draft in action.outputs:
        for problem, remedy in pattern_mistakes(draft.output.pattern):
            mistakes.add(
                draft.place, f"the path {shown(draft.output.pattern)} {problem}", remedy
            )
        if draft.output.level is Level.MODERATELY_SENSITIVE:
            _check_extension(draft.output.pattern, draft.place, mistakes)
    if action.dummy_data_file:
        said = action.dummy_data_file
        for problem, remedy in path_mistakes(said.text):
            mistakes.add(said.place, f"the path {shown(said.text)} {problem}", remedy)


def _check_extension(pattern: str, place: Place, mistakes: Mistakes) -> None:
    found = extension(pattern)
    if found and "*" not in found and found.casefold() not in MODERATE_EXTENSIONS:
        known = ", ".join(sorted(MODERATE_EXTENSIONS))
        problem = f"a moderately_sensitive output can't end in {shown(found)}"
        mistakes.add(place, problem, f"Nobody could review it. What can be: {known}.")


def _check_circles(actions: Mapping[str, Draft], mistakes: Mistakes) -> None:
    needs = {
        name: [need.text for need in action.needs if need.text != name]
        for name, action in actions.items()
    }
    for circle in islice(graph.cycles(needs), MOST_CIRCLES):
        problem = f"the actions need each other in a circle: {_told(circle)}"
        mistakes.add(actions[circle[0]].place, problem, "Take one of these needs away.")


def _told(circle: Sequence[str]) -> str:
    names = [shown(name) for name in circle]
    if len(names) > LONGEST_CIRCLE:
        names = [*names[: LONGEST_CIRCLE - 1], "...", names[-1]]
    return " needs ".join(names)


def _check_levels_apart(actions: Mapping[str, Draft], mistakes: Mistakes) -> None:
    """A file that two levels claim would get the one or the other by luck."""
    sides: dict[Level, dict[str, Place]] = defaultdict(dict)
    for action in actions.values():
        for draft in action.outputs:
            if not any(pattern_mistakes(draft.output.pattern)):
                sides[draft.output.level].setdefault(draft.output.pattern, draft.place)
    high, moderate = sides[Level.HIGHLY_SENSITIVE], sides[Level.MODERATELY_SENSITIVE]
    try:
        for one, two in islice(meetings(high, moderate), MOST_MEETINGS):
            problem = (
                f"{shown(two)} is moderately_sensitive and can name the same file as "
                f"{shown(one)} on line {high[one].line}, which is highly_sensitive"
            )
            mistakes.add(
                moderate[two], problem, "Use folders or names that can't be the same."
            )
    except TooMany:
        place = min(moderate.values())
        problem = "there are too many wildcards to tell the two levels apart"
        mistakes.add(place, problem, "Use one folder for each level.")
