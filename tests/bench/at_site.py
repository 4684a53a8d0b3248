"""The row about a site: one trivial action, from a signed request to its success.

The site is made by the commands that a custodian types, its server and its runner are
processes of their own, and each request is a new commit, signed and sent as the command
sends it. Held against ``docker run`` of the same box, in turn: the median of the
differences counts, as the engine's own time is most of both and changes from run to run.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cli import signing
from cli.client import Client, connect
from cli.commands.remote import ENDED
from cli.compose.folder import SiteFolder
from job_runner.executors import seccomp
from job_runner.executors.contract import Box, Mount
from job_runner.images import COHORT, PYTHON
from job_runner.requests.request import Submission
from job_runner.workspaces.run_folder import INSIDE
from tests.a_study import a_commit, a_repository
from tests.bench import at_home
from tests.bench.compare import UnequalError
from tests.bench.measure import ROOT, Bench
from tests.bench.rows import Found, Measuring, Row
from tests.ssh_keys import a_key

PAIRS = 10
"""Of a site's action and a bare run, whatever the rounds: the median of them counts."""

OUTPUT = "output/one.csv"
PROJECT, PROGRAM = "trivial", "one.py"
COMMAND = ("python", PROGRAM)
PROJECT_FILE = f"""\
version: '4.0'
actions:
  one:
    run: python:v1 python {PROGRAM}
    outputs: {{highly_sensitive: {{it: {OUTPUT}}}}}
"""
READY_WITHIN = 180.0
"""Seconds: a runner proves its boxes before it takes work, which may take a minute."""


@dataclass(frozen=True)
class Site:
    """A site that takes requests. ``study``: the repository that it allows."""

    folder: SiteFolder
    study: Path
    client: Client
    key: Path

    def ask(self, text: str) -> dict[str, Any]:
        """The request once all its jobs have ended, and in how many ``seconds`` since it
        was sent. Its action writes the text: of a new commit each time, as nothing is run
        again that is up to date."""
        commit = a_commit(self.study, {PROGRAM: _program(text)})
        asked = Submission(str(self.study), commit, ("run_all",))
        body = signing.body(self.client.get("/api/site"), asked, self.key)
        began = time.monotonic()
        found: dict[str, Any] = self.client.post("/api/requests", body)
        while any(job["state"] not in ENDED for job in found["jobs"]):
            path = f"/api/requests/{found['id']}"
            found = self.client.get(path, wait=25, after=found["sequence"])
        return {**found, "seconds": time.monotonic() - began}

    def made(self) -> str:
        """The action's output, as it was published last."""
        return (self.folder.store / "high" / PROJECT / OUTPUT).read_text()


@dataclass(frozen=True)
class Bare:
    """``docker run`` of the box that the site's action has, in a folder like a run's."""

    engine: str
    folder: Path
    profile: Path

    def run(self, text: str) -> float:
        """In how many seconds it was there and gone."""
        (self.folder / PROGRAM).write_text(_program(text))
        mounts = (Mount(self.folder, INSIDE, read_only=False),)
        box = Box("sha256:" + "0" * 64, COMMAND, mounts, at_home.UID, INSIDE)
        given = at_home.command_line(box, self.profile)
        words = ["docker", "--host", self.engine, "run", "--rm", *given]
        began = time.monotonic()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - began

    def made(self) -> str:
        return (self.folder / OUTPUT).read_text()


def at_site(bench: Bench) -> Row:
    """Each pair's answers are compared before its times count."""
    pairs = at_home.scaled(bench, PAIRS)
    folder = bench.folder / "acting"
    with (
        at_home.engine() as url,
        _served(folder) as site,
        _bare(url, folder / "bare") as bare,
    ):
        times = [_pair(site, bare, str(n)) for n in range(pairs + 1)][
            1:
        ]  # the first one warms up
    over = statistics.median(ours - theirs for ours, theirs in times)
    ours, theirs = (statistics.median(side) for side in zip(*times, strict=True))
    found = Found("{} s over `docker run` of the same box", over, 0.5)
    told = f"ours {ours:.3f} s, bare {theirs:.3f} s; medians of {pairs} pairs"
    return Row("one trivial action through a site, submitted to finished", [found], told)


ROWS: Mapping[str, Measuring] = {"action-at-site": at_site}


def _pair(site: Site, bare: Bare, text: str) -> tuple[float, float]:
    """Seconds of both. UnequalError where what they made, or how it ended, differs."""
    ended, seconds = site.ask(text), bare.run(text)
    states = [(job["action"], job["state"], job["failure"]) for job in ended["jobs"]]
    if states != [("one", "succeeded", None)]:
        raise UnequalError(f"the site's action ended as {states}")
    if not site.made() == bare.made() == text:
        raise UnequalError("the site's action and the bare one made different files")
    return ended["seconds"], seconds


def _program(text: str) -> str:
    return f"open('{OUTPUT}', 'w').write('{text}')\n"


@contextmanager
def _served(root: Path) -> Iterator[Site]:
    """A new site that takes requests of a new study, until the block ends."""
    study, folder = root / "study", SiteFolder(root / "site")
    a_repository(study, {"project.yaml": PROJECT_FILE})
    _strongroom("images", "build", COHORT.reference, PYTHON.reference)
    duckdb.connect(root / "empty.duckdb").close()
    where = ("--database", root / "empty.duckdb", "--repository", study)
    _strongroom("site", "init", folder.root, "--name", "n", "--project", PROJECT, *where)
    public, token = a_key(root / "key"), root / "token"
    known = ("--role", "researcher", "--token-file", token, "--key", public)
    _strongroom("site", "person", "add", "ana", folder.root, *known)
    served = folder.state / "serve.json"
    with (
        _process("serve", folder.root, "--port", "0", sign=served),
        _process("runner", folder.root, sign=folder.state / "runner.json"),
    ):
        url = json.loads(served.read_text())["url"]
        yield Site(folder, study, connect(url, token), root / "key")


@contextmanager
def _bare(url: str, folder: Path) -> Iterator[Bare]:
    output = folder / "output"
    output.mkdir(parents=True)
    (folder / "project.yaml").write_text(PROJECT_FILE)
    os.chown(output, at_home.UID, at_home.UID)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as profile:
        profile.write(seccomp.profile())
        profile.flush()
        yield Bare(url, folder, Path(profile.name))


def _strongroom(*words: str | Path) -> None:
    command = [sys.executable, "-m", "cli", *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _process(*words: str | Path, sign: Path) -> Iterator[None]:
    """A command that goes on until the block ends, once its ``sign`` is there."""
    command = [sys.executable, "-m", "cli", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + READY_WITHIN
            while not sign.exists():
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"strongroom {words[0]} didn't start")
                time.sleep(0.02)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
