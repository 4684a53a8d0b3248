"""A study tried at home: made-up tables, and its actions run on made-up patients."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

import dummy_data as dummy
from cli import clock, console, dummies, home, progress
from cli.boxes import ready
from cli.commands.project import here
from cli.evaluating import evaluated, images
from cli.failures import JobsFailed
from cli.users import uid_of
from job_runner.images import COHORT, PYTHON
from job_runner.jobs.job import TERMINAL, State
from job_runner.jobs.worker import Told
from job_runner.local import run as local

LAST_LINES = 20
"""Of a failed action's log, that are shown."""


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
    help=f"Patients [default: as the definition says, else {dummies.USUAL_SIZE}].",
)
@click.option(
    "--seed", default=dummies.SEED, show_default=True, help="Another seed, other patients."
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
    tables = dummies.made_up(question, size, seed, day)
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

    What is up to date isn't run again. Outputs appear in the study's folder, and what may
    leave is checked by the ready-made policy: on made-up people, so only a site can say.
    """
    folder = home.study(study)
    tables = dummy_tables.resolve() if dummy_tables else None
    references = [COHORT.reference, PYTHON.reference]
    with ready(home.boxes_of(folder), references, console.note) as boxes:
        ours = local.Home(
            executor=boxes.executor,
            images=images(boxes),
            source=dummies.DummySource(
                tables=tables, told=console.note, shown=progress.Terminal().at_home
            ),
            clock=clock.now,
            monotonic=time.monotonic,
            new_id=clock.new_id,
            uid=uid_of,
            told=_progress if not as_json else lambda told: None,
        )
        results = local.run(folder, actions, ours, force=force)
    from cli import previews

    found = {ran.action: previews.of(folder, ran) for ran in results}
    told = [
        {**_as_json(ran), "checked": previews.told(found[ran.action])} for ran in results
    ]
    lines = [line for ran in results for line in (*_lines(ran), *found[ran.action].lines())]
    console.report(told, [*lines, *previews.note(found.values())], as_json=as_json)
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
