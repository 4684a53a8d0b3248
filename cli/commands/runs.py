"""A study's actions on its author's machine: run, look at what they printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from cli import checked, console, home, served
from cli.commands.project import here
from job_runner.jobs.job import Failure, State
from job_runner.local import causes, studies
from job_runner.local.causes import Around, Cause
from job_runner.local.home import Interrupted, Ran, up_to_date
from job_runner.local.studies import Step, Study

LAST_LINES = 20
"""Of a failed action's log, that are shown."""


@click.command()
@click.argument("actions", nargs=-1, required=True)
@here
@click.option("--force", is_flag=True, help="Run ACTIONS even if they are up to date.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Actions at once; one extraction runs besides.",
)
@click.option(
    "--keep-going",
    is_flag=True,
    help="After a failure, begin actions that don't need the failed one.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would run, and why.")
@click.option("--no-progress", is_flag=True, help="Plain lines, also on a terminal.")
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
    jobs: int,
    keep_going: bool,
    dry_run: bool,
    no_progress: bool,
    dummy_tables: Path | None,
    as_json: bool,
) -> None:
    """Run ACTIONS (or run_all) and what they need, on dummy data, in containers.

    What is up to date isn't run again. Outputs appear in the study's folder, and what may
    leave is checked by the ready-made policy: on made-up people, so only a site can say.

    An action is out of date when its command, its image, what it needs, or one of its
    outputs changed, a file of the study came or went, or one that it opened changed.
    Ctrl-C stops what runs; what was done stays.
    """
    folder = home.study(study)
    tables = dummy_tables.resolve() if dummy_tables else None
    source = home.name_of(tables) + served.word(folder)
    found = studies.opened(folder, actions, force=force, source=source)
    steps = studies.plan(found, home.image_ids())
    out_of_date = any(step.why for step in steps)
    if dry_run:
        _refuse(found, out_of_date)
        console.report(_plan(steps), _told(steps), as_json=as_json)
        return
    if not out_of_date:
        _report(found, up_to_date(found), as_json=as_json)
        return
    from cli import running  # and all that it takes to run anything

    how = running.How(tables, jobs, keep_going, quiet=as_json, plain=no_progress)
    try:
        _report(found, running.carried_out(found, how), as_json=as_json)
    except Interrupted as stopped:
        told = [_as_json(ran, {}) for ran in stopped.ran]
        console.report(told, _left(stopped.ran), as_json=as_json)
        raise


def _refuse(found: Study, out_of_date: bool) -> None:
    """What can't be run here is no plan."""
    if out_of_date:
        from job_runner.local.run import refuse_all

        refuse_all(found, home.IMAGES)


def _plan(steps: Sequence[Step]) -> list[dict[str, object]]:
    return [{"action": s.action, "why": s.why, "after": list(s.after)} for s in steps]


def _told(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        yield (
            f"{step.action}: would run, {'as' if step.after else 'because'} {step.why}"
            if step.why
            else f"{step.action}: up to date"
        )


def _report(study: Study, results: Sequence[Ran], *, as_json: bool) -> None:
    found = {ran.action: checked.of(study.root, ran) for ran in results}
    likely = _causes(study, results)
    told = [{**_as_json(ran, likely), "checked": found[ran.action].told} for ran in results]
    lines = [
        line for ran in results for line in (*_lines(ran, likely), *found[ran.action].lines)
    ]
    console.report(told, [*lines, *checked.notes(found.values())], as_json=as_json)
    failed = {r.action: r.failure for r in results if r.failure and not _spared(r)}
    if failed:
        from cli.failures import JobsFailed

        raise JobsFailed(failed, at_home=True)


def _causes(study: Study, results: Sequence[Ran]) -> dict[str, Cause]:
    """Of each action that failed, as far as its last words tell it."""
    failed = [ran for ran in results if ran.failure and ran.begun]
    files = study.look().files.keys() if failed else ()
    actions = study.found.actions
    found = {
        ran.action: causes.likely(ran, Around(actions[ran.action], study.found, files))
        for ran in failed
    }
    return {action: cause for action, cause in found.items() if cause}


def _spared(ran: Ran) -> bool:
    """It never began, as another failed."""
    return ran.failure is Failure.CANCELLED and not ran.begun


def _as_json(ran: Ran, likely: Mapping[str, Cause]) -> dict[str, object]:
    cause = likely.get(ran.action)
    return {
        "action": ran.action,
        "state": ran.state.value,
        "failure": ran.failure.value if ran.failure else None,
        "why": ran.why,
        "outputs": list(ran.outputs),
        "told": ran.told,
        "log": ran.log,
        "cause": asdict(cause) if cause else None,
    }


def _lines(ran: Ran, likely: Mapping[str, Cause]) -> Iterator[str]:
    """How an action ended: its outputs, or the last it printed and what is wrong."""
    if ran.state is State.SUCCEEDED:
        how = "done" if ran.why else "up to date"
        shown = [path for path in ran.outputs if not path.endswith(".claim.json")]
        yield f"{ran.action}: {how} ({', '.join(shown)})"
        return
    if _spared(ran):
        yield f"{ran.action}: not begun"
        return
    failure = ran.failure.value if ran.failure else "not run"
    yield f"{ran.action}: failed ({failure})"
    log = ran.log.rstrip().splitlines()[-LAST_LINES:]
    yield from (f"  | {line}" for line in log)
    if ran.told not in ran.log:
        yield f"  {ran.told}"
    if cause := likely.get(ran.action):
        yield f"  {cause.problem}"
        yield f"    {cause.remedy}"


def _left(results: Sequence[Ran]) -> Iterator[str]:
    """What a run that was stopped leaves behind."""
    for ran in results:
        if ran.state is State.SUCCEEDED:
            yield f"{ran.action}: {'done, and kept' if ran.why else 'up to date'}"
        elif not ran.begun:
            yield f"{ran.action}: not begun"
        elif ran.failure is Failure.CANCELLED:
            yield f"{ran.action}: stopped; nothing of it is kept, what it made before is"
        else:
            yield from _lines(ran, {})
