"""A project file by itself: what is wrong with it, and which action needs which."""

from __future__ import annotations

from pathlib import Path

import click

from cli import console, home
from job_runner.project import PROJECT_FILE, graph, load

here = click.option(
    "--study",
    default=".",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The study's folder, or one below it.",
)
file = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)


@click.group()
def project() -> None:
    """Check or draw a project file: docs/project.md tells its rules."""


@project.command("check")
@file
@here
@console.json_option
def project_check(file: Path | None, study: Path, as_json: bool) -> None:
    """Check FILE [default: the study's project.yaml].

    Tells every mistake at once, each with line, column and remedy, and ends with code 4;
    else lists the actions.
    """
    check_file(file or home.study(study) / PROJECT_FILE, as_json=as_json)


@project.command("graph")
@file
@here
@click.option(
    "--format",
    "form",
    type=click.Choice(["tree", "mermaid", "svg"]),
    default="tree",
    show_default=True,
    help="A tree for the terminal, a flowchart for Markdown, or a picture.",
)
@console.json_option
def project_graph(file: Path | None, study: Path, form: str, as_json: bool) -> None:
    """Show which action of FILE needs which [default: the study's project.yaml].

    For a picture: strongroom project graph --format svg > actions.svg
    """
    from job_runner.project.drawing import FORMS

    found = load(file or home.study(study) / PROJECT_FILE)
    told = [
        {"action": name, "level": level, "needs": list(found.actions[name].needs)}
        for name, level in graph.levels(found).items()
    ]
    console.report(told, FORMS[form](found), as_json=as_json)


def check_file(path: Path, *, as_json: bool) -> None:
    """Print the actions of a project file that holds."""
    found = load(path)
    rows = [
        [action.name, action.run.reference, ", ".join(action.needs)]
        for action in found.actions.values()
    ]
    told = {
        "version": found.version,
        "actions": list(found.actions),
        "warnings": list(found.warnings),
    }
    lines = [
        f"{path}: {len(rows)} actions",
        *console.table(["action", "image", "needs"], rows),
        *found.warnings,
    ]
    console.report(told, lines, as_json=as_json)
