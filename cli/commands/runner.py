"""A site's runners: run one, and tell those that run what to do."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import click

from cli import console
from cli.commands.site import existing, folder_argument


class _RunUnlessSaid(click.Group):
    """``runner SITE`` is ``runner run SITE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[:1] not in [[name] for name in (*self.commands, "--help")]:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunUnlessSaid)
def runner() -> None:
    """Run the jobs of a site (strongroom runner SITE)."""


@runner.command("run")
@folder_argument
def runner_run(site_folder: Path) -> None:
    """Run the jobs of SITE: extractions and actions in containers.

    Stops cleanly on Ctrl-C or SIGTERM: containers that run go on, and are adopted by the
    next runner.
    """
    from cli import boxes
    from cli.compose import running
    from cli.compose.opened import opened
    from job_runner.jobs import wake
    from job_runner.server.changes import listening

    folder = existing(site_folder)
    sign = folder.state / "runner.json"
    with (
        opened(folder) as site,
        boxes.ready(folder.boxes, (), console.note) as ready,
    ):
        made = running.runner(site, ready.executor, told=_tell, trouble=_trouble)
        site.store.on_change(lambda: wake.notify(folder.served))

        def stop(_signal: int, _frame: FrameType | None) -> None:
            made.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        with listening(folder.wake, made.wake):
            sign.write_text("{}", encoding="utf-8")
            console.say(f"Running the jobs of {site.policy.name}")
            _look_for_warehouse(site.policy.warehouse)
            try:
                made.run()
            finally:
                sign.unlink(missing_ok=True)


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
    from job_runner.jobs.worker import Told

    assert isinstance(told, Told)
    state = told.job.failure.value if told.job.failure else told.job.state.value
    console.say(f"{told.job.action} ({told.job.id}): {state}")
    if told.job.failure in PLATFORM_FAILURES and told.why:
        console.note(f"{told.job.action} ({told.job.id}): {told.why}")


def _trouble(error: Exception) -> None:
    console.note(f"{type(error).__name__}: {error}")
