"""The rows about an author's machine: a chain, nothing to do, the list of commands.

A chain is held against the same number of ``docker run``s of the same box: the settings
that an action gets, told to the engine's own command line. Wall clock, as the work is the
engine's; both sides in turn, the best of the rounds. The other rows count seconds of CPU.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from job_runner.executors import box as boxes
from job_runner.executors import engine as engines
from job_runner.executors import seccomp
from job_runner.executors.contract import Box, Mount
from job_runner.images import PYTHON
from tests.bench.measure import Bench
from tests.bench.rows import Found, Measuring, Row, cpu

LINKS, ACTIONS = 20, 50
COMMAND = ("python", "-c", "open('output/{}.csv', 'w').write('a')")
UID = 20_000
STRONGROOM = ("-c", "from cli.begin import entrypoint; entrypoint()")


def chain(bench: Bench) -> Row:
    """Actions of which each needs the one before it, all of them out of date."""
    links = scaled(bench, LINKS)
    study = _study(bench.folder / "chain", links, chained=True)
    with engine() as url:
        _run(bench, study)
        sides = {
            "ours": lambda: _run(bench, study, "--force"),
            "bare": lambda: _bare(url, bench.folder / "bare", links),
        }
        times = _in_turn(bench, sides)
    ours, bare = times["ours"], times["bare"]
    found = [Found(f"{{}} times {links} bare runs of the same box", ours / bare, 1.6)]
    work = f"a chain of {links} trivial actions at home, out of date"
    return Row(work, found, f"ours {ours:.2f} s, bare {bare:.2f} s")


def nothing(bench: Bench) -> Row:
    """The command finds that all actions are up to date."""
    actions = scaled(bench, ACTIONS)
    study = _study(bench.folder / "fifty", actions, chained=False)
    with engine():
        _run(bench, study, "--jobs", "2")
    words = ("run", "run_all", "--study", str(study))
    whole, start = cpu(bench, *STRONGROOM, *words), cpu(bench, "-c", "pass")
    found = [Found("{} s of CPU beyond Python's start", whole - start, 0.3)]
    times = f"{whole * 1000:.0f} ms, Python's start {start * 1000:.0f} ms"
    return Row(f"nothing to do, {actions} actions at home", found, times)


def commands(bench: Bench) -> Row:
    """``strongroom --help``, as the installed command runs it."""
    whole, start = cpu(bench, *STRONGROOM, "--help"), cpu(bench, "-c", "pass")
    found = [Found("{} times Python's own start", whole / start, 3)]
    times = f"{whole * 1000:.1f} ms of CPU, Python's start {start * 1000:.1f} ms"
    return Row("`strongroom --help`", found, times)


ROWS: Mapping[str, Measuring] = {
    "chain-at-home": chain,
    "nothing-at-home": nothing,
    "help": commands,
}


def scaled(bench: Bench, boxes: int) -> int:
    """So many at full size; a quick look starts fewer."""
    return max(2, round(boxes * bench.scale))


def _study(folder: Path, actions: int, *, chained: bool) -> Path:
    folder.mkdir()
    lines = ["version: '4.0'", "actions:"]
    for number in range(actions):
        needs = [f"a{number - 1}"] if chained and number else []
        command = shlex.join(COMMAND).format(f"a{number}")
        lines += [
            f"  a{number}:",
            f"    run: {json.dumps(f'python:v1 {command}')}",
            f"    needs: {json.dumps(needs)}",
            f"    outputs: {{highly_sensitive: {{it: output/a{number}.csv}}}}",
        ]
    (folder / "project.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _run(bench: Bench, study: Path, *options: str) -> None:
    bench.process(*STRONGROOM, "run", "run_all", "--study", str(study), *options)


@contextmanager
def engine() -> Iterator[str]:
    """One that stays up between the commands; else each would start its own."""
    with engines.running(os.environ, engines.default_home(os.environ)) as engine:
        yield engine.url


def _in_turn(bench: Bench, sides: Mapping[str, Callable[[], None]]) -> dict[str, float]:
    """The least seconds of each side."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(bench.rounds):
        for name, side in sides.items():
            began = time.monotonic()
            side()
            times[name].append(time.monotonic() - began)
    return {name: min(took) for name, took in times.items()}


def _bare(url: str, folder: Path, links: int) -> None:
    """What the actions do, each by one ``docker run``."""
    (folder / "output").mkdir(parents=True, exist_ok=True)
    os.chown(folder / "output", UID, UID)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as profile:
        profile.write(seccomp.profile())
        profile.flush()
        for number in range(links):
            words = [word.format(f"a{number}") for word in COMMAND]
            given = command_line(_box(folder, words), Path(profile.name))
            ran = ["docker", "--host", url, "run", "--rm", *given]
            subprocess.run(ran, check=True, stdout=subprocess.DEVNULL)


def _box(folder: Path, words: list[str]) -> Box:
    mounts = (Mount(folder, "/workspace", read_only=False),)
    return Box("sha256:" + "0" * 64, tuple(words), mounts, UID)


def command_line(box: Box, profile: Path) -> list[str]:
    """The box as words for ``docker run``, from the settings that an action gets."""
    settings = boxes.docker_settings("bench", "bench", box)
    host: Mapping[str, Any] = settings["HostConfig"]
    [(tmp, how)] = host["Tmpfs"].items()
    mounts = [f"type=bind,src={m['Source']},dst={m['Target']}" for m in host["Mounts"]]
    return [
        *("--network", host["NetworkMode"], "--read-only", "--init"),
        *("--cap-drop", *host["CapDrop"], "--security-opt", "no-new-privileges:true"),
        *("--security-opt", f"seccomp={profile}", "--tmpfs", f"{tmp}:{how}"),
        *("--memory", str(host["Memory"]), "--memory-swap", str(host["MemorySwap"])),
        *("--cpus", str(host["NanoCpus"] / 1e9), "--pids-limit", str(host["PidsLimit"])),
        *(word for u in host["Ulimits"] for word in ("--ulimit", _ulimit(u))),
        *(word for mount in mounts for word in ("--mount", mount)),
        *(word for pair in settings["Env"] for word in ("--env", pair)),
        *("--user", settings["User"], "--workdir", settings["WorkingDir"]),
        *(PYTHON.reference, *settings["Cmd"]),
    ]


def _ulimit(limit: Mapping[str, Any]) -> str:
    return f"{limit['Name']}={limit['Soft']}:{limit['Hard']}"
