"""Keepers on this machine: processes of their own session, which outlive the runner."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors.contract import KILLED, Outcome
from job_runner.executors.engines.shape import SYSTEM_PATH, BoxEngine
from job_runner.executors.launchers.shape import Run

KEEPER = ("-I", "-m", "job_runner.executors.keeper")
"""Isolated: neither its folder nor the environment has a say in what it imports."""
STARTING = 60.0


@dataclass(frozen=True)
class Local:
    """``environment``: all that a keeper gets besides PATH."""

    environment: Mapping[str, str] = field(default_factory=dict)

    name = "local"
    is_here = True

    def check(self, engine: BoxEngine) -> None:
        engine.check()

    def launch(self, run: Run) -> None:
        """Comes back when the keeper has begun, or couldn't."""
        if run.files.has_begun:
            return
        with (run.files.folder / "keeper.log").open("ab") as log:
            try:
                subprocess.run(  # noqa: S603
                    [sys.executable, *KEEPER, str(run.files.folder)],
                    env={"PATH": SYSTEM_PATH, **self.environment},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=STARTING,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise _not_begun(run, type(error).__name__) from None
        if not run.files.has_begun:
            raise _not_begun(run, "it said why there")

    def wait(self, run: Run) -> None:
        """Where the keeper was killed, so is what it had no time to take along."""
        with contextlib.suppress(ProcessLookupError), _keeper(run) as handle:
            select.select([handle], (), ())
        cage = run.files.cage()
        if cage is not None and run.files.noted("end.json") is None:
            cage.empty()
        run.files.until_dead()

    def stop(self, run: Run) -> None:
        with contextlib.suppress(ProcessLookupError), _keeper(run) as handle:
            signal.pidfd_send_signal(handle, signal.SIGTERM)

    def verdict(self, run: Run) -> Outcome:
        """The machine went down, or somebody killed the keeper: an end from outside."""
        return Outcome(KILLED)


@contextlib.contextmanager
def _keeper(run: Run) -> Iterator[int]:
    """A handle of this run's keeper. ProcessLookupError if it is gone."""
    pid = int(run.files.noted("pid") or 0)
    if pid == 0:
        raise ProcessLookupError
    handle = os.pidfd_open(pid)
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if os.fsencode(run.files.folder) not in words:
            raise ProcessLookupError  # a number that somebody else has been given since
        yield handle
    finally:
        os.close(handle)


def _not_begun(run: Run, why: str) -> PlatformError:
    return PlatformError(
        f"no keeper could be started for this box ({why})",
        where=str(run.files.folder / "keeper.log"),
        remedy="Read this file; the job is tried again by itself.",
    )
