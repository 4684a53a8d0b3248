"""What actions printed at home, and their images from within."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import click

from cli import console, home
from cli.commands.project import here
from job_runner import project
from job_runner.errors import ProjectError
from job_runner.project import PROJECT_FILE, Project
from job_runner.workspaces.workspace import Workspace, local_workspace

NONE_RAN = "No action has run here yet: strongroom run run_all."


@click.command()
@click.argument("action", required=False)
@here
@console.json_option
def logs(action: str | None, study: Path, as_json: bool) -> None:
    """Show what ACTION printed when it last ran here, or which actions have a log.

    Only of runs at home: what is printed at a site may tell of people, and stays there.
    """
    folder = home.study(study)
    found, where = project.load(folder / PROJECT_FILE), local_workspace(folder)
    if action is None:
        rows = list(_kept(found, where))
        told = [{"action": name, "bytes": int(n), "at": at} for name, n, at in rows]
        table = console.table(["action", "bytes", "written"], rows) if rows else [NONE_RAN]
        console.report(told, table, as_json=as_json)
        return
    if action not in found.actions:
        raise _unknown(action, found)
    path = where.log_path(action)
    if not path.exists():
        raise ProjectError(
            "it has no log here: it hasn't run yet",
            where=f"action {action}",
            remedy=f"Run it: strongroom run {action}.",
        )
    log = path.read_text(encoding="utf-8", errors="replace")
    lines = log.splitlines() or [f"{action} printed nothing."]
    console.report({"action": action, "log": log}, lines, as_json=as_json)


def _kept(found: Project, where: Workspace) -> Iterator[tuple[str, str, str]]:
    for name in found.actions:
        path = where.log_path(name)
        if path.exists():
            seen = path.stat()
            at = datetime.fromtimestamp(seen.st_mtime, UTC)
            yield name, str(seen.st_size), f"{at:%Y-%m-%d %H:%M} UTC"


def _unknown(action: str, found: Project) -> ProjectError:
    near = get_close_matches(action[:80], list(found.actions), n=1)
    return ProjectError(
        f"the project has no action {action[:80]!r}",
        where=PROJECT_FILE,
        remedy=f"Did you mean {near[0]!r}?" if near else "strongroom logs lists them.",
    )


@click.command()
@click.argument("image")
@here
@click.option(
    "-c", "--command", metavar="COMMAND", help="Run this there, instead of a shell."
)
def shell(image: str, study: Path, command: str | None) -> None:
    """Open IMAGE (such as python:v1) on a copy of the study, in a box like an action's.

    No network, the same limits, the actions' outputs read-only. What is written there is
    gone at the end, and listed. The exit code is the shell's own.
    """
    folder = home.study(study)
    if image not in home.RECIPES:
        raise ProjectError(
            f"there is no image {image[:80]!r} here",
            where="the image asked for",
            remedy=f"There are: {', '.join(home.RECIPES)}.",
        )
    from cli import inside  # and an engine

    click.get_current_context().exit(inside.opened(folder, image, command))
