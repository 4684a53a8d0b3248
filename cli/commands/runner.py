"""A site's runners: run one, prove its boxes, and tell those that run what to do."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from cli import console
from cli.commands import running as telling
from cli.site_folder import existing, folder_argument, log_option
from job_runner.errors import PlatformError

if TYPE_CHECKING:
    from cli.boxes import Boxes
    from cli.compose.opened import OpenSite
    from cli.compose.proving import Prover
    from job_runner.jobs.job import Claim
    from job_runner.jobs.runner import Runner
    from job_runner.selftest.certificate import Certificate


class _RunUnlessSaid(click.Group):
    """``runner SITE`` is ``runner run SITE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[:1] not in [[name] for name in (*self.commands, "--help")]:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunUnlessSaid)
def runner() -> None:
    """Run the jobs of a site (strongroom runner SITE).

    Its boxes are proved first: a runner takes no work while any of their limits can be
    broken.
    """


for told in (
    telling.runner_list,
    telling.runner_drain,
    telling.runner_pause,
    telling.runner_resume,
):
    runner.add_command(told)


@runner.command("run")
@folder_argument
@log_option
def runner_run(site_folder: Path, log_form: str) -> None:
    """Run the jobs of SITE: extractions and actions in containers.

    Stops cleanly on Ctrl-C or SIGTERM: containers that run go on, and are adopted by the
    next runner. Takes no new work while the selftest of its boxes fails (it is repeated
    every five minutes), nor while a disk is full, read-only or gone.
    """
    from cli.compose import logging_to, running
    from cli.compose.proving import Guard
    from cli.compose.tracing import tracing

    with (
        _ground(site_folder) as (site, ready, prover),
        tracing("strongroom-runner", os.environ) as spanned,
    ):
        folder = site.folder
        sign = folder.state / "runner.json"
        log = logging_to.standard_error() if log_form == "json" else None
        guard, health = Guard(prover.certificate, _proved), running.health(folder, _unwell)
        me = running.a_claim(site)
        made = running.runner(
            site,
            ready.executor,
            me=me,
            told=partial(logging_to.told, log) if log else _tell,
            trouble=log.trouble if log else _trouble,
            paused=lambda: guard.refuses() or health.refuses(),
            spanned=spanned,
        )
        _stopped_by_signals(made)
        with _woken(site, me, made):
            sign.write_text("{}", encoding="utf-8")
            console.say(f"Running the jobs of {site.policy.name}")
            _look_for_warehouse(site.policy.warehouse)
            guard.start(made.wake)
            try:
                made.run()
            finally:
                guard.leave()
                sign.unlink(missing_ok=True)


def _stopped_by_signals(made: Runner) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        made.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


@contextmanager
def _woken(site: OpenSite, me: Claim, made: Runner) -> Iterator[None]:
    """By whoever changes the store; and the server and other runners by what it changes."""
    from job_runner.jobs import wake
    from job_runner.server.changes import listening

    folder = site.folder
    site.store.on_change(lambda: wake.notify(folder.served))
    site.store.on_change(site.wake_runner)
    folder.wakes.mkdir(exist_ok=True, mode=0o700)
    tapped = listening(folder.wakes / f"{me.runner}.sock", made.wake)
    with tapped, site.store.listening(made.wake):
        yield


@runner.command("selftest")
@folder_argument
@console.json_option
def runner_selftest(site_folder: Path, as_json: bool) -> None:
    """Try to break each limit of the boxes of SITE, and show what came of it.

    Takes some ten seconds. Exits with 1 if any limit was broken: until it holds, runners
    of this site take no work.
    """
    with _ground(site_folder) as (_site, ready, prover):
        found = prover.certificate(anew=True)
    from cli.commands.platform import engine_name

    head = [engine_name(ready.engine), ""]
    value = {
        "at": found.at,
        "engine": ready.engine.url,
        "holds": not found.broken,
        "tried": [
            {
                "limit": one.limit,
                "attempt": one.attempt,
                "held": one.verdict.held,
                "happened": one.verdict.happened,
            }
            for one in found.tried
        ],
    }
    console.report(value, [*head, *selftest_lines(found)], as_json=as_json)
    if found.broken:
        raise click.exceptions.Exit(1)


def selftest_lines(found: Certificate) -> list[str]:
    """A selftest for people: a table, and what follows of it."""
    rows = [
        [t.limit, t.attempt, "held" if t.verdict.held else "BROKEN", t.verdict.happened]
        for t in found.tried
    ]
    count = len(found.broken)
    end = (
        f"All {len(rows)} attempts were in vain: the boxes hold."
        if not count
        else f"{count} of {len(rows)} attempts broke a limit: runners take no work."
    )
    return [*console.table(["limit", "the box", "", "what happened"], rows), "", end]


@contextmanager
def _ground(site_folder: Path) -> Iterator[tuple[OpenSite, Boxes, Prover]]:
    from cli import boxes
    from cli.compose.opened import opened
    from cli.compose.proving import Prover

    folder = existing(site_folder)
    with (
        opened(folder) as site,
        boxes.ready(folder.boxes, (), console.note, site.policy.boxes) as ready,
    ):
        own = ready.for_site(f"{folder.boxes}-selftest")
        yield site, ready, Prover(site, ready.engine, own)


def _proved(found: Certificate | PlatformError) -> None:
    if isinstance(found, PlatformError):
        console.note(f"{found}\n  The boxes can't be proved: no work is taken.")
        return
    if found.broken:
        for line in selftest_lines(found):
            console.note(line)
        console.note("Mend the engine; strongroom runner selftest SITE shows the table.")


def _unwell(wrong: tuple[PlatformError, ...]) -> None:
    for error in wrong:
        console.note(f"{error}\n  Until then no new work begins.")
    if not wrong:
        console.note("The disks are well again.")


def _look_for_warehouse(settings: Mapping[str, object]) -> None:
    """Told at the start; a warehouse may come later, so it is no reason to end."""
    from cohort_dsl import warehouses
    from cohort_dsl.errors import WarehouseError

    try:
        warehouses.open(settings).close()
    except WarehouseError as error:
        console.note(f"{error}\n  Until then extractions fail.")


def _tell(told: object) -> None:
    """A job's step, by enumerated words only: logs are highly sensitive. What the platform
    failed at is told in our own words, for whoever can mend it."""
    from job_runner.jobs.job import PLATFORM_FAILURES
    from job_runner.jobs.ports import Told

    assert isinstance(told, Told)
    state = told.job.failure.value if told.job.failure else told.job.state.value
    console.say(f"{told.job.action} ({told.job.id}): {state}")
    if told.job.failure in PLATFORM_FAILURES and told.why:
        console.note(f"{told.job.action} ({told.job.id}): {told.why}")


def _trouble(error: Exception) -> None:
    console.note(f"{type(error).__name__}: {error}")
