"""What those who run a site tell its runners: drain, pause, resume; and who is there."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import clock, console
from cli.compose.opened import noted
from cli.exits import EXIT_CODES
from cli.site_folder import existing, folder_argument, opened
from job_runner.errors import PlatformError, RequestRefused
from job_runner.jobs.job import Job
from job_runner.jobs.members import Drain, Member
from job_runner.store.roll import SITE, Roll

if TYPE_CHECKING:
    from cli.compose.opened import OpenSite

NOBODY = "No runner is there."
LOOK_EVERY = 0.2
"""Seconds between looks of who waits here for a drain."""


@click.command("list")
@folder_argument
@console.json_option
def runner_list(site_folder: Path, as_json: bool) -> None:
    """Show the runners of SITE, and what is paused."""
    with opened(site_folder) as store:
        there = [one for one in store.roll.members() if one.gone is None]
        paused, jobs = store.roll.paused(), store.active_jobs()
    rows = [[one.id, one.place, _doing(one), str(_count(one, jobs))] for one in there]
    value = {
        "runners": [
            {
                "id": one.id,
                "place": one.place,
                "drain": one.drain.value if one.drain else None,
                "safe_to_stop": one.safe_to_stop,
                "jobs": _count(one, jobs),
            }
            for one in there
        ],
        "site_paused": SITE in paused,
        "paused_projects": sorted(paused - {SITE}),
    }
    lines = console.table(["runner", "on", "", "jobs"], rows) if rows else [NOBODY]
    console.report(value, [*lines, *_pauses(paused)], as_json=as_json)


@click.command("drain")
@folder_argument
@click.option("--runner", "runners", multiple=True, help="Only this one (repeatable).")
@click.option("--requeue", is_flag=True, help="Put its jobs back, don't wait for them.")
@click.option("--wait", type=float, default=0.0, help="Seconds to wait until it is safe.")
@console.json_option
def runner_drain(
    site_folder: Path, runners: tuple[str, ...], requeue: bool, wait: float, as_json: bool
) -> None:
    """Make the runners of SITE safe to stop: they take up no more jobs.

    Their jobs are finished or, with --requeue, stopped and put back for later. Exits with
    10 if they aren't safe to stop after --wait seconds. To let them work again: resume.
    """
    how = Drain.REQUEUE if requeue else Drain.FINISH
    with _told(site_folder) as site:
        _known(site.store.roll.members(), runners)
        site.store.roll.drain(how, runners or None)
        noted(site.folder, "drain", {"how": how.value, "runners": sorted(runners)})
        there = _until_safe(site.store.roll, runners, wait)
    safe = [one.id for one in there if one.safe_to_stop]
    busy = [one.id for one in there if not one.safe_to_stop]
    lines = [
        *(f"{name}: safe to stop" for name in safe),
        *(f"{name}: still has jobs, or hasn't looked yet" for name in busy),
    ]
    value = {"safe_to_stop": safe, "busy": busy}
    console.report(value, lines or [NOBODY], as_json=as_json)
    if busy:
        raise click.exceptions.Exit(EXIT_CODES[PlatformError])


@click.command("pause")
@folder_argument
@click.option("--project", default=SITE, help="Only this project's jobs.")
@console.json_option
def runner_pause(site_folder: Path, project: str, as_json: bool) -> None:
    """Let no job of SITE begin until it is resumed; those under way go on."""
    with _told(site_folder) as site:
        _known_project(site, project)
        site.store.roll.pause(project, at=clock.now())
        noted(site.folder, "pause", {"project": project or None})
        paused = site.store.roll.paused()
    _report_pauses(paused, as_json)


@click.command("resume")
@folder_argument
@click.option("--project", default=SITE, help="Only this project's jobs.")
@console.json_option
def runner_resume(site_folder: Path, project: str, as_json: bool) -> None:
    """Let jobs of SITE begin again, and runners that were drained take them up."""
    with _told(site_folder) as site:
        site.store.roll.resume(project)
        if project == SITE:
            site.store.roll.drain(None)
        noted(site.folder, "resume", {"project": project or None})
        paused = site.store.roll.paused()
    _report_pauses(paused, as_json)


@contextmanager
def _told(site_folder: Path) -> Iterator[OpenSite]:
    """A site whose runners hear of what is done here."""
    from cli.compose.opened import opened as opened_site

    with opened_site(existing(site_folder)) as site:
        site.store.on_change(site.wake_runner)
        yield site


def _until_safe(roll: Roll, runners: Collection[str], seconds: float) -> list[Member]:
    """The runners meant, once they are all safe to stop or the time is over."""
    end = time.monotonic() + seconds
    while True:
        there = [
            one
            for one in roll.members()
            if one.gone is None and (not runners or one.id in runners)
        ]
        if time.monotonic() >= end or all(one.safe_to_stop for one in there):
            return there
        time.sleep(LOOK_EVERY)


def _known(members: Collection[Member], runners: Collection[str]) -> None:
    there = {one.id for one in members if one.gone is None}
    for name in runners:
        if name not in there:
            raise RequestRefused(
                f"there is no runner {name}",
                where="--runner",
                remedy="See strongroom runner list.",
            )


def _known_project(site: OpenSite, project: str) -> None:
    if project != SITE and project not in site.policy.projects:
        raise RequestRefused(
            f"the site's policy has no project {project}",
            where="--project",
            remedy=f"Name one of: {', '.join(site.policy.projects)}.",
        )


def _report_pauses(paused: Collection[str], as_json: bool) -> None:
    value = {"site_paused": SITE in paused, "paused_projects": sorted(set(paused) - {SITE})}
    console.report(value, _pauses(paused) or ["Nothing is paused."], as_json=as_json)


def _pauses(paused: Collection[str]) -> list[str]:
    site = ["The site is paused: no job begins."] if SITE in paused else []
    return [*site, *(f"Project {name} is paused." for name in sorted(set(paused) - {SITE}))]


def _doing(one: Member) -> str:
    if one.safe_to_stop:
        return "safe to stop"
    return "draining" if one.drain else "working"


def _count(one: Member, jobs: Collection[Job]) -> int:
    return sum(job.runner == one.id for job in jobs)
