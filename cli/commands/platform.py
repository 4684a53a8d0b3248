"""The ground that actions run on: a container engine, and images."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click
import yaml

from cli import console
from job_runner.executors import engine as engines
from job_runner.executors.engine import Engine
from job_runner.images.lock import ImageLock


@click.group()
def engine() -> None:
    """Find, start and stop a container engine.

    An engine that answers is used as it is. Otherwise, as root, a private dockerd of
    Strongroom's own is started, with a socket and data folder of its own and no network.
    Actions never run on the host itself.
    """


@engine.command("start")
def engine_start() -> None:
    """Start an engine that stays, unless one answers already."""
    home = engines.default_home(os.environ)
    for line in engine_lines(engines.start(os.environ, home, console.note)):
        console.say(line)


@engine.command("stop")
def engine_stop() -> None:
    """Stop the private engine; any other is left as it is."""
    stopped = engines.stop(engines.default_home(os.environ))
    console.say("The private engine is stopped." if stopped else "Others still use it.")


@engine.command("status")
@console.json_option
def engine_status(as_json: bool) -> None:
    """Show which engine answers, and what it guarantees. Starts none."""
    home = engines.default_home(os.environ)
    choice = engines.find(os.environ, home)
    if isinstance(choice, engines.Use):
        found = engines.describe(choice.url, home)
        if found is not None:
            console.report(asdict(found), engine_lines(found), as_json=as_json)
            return
    console.report(
        {"url": None, "choice": type(choice).__name__, **asdict(choice)},
        [_instead(choice)],
        as_json=as_json,
    )


@engine.command("list")
@console.json_option
def engine_list(as_json: bool) -> None:
    """Show every engine and launcher that this machine has, and what each keeps to.

    The names are those that a site's policy may require ('guarantees' of 'boxes' in
    site.yaml). Slurm's nodes are taken to be as this machine is.
    """
    from cli import box_engines

    found = box_engines.here()
    lines = []
    for one in found:
        lines += [engine_name(one), f"  keeps: {', '.join(one.kept)}"]
        lines += [f"  LACKS: {sentence}" for sentence in one.lacking]
    report = {"engines": [asdict(one) for one in found]}
    console.report(report, lines or ["There is no engine here."], as_json=as_json)


@engine.command("reconcile")
@console.json_option
def engine_reconcile(as_json: bool) -> None:
    """Remove containers whose Slurm job is over, on a node where no epilog did.

    Asks this machine's Docker for containers that Slurm's jobs started, and Slurm which
    of the jobs live. Where either is silent nothing is removed.
    """
    from cli import box_engines
    from job_runner.executors.engines.docker_run import DockerRun
    from job_runner.executors.launchers.reconciler import Reconciler
    from job_runner.site.box_policy import BoxPolicy

    slurm = box_engines.slurm(BoxPolicy(launcher="slurm"))
    host = os.environ.get("DOCKER_HOST", DockerRun.host)
    removed = Reconciler(DockerRun(host).client, slurm).run()
    lines = [f"removed {name}" for name in removed] or ["Nothing was left behind."]
    console.report({"removed": list(removed)}, lines, as_json=as_json)


def _instead(choice: engines.Choice) -> str:
    if isinstance(choice, engines.Missing):
        return f"{choice.problem[0].upper()}{choice.problem[1:]}. {choice.remedy}"
    installs = (
        " after installing docker.io" if not isinstance(choice, engines.StartOwn) else ""
    )
    return f"No engine answers. Commands that need one start their own{installs}."


def engine_name(found: Engine) -> str:
    """On one line."""
    if found.kind == "docker" and found.launcher == "local":
        return f"Docker {found.version} at {found.url}"
    return f"{found.kind}, launched by {found.launcher}"


def engine_lines(found: Engine) -> list[str]:
    """An engine for people: which, what it keeps to, what it lacks."""
    whose = "a private one, started by us" if found.started_by_us else "answering already"
    lines = [f"Container engine: {engine_name(found)} ({whose})"]
    lines += [f"  installed: {package}" for package in found.installed]
    lines += [f"  guarantees: {sentence}" for sentence in found.guarantees]
    lines += [f"  LACKS: {sentence}" for sentence in found.lacking]
    return lines


@click.group("images")
def images() -> None:
    """Build and list the images actions run in.

    Built from Debian's packages and from wheels with known hashes, without any image
    registry; the same contents give the same layers everywhere.
    """


@images.command("build")
@click.argument("references", nargs=-1)
@console.json_option
def images_build(references: tuple[str, ...], as_json: bool) -> None:
    """Build what is missing of REFERENCES.

    If none is named: those for definitions and for Python. Others are built by name only,
    such as strongroom/r:v1.
    """
    from cli import boxes
    from job_runner.images.build import USUAL

    with boxes.ready("images", references or USUAL, console.note) as ready:
        lock = ready.lock
    _show_lock(lock, as_json)


@images.command("list")
@click.option(
    "--policy", is_flag=True, help="Print those that actions run in as site.yaml pins them."
)
@console.json_option
def images_list(policy: bool, as_json: bool) -> None:
    """Show the images that were built here, with their topmost layers."""
    from cli import boxes

    lock = boxes.built()
    if not policy:
        _show_lock(lock, as_json)
        return
    told = {"images": boxes.pinned()}
    text = yaml.safe_dump(told, sort_keys=False).rstrip()
    console.report(told, text.splitlines(), as_json=as_json)


def _show_lock(lock: ImageLock, as_json: bool) -> None:
    rows = [
        [reference, *image.layers[-1:], str(len(image.layers))]
        for reference, image in sorted(lock.images.items())
    ]
    lines = console.table(["image", "topmost layer", "layers"], rows)
    console.report(json.loads(lock.dumps()), lines, as_json=as_json)
