"""The demo, played in a process of its own, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.compose.folder import SiteFolder
from job_runner.store import Store

MARK = "STRONGROOM_TEST_MARK"
PROJECT = "bleeding"


@dataclass(frozen=True)
class Played:
    """A demo that has ended. ``left``: command lines of its processes that haven't;
    ``during``: of those there were when it was interrupted."""

    folder: Path
    code: int
    printed: str
    left: tuple[str, ...]
    during: tuple[str, ...] = ()

    @property
    def site(self) -> SiteFolder:
        return SiteFolder(self.folder / "site")

    @property
    def bundle(self) -> Path:
        (found,) = self.site.outbox.iterdir()
        return found

    @property
    def request(self) -> str:
        with Store(self.site.database) as store:
            (found,) = store.requests()
        return found.id

    def token(self, name: str) -> str:
        return (self.folder / "tokens" / name).read_text(encoding="ascii").strip()


def play(folder: Path, environment: Mapping[str, str] | None = None) -> Played:
    """To its end."""
    mark = uuid.uuid4().hex
    with started(folder, mark, environment) as process:
        printed, _ = process.communicate()
    return Played(folder, process.returncode, printed, processes(mark))


def interrupted(
    folder: Path,
    at: str,
    by: signal.Signals,
    environment: Mapping[str, str] | None = None,
) -> Played:
    """Until it prints a line that begins so; then it gets the signal."""
    mark, during = uuid.uuid4().hex, tuple[str, ...]()
    with started(folder, mark, environment) as process:
        lines = []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.strip().startswith(at):
                during = processes(mark)
                process.send_signal(by)
                break
        rest, _ = process.communicate()
    return Played(
        folder, process.returncode, "".join(lines) + rest, processes(mark), during
    )


def started(
    folder: Path, mark: str, environment: Mapping[str, str] | None
) -> subprocess.Popen[str]:
    """Everything that it starts inherits the mark, but for a private engine."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "demo", "--folder", str(folder)],
        env={**os.environ, **(environment or {}), MARK: mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def processes(mark: str) -> tuple[str, ...]:
    """Command lines of the processes that have this mark in their environment."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return tuple(found)
