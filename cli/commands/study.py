"""A researcher's own side: make a study, check it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import click

from cli import console, git, home, served, template
from cli.commands.project import check_file, here
from cli.evaluating import evaluated
from cohort_dsl.model import wire
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.question import Question
from job_runner.definitions.definition_box import LIMITS
from job_runner.project import PROJECT_FILE


@click.command()
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path))
def init(target: Path) -> None:
    """Make FOLDER a new study that works, in a git repository of its own."""
    files = template.copy(target.resolve())
    commit = git.start_repository(target, "Start from Strongroom's template")
    console.say(f"A study is in {target} ({len(files)} files, commit {commit[:12]}):")
    for name in files:
        console.say(f"  {name}")
    console.say(f"Next: cd {shlex.quote(str(target))}; strongroom run run_all")


@click.command()
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@here
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=LIMITS.wall_clock,
    show_default=True,
    metavar="SECONDS",
    help="How long a definition may take.",
)
@click.argument("arguments", nargs=-1)
@console.json_option
def check(
    file: Path | None,
    arguments: tuple[str, ...],
    study: Path,
    time_limit: float,
    as_json: bool,
) -> None:
    """Check FILE: a cohort definition (.py) or a project file [default: project.yaml].

    A definition is evaluated in a container without network or data, as a site does it.
    ARGUMENTS after -- are the definition's. Where its site's description is beside
    project.yaml (warehouse.json), what the site doesn't serve is refused, too.
    """
    if file is not None and file.suffix == ".py":
        limits = replace(LIMITS, wall_clock=time_limit)
        own = home.study(file.parent)
        question = evaluated(file, own, limits, arguments).question
        served.demand(question, own)
        told = {"sha256": wire.query_hash(question), **_asked(question)}
        tables = ", ".join(schema.name for schema in question.tables())
        lines = [
            f"{file}: {_counted(question)} from {tables}",
            f"  query sha256 {told['sha256']}",
        ]
        console.report(told, lines, as_json=as_json)
        return
    check_file(file or home.study(study) / PROJECT_FILE, as_json=as_json)


def _asked(question: Question) -> dict[str, object]:
    if isinstance(question, Measures):
        return {"measures": [measure.name for measure in question.measures]}
    return {"variables": list(question.variables)}


def _counted(question: Question) -> str:
    if isinstance(question, Measures):
        intervals = len(question.intervals())
        return f"{len(question.measures)} measures in {intervals} intervals"
    periods = f" in {len(question.periods)} periods" if question.periods else ""
    return f"{len(question.variables)} variables{periods}"
