"""A researcher's own side: make a study, check it, try it on dummy data."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

import dummy_data as dummy
from cli import clock, console, git, home, progress, template
from cli.boxes import Boxes, ready
from cli.compose.running import uid_of, uid_of_ours
from cli.failures import JobsFailed
from cohort_dsl.model import wire
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.question import Question
from job_runner import local, project
from job_runner.evaluation import Bench, Evaluated, evaluate
from job_runner.executors.contract import Limits
from job_runner.extraction import LIMITS
from job_runner.images import COHORT, PYTHON
from job_runner.job import TERMINAL, State
from job_runner.policy import ImagePolicy
from job_runner.worker import Told

LAST_LINES = 20
"""Of a failed action's log, that are shown."""

here = click.option(
    "--study",
    default=".",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The study's folder, or one below it.",
)


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
    ARGUMENTS after -- are the definition's.
    """
    if file is not None and file.suffix == ".py":
        limits = replace(LIMITS, wall_clock=time_limit)
        question = evaluated(file, home.study(file.parent), limits, arguments).question
        told = {"sha256": wire.query_hash(question), **_asked(question)}
        tables = ", ".join(schema.name for schema in question.tables())
        lines = [
            f"{file}: {_counted(question)} from {tables}",
            f"  query sha256 {told['sha256']}",
        ]
        console.report(told, lines, as_json=as_json)
        return
    path = file or home.study(study) / project.PROJECT_FILE
    found = project.load(path)
    rows = [
        [action.name, action.run.reference, ", ".join(action.needs)]
        for action in found.actions.values()
    ]
    listed: dict[str, object] = {"version": found.version, "actions": list(found.actions)}
    lines = [
        f"{path}: {len(rows)} actions",
        *console.table(["action", "image", "needs"], rows),
    ]
    console.report(listed, lines, as_json=as_json)


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


def evaluated(
    definition: Path,
    study: Path,
    limits: Limits = LIMITS,
    arguments: tuple[str, ...] = (),
    *,
    tests: bool = False,
) -> Evaluated:
    """What a definition gives, evaluated in a box; what it prints is shown."""
    with ready(home.boxes_of(study), [COHORT.reference], console.note) as boxes:
        image = images(boxes)["cohort:v1"]
        bench = Bench(boxes.executor, image, clock.new_id(), uid_of_ours(), limits)
        found = evaluate(definition, study, bench, arguments, tests=tests)
    for line in found.printed.splitlines():
        console.note(line)
    return found


def images(boxes: Boxes) -> dict[str, ImagePolicy]:
    """The images that were built here, by the names that project files give them."""
    return {
        reference.removeprefix("strongroom/"): ImagePolicy(reference, locked.layers)
        for reference, locked in boxes.lock.images.items()
    }


@click.command("dummy-data")
@click.argument("definition", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1)
@click.option(
    "--output",
    default="dummy_tables",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to, one CSV file a table.",
)
@click.option(
    "--size",
    type=click.IntRange(1),
    help=f"Patients [default: as the definition says, else {home.USUAL_SIZE}].",
)
@click.option(
    "--seed", default=home.SEED, show_default=True, help="Another seed, other patients."
)
@click.option(
    "--reference-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which records end [default: 1 January of this year].",
)
@console.json_option
def dummy_data(
    definition: Path,
    arguments: tuple[str, ...],
    output: Path,
    size: int | None,
    seed: int,
    reference_date: datetime | None,
    as_json: bool,
) -> None:
    """Make dummy tables of patients who satisfy DEFINITION.

    The same definition, size, seed and date give the same files on every machine.
    ARGUMENTS after -- are the definition's.
    """
    study = home.study(definition.parent)
    question = evaluated(definition, study, arguments=arguments).question
    day = reference_date.date() if reference_date else None
    tables = home.made_up(question, size, seed, day)
    files = dummy.write(tables, output)
    rows = [[str(f), str(tables[f.stem].num_rows)] for f in files]
    told = {row[0]: int(row[1]) for row in rows}
    console.report(told, console.table(["file", "rows"], rows), as_json=as_json)


@click.command()
@click.argument("actions", nargs=-1, required=True)
@here
@click.option("--force", is_flag=True, help="Run ACTIONS even if they are up to date.")
@click.option(
    "--dummy-tables",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of dummy tables to use [default: they are made anew].",
)
@console.json_option
def run(
    actions: tuple[str, ...],
    study: Path,
    force: bool,
    dummy_tables: Path | None,
    as_json: bool,
) -> None:
    """Run ACTIONS (or run_all) and what they need, on dummy data, in containers.

    What is up to date isn't run again. Outputs appear in the study's folder. They aren't
    checked here: whether they may leave, only a site can say.
    """
    folder = home.study(study)
    tables = dummy_tables.resolve() if dummy_tables else None
    references = [COHORT.reference, PYTHON.reference]
    with ready(home.boxes_of(folder), references, console.note) as boxes:
        ours = local.Home(
            executor=boxes.executor,
            images=images(boxes),
            source=home.DummySource(
                tables=tables, told=console.note, shown=progress.Terminal().at_home
            ),
            clock=clock.now,
            monotonic=time.monotonic,
            new_id=clock.new_id,
            uid=uid_of,
            told=_progress if not as_json else lambda told: None,
        )
        results = local.run(folder, actions, ours, force=force)
    told = [_as_json(ran) for ran in results]
    console.report(told, [line for ran in results for line in _lines(ran)], as_json=as_json)
    failed = {ran.action: ran.failure for ran in results if ran.failure}
    if failed:
        raise JobsFailed(failed, at_home=True)


def _progress(told: Told) -> None:
    if told.job.state not in TERMINAL:
        console.say(f"{told.job.action}: running, because {told.why}")


def _as_json(ran: local.Ran) -> dict[str, object]:
    return {
        "action": ran.action,
        "state": ran.state.value,
        "failure": ran.failure.value if ran.failure else None,
        "why": ran.why,
        "outputs": list(ran.outputs),
        "told": ran.told,
        "log": ran.log,
    }


def _lines(ran: local.Ran) -> Iterator[str]:
    """How an action ended: its outputs, or the last it printed and what is wrong."""
    if ran.state is State.SUCCEEDED:
        how = "done" if ran.why else "up to date"
        shown = [path for path in ran.outputs if not path.endswith(".claim.json")]
        yield f"{ran.action}: {how} ({', '.join(shown)})"
        return
    failure = ran.failure.value if ran.failure else "not run"
    yield f"{ran.action}: failed ({failure})"
    log = ran.log.rstrip().splitlines()[-LAST_LINES:]
    yield from (f"  | {line}" for line in log)
    if ran.told not in ran.log:
        yield f"  {ran.told}"
