"""A shell in a box like an action's, on a copy of the study."""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import docker

from cli import clock, console, home
from cli.boxes import Boxes, ready
from cli.users import uid_of_ours
from job_runner import project
from job_runner.errors import PlatformError
from job_runner.executors import box as boxes
from job_runner.executors.contract import Box, Limits
from job_runner.local import snapshot
from job_runner.local.studies import STATE_FOLDER
from job_runner.project import PROJECT_FILE
from job_runner.workspaces import run_folder
from job_runner.workspaces.workspace import Workspace, local_workspace

SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")


def opened(study: Path, image: str, command: str | None) -> int:
    """Opens it, and gives its exit code. PlatformError where it can't, or one is open."""
    reference = home.RECIPES[image].reference
    site = home.boxes_of(study).replace("home-", "shell-")
    with _place(study) as place, ready(site, [reference], console.note) as found:
        for left in found.executor.run_ids():  # whoever had our place before is gone
            found.executor.remove(left)
        layers = found.lock.images[reference].layers
        number = found.executor.image_id(reference, layers)
        uid = uid_of_ours()
        prepared = _prepared(study, place, uid)
        words = ("sh", "-c", command) if command else SHELL
        box = Box(number, words, prepared.mounts, uid, run_folder.INSIDE, limits=Limits())
        run = clock.new_id()
        try:
            code = _ran(found, run, box) if command else _talked(found, site, run, box)
        finally:
            found.executor.remove(run)
        _tell_what_goes(place, prepared.before)
        return code


@contextmanager
def _place(study: Path) -> Iterator[Path]:
    """An empty folder for one shell of this study at a time."""
    state = study / STATE_FOLDER
    state.mkdir(exist_ok=True)
    (state / ".gitignore").write_text("*\n")
    with (state / "shell.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlatformError(
                "a shell is open on this study", where=str(study), remedy="Leave it first."
            ) from None
        place = state / "shell"
        run_folder.discard(place)
        place.mkdir(mode=0o700)
        try:
            yield place
        finally:
            run_folder.discard(place)


def _prepared(study: Path, place: Path, uid: int) -> run_folder.Prepared:
    found, where = project.load(study / PROJECT_FILE), local_workspace(study)
    code = place / "code"
    snapshot.take(study, found, where, code)
    return run_folder.prepare(place / "run", code, _made(where), uid=uid)


def _made(where: Workspace) -> dict[str, Path]:
    """What actions made and is there as they made it."""
    manifests = where.manifests().values()
    lost = {path for m in manifests for path in where.missing(m)}
    files = [file for m in manifests for file in m.files if file.path not in lost]
    return {file.path: where.path(file.level, file.path) for file in files}


def _ran(found: Boxes, run: str, box: Box) -> int:
    found.executor.start(run, box)
    outcome = found.executor.wait(run)
    click.echo(found.executor.logs(run).decode(errors="replace"), nl=False)
    return outcome.exit_code


def _talked(found: Boxes, site: str, run: str, box: Box) -> int:
    """The box with a terminal, joined to ours until its shell ends."""
    if not sys.stdin.isatty():
        raise PlatformError(
            "a shell takes a terminal",
            where="standard input",
            remedy="Give a command: strongroom shell IMAGE -c COMMAND.",
        )
    settings = boxes.docker_settings(run, site, box)
    terminal = {"Tty": True, "OpenStdin": True, "StdinOnce": True, "AttachStdin": True}
    kind = [f"TERM={os.environ.get('TERM', 'xterm')}"]
    client = docker.DockerClient(base_url=found.engine.url, timeout=120)
    try:
        api, name = client.api, boxes.container_name(run, site)
        body = {**settings, **terminal, "Env": [*settings["Env"], *kind]}
        api.create_container_from_config(body, name)  # type: ignore[no-untyped-call]
        joined = api.attach_socket(
            name, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        )
        api.start(name)
        with _sized(api, name), joined:
            _joined(joined.fileno())
        return int(api.wait(name)["StatusCode"])
    finally:
        client.close()


@contextmanager
def _sized(api: Any, name: str) -> Iterator[None]:
    """The box's terminal is as large as ours, also when ours changes."""

    def same(*_: object) -> None:
        width, height = shutil.get_terminal_size()
        api.resize(name, height=height, width=width)

    same()
    before = signal.signal(signal.SIGWINCH, same)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


def _joined(box: int) -> None:
    """Every key goes to the box, Ctrl-C too, and what it says to the screen."""
    keys, screen = sys.stdin.fileno(), sys.stdout.fileno()
    before = termios.tcgetattr(keys)
    try:
        tty.setraw(keys)
        while True:
            there, _, _ = select.select([keys, box], [], [])
            if box in there:
                if not (said := os.read(box, 65_536)):
                    return
                os.write(screen, said)
            if keys in there:
                os.write(box, os.read(keys, 4_096))
    finally:
        termios.tcsetattr(keys, termios.TCSADRAIN, before)


def _tell_what_goes(place: Path, before: frozenset[str]) -> None:
    folder = run_folder.run_folder(place / "run")
    new = sorted(path for path in run_folder.code_files(folder) if path not in before)
    if new:
        more = f" and {len(new) - 10} more" if len(new) > 10 else ""
        console.note(f"Not kept: {', '.join(new[:10])}{more}")
