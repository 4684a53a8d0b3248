"""From the text of a project file to a Project that holds."""

from __future__ import annotations

from job_runner.project.commands import check_extraction, run_of
from job_runner.project.mistakes import Mistakes, ProjectErrors
from job_runner.project.model import PROJECT_FILE, Action, Project, Run
from job_runner.project.nodes import Node
from job_runner.project.reading import read
from job_runner.project.rules import check_project
from job_runner.project.shape import Draft, DraftProject, Shape

NEWEST = 5


def parse(text: str, *, where: str = PROJECT_FILE) -> Project:
    """The project, or ProjectErrors with every mistake of the file and its line.

    The grammar is OpenSAFELY's, versions 1 to 5. Beyond it are refused: circles, control
    characters, YAML's tags, and patterns of two privacy levels that can name one file.
    Which images may run is policy, not grammar.
    """
    mistakes = Mistakes(where)
    return checked(read(text, mistakes), mistakes)


def checked(root: Node | None, mistakes: Mistakes) -> Project:
    """The project of a file's nodes, where neither has mistakes; ProjectErrors else."""
    if root is None:
        raise ProjectErrors(mistakes.found, where=mistakes.where)
    draft = Shape(mistakes).project(root)
    check_project(draft, mistakes)
    runs = _runs(draft, mistakes)
    mistakes.raise_if_any()
    actions = {name: _action(draft.actions[name], run) for name, run in runs.items()}
    return Project(draft.version or NEWEST, actions, _warnings(draft))


def _runs(project: DraftProject, mistakes: Mistakes) -> dict[str, Run]:
    runs = {}
    for action in project.actions.values():
        run = run_of(action.run, project.version, mistakes) if action.run else None
        if run is not None:
            check_extraction(action, run, project.version, mistakes)
            runs[action.name] = run
    return runs


def _action(draft: Draft, run: Run) -> Action:
    return Action(
        name=draft.name,
        run=run,
        needs=tuple(dict.fromkeys(need.text for need in draft.needs)),
        outputs=tuple(found.output for found in draft.outputs),
        config=draft.config,
        dummy_data_file=draft.dummy_data_file.text if draft.dummy_data_file else None,
        line=draft.place.line,
    )


def _warnings(project: DraftProject) -> tuple[str, ...]:
    if project.version == NEWEST:
        return ()
    return (f"This file is of version {project.version}; {NEWEST} is the newest.",)
