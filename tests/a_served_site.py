"""A site made by the commands, its server a process of its own, its runner in this one."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.boxes import ready
from cli.compose.folder import SiteFolder
from cli.compose.opened import opened
from cli.compose.running import runner
from cli.demo import records
from cli.demo.scenes import OMOP
from job_runner.jobs.rests import Rests
from tests.a_command import Said, strongroom
from tests.ssh_keys import a_key

PEOPLE = {"ana": "researcher", "rita": "reviewer", "omar": "operator"}


@dataclass(frozen=True)
class ServedSite:
    """A site that answers, and its people's tokens."""

    folder: SiteFolder
    url: str
    tokens: Path

    def by(self, name: str) -> tuple[str, ...]:
        """The options that make a command somebody's."""
        return ("--server", self.url, "--token-file", str(self.tokens / name))

    def signing(self, name: str) -> tuple[str, ...]:
        """The option by which a request is signed by somebody."""
        return ("--key", str(self.tokens / f"{name}.key"))

    def run(self) -> list[Exception]:
        """Its runner, until every job has ended; what it told its operator."""
        troubles: list[Exception] = []
        with (
            opened(self.folder) as site,
            ready(self.folder.boxes, (), lambda line: None) as boxes,
        ):
            made = runner(
                site,
                boxes.executor,
                told=lambda told: None,
                trouble=troubles.append,
                rests=Rests(first=0.01, longest=0.01),
            )
            made.run(until_idle=True)
        return troubles


def init(folder: Path, study: Path, database: Path) -> Said:
    """``strongroom site init`` for OMOP records."""
    return strongroom(
        *("site", "init", folder, "--name", "north", "--database", database),
        *(word for table in OMOP.empty for word in ("--empty-table", table)),
        *("--project", "bleeding", "--repository", study),
    )


@contextmanager
def served(folder: Path, study: Path, actions: str = '["*"]') -> Iterator[ServedSite]:
    """A new site, served until the block ends. ``actions``: what its policy allows."""
    database = folder / "records.duckdb"
    folder.mkdir()
    shutil.copy(records.database(), database)
    site = SiteFolder(folder / "site")
    assert init(site.root, study, database).code == 0
    policy = site.policy.read_text()
    assert "    - '*'\n" in policy
    site.policy.write_text(policy.replace("\n    - '*'\n", f" {actions}\n"))
    tokens = folder / "tokens"
    tokens.mkdir()
    for name, role in PEOPLE.items():
        public = a_key(tokens / f"{name}.key")
        words = ("--role", role, "--token-file", tokens / name, "--key", public)
        added = strongroom("site", "person", "add", name, site.root, *words)
        assert added.code == 0, added.err
    with process("serve", site.root, "--port", "0", sign=site.state / "serve.json"):
        url = json.loads((site.state / "serve.json").read_text())["url"]
        yield ServedSite(site, url, tokens)


@contextmanager
def process(*words: str | Path, sign: Path) -> Iterator[subprocess.Popen[str]]:
    """A command that serves until the block ends, once the file is there that says so."""
    command = [sys.executable, "-m", "cli", *map(str, words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            end = time.monotonic() + 60
            while not sign.exists():
                assert running.poll() is None, running.communicate()[0]
                assert time.monotonic() < end, "it never got ready"
                time.sleep(0.02)
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)
