"""Keepers as Slurm's jobs, by its commands: sbatch, squeue, scancel, sacct.

The keeper is the job's batch script's only process: cancelling the job is a SIGTERM to
it, and it ends the box. What the box may use is asked of Slurm too; the wall clock that
counts is the keeper's, as Slurm looks at time limits once a minute, and Slurm's stands
above it.
"""

from __future__ import annotations

import json
import math
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError
from job_runner.executors.contract import KILLED, Limits, Outcome
from job_runner.executors.engines.shape import SYSTEM_PATH, BoxEngine
from job_runner.executors.launchers.local import KEEPER
from job_runner.executors.launchers.shape import Run

MIB = 2**20
KEEPERS_MEMORY = 64 * MIB
"""On top of a box's: the keeper is Python, and an engine's client may run beside it."""
SLACK = 120
"""Seconds between our wall clock and Slurm's."""
ASKING = 30.0
"""Seconds that one of Slurm's commands may take."""
LOOK, ASK, SOON = 0.05, 5.0, 0.25
"""Seconds between two looks at the run's files, and between two questions to Slurm; soon
for a job that was cancelled, perhaps before its keeper listened."""


class State(Enum):
    """What Slurm says of a job, as far as it matters to us."""

    LIVES = "lives"
    OUT_OF_MEMORY = "out of memory"
    TIMEOUT = "timeout"
    ENDED = "ended"
    UNKNOWN = "unknown"  # Slurm isn't answering


LIVING = frozenset(
    {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "STAGE_OUT"}
)


def state_of(word: str) -> State:
    """By a state's name, as squeue and sacct write it ("CANCELLED by 0", "COMPLETED")."""
    name = word.split(" ")[0].rstrip("+")
    if name in LIVING:
        return State.LIVES
    own = {"OUT_OF_MEMORY": State.OUT_OF_MEMORY, "TIMEOUT": State.TIMEOUT}
    return own.get(name, State.ENDED)


@dataclass(frozen=True)
class Slurm:
    """``environment``: what Slurm's commands need besides PATH, such as SLURM_CONF; the
    keeper gets it too. ``completions``: the file of ``JobCompType=jobcomp/filetxt``, which
    knows jobs that the controller has forgotten."""

    environment: Mapping[str, str] = field(default_factory=dict)
    partition: str | None = None
    completions: Path | None = None
    python: str = sys.executable
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    name = "slurm"
    is_here = False

    def check(self, engine: BoxEngine) -> None:
        """The engine is the nodes' business."""
        self._jobs()

    def launch(self, run: Run) -> None:
        """A runner that died between asking and noting the number finds the job by what
        it says of itself: not by the name alone, which an earlier attempt had too."""
        if run.files.has_begun or run.files.noted("slurm"):
            return
        known = [job for job in self._jobs() if job["comment"] == run.files.token]
        number = str(known[0]["job_id"]) if known else self._submitted(run)
        run.files.note("slurm", number)

    def wait(self, run: Run) -> None:
        """A controller that is silent for a while changes nothing: the box goes on."""
        ask, hurry = self.monotonic(), False
        while run.files.noted("end.json") is None:
            if run.files.is_to_stop and not hurry:
                ask, hurry = self.monotonic(), True
            if self.monotonic() >= ask:
                if self._state(run) not in (State.LIVES, State.UNKNOWN):
                    self.sleep(2 * LOOK)  # its last word may be on its way
                    return
                ask = self.monotonic() + (SOON if hurry else ASK)
            self.sleep(LOOK)

    def stop(self, run: Run) -> None:
        number = run.files.noted("slurm")
        if number is not None:
            self._ask("scancel", number)

    def verdict(self, run: Run) -> Outcome:
        state = self._state(run)
        return Outcome(
            KILLED,
            out_of_memory=state is State.OUT_OF_MEMORY,
            timed_out=state is State.TIMEOUT,
        )

    def living(self) -> frozenset[str]:
        """The numbers of all jobs that haven't ended."""
        return frozenset(str(job["job_id"]) for job in self._jobs() if _lives(job))

    def limits_memory(self) -> bool:
        """Whether jobs are held to the memory that they ask for."""
        settings = self.environment.get("SLURM_CONF")
        if settings is not None and not Path(settings).is_file():
            return False  # Slurm would look for it in the network for half a minute
        try:
            told = self._ask("scontrol", "show", "config").stdout
        except PlatformError:
            return False
        words = [line.replace(" ", "") for line in told.splitlines()]
        return "ConstrainRAMSpace=yes" in words

    def _submitted(self, run: Run) -> str:
        command = sbatch(run, self.partition)
        done = self._ask(*command, given=script(run, self.python))
        if done.returncode != 0 or not done.stdout.strip():
            raise _said("sbatch", done.stderr)
        return done.stdout.strip().split(";")[0]

    def _state(self, run: Run) -> State:
        number = run.files.noted("slurm")
        try:
            jobs = self._jobs()
        except PlatformError:
            return State.UNKNOWN
        for job in jobs:
            if str(job["job_id"]) == number:
                return state_of(str(job["job_state"]))
        return self._completed(number) if number else State.ENDED

    def _completed(self, number: str) -> State:
        if self.completions is None:
            return State.ENDED
        words = ("-c", "-f", str(self.completions), "-j", number)
        done = self._ask("sacct", *words, "-n", "-P", "-o", "state")
        lines = done.stdout.split("\n")
        return state_of(lines[0]) if lines[0] else State.ENDED

    def _jobs(self) -> list[dict[str, Any]]:
        """squeue's exit code is 0, and its list empty, also where nobody answered it."""
        done = self._ask("squeue", "--json")
        try:
            told = json.loads(done.stdout)
            jobs: list[dict[str, Any]] = told["jobs"]
        except (ValueError, KeyError):
            raise _said("squeue", done.stderr) from None
        if told.get("errors"):
            raise _said("squeue", str(told["errors"][0].get("description")))
        return jobs

    def _ask(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603
                words,
                env={"PATH": SYSTEM_PATH, **self.environment},
                cwd="/",
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=ASKING,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _said(words[0], type(error).__name__) from None


def sbatch(run: Run, partition: str | None) -> tuple[str, ...]:
    """The exact command line; the script comes on its standard input."""
    limits = run.limits
    return (
        *("sbatch", "--parsable", "--job-name", run.name, "--comment", run.files.token),
        *("--nodes", "1", "--ntasks", "1", "--no-requeue", "--chdir", "/"),
        *("--cpus-per-task", str(math.ceil(limits.cpus))),
        *("--mem", f"{math.ceil((limits.memory + KEEPERS_MEMORY) / MIB)}M"),
        *("--time", str(_minutes(limits))),
        *("--output", str(run.files.folder / "keeper.log")),
        *(("--partition", partition) if partition else ()),
    )


def script(run: Run, python: str) -> str:
    """The job: the keeper and nothing else, so that Slurm's signals reach it."""
    words = (python, *KEEPER, "--here", str(run.files.folder))
    return f"#!/bin/sh\nexec {shlex.join(words)}\n"


def _minutes(limits: Limits) -> int:
    return math.ceil((limits.wall_clock + SLACK) / 60)


def _lives(job: Mapping[str, Any]) -> bool:
    return state_of(str(job["job_state"])) is State.LIVES


def _said(program: str, text: str) -> PlatformError:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = lines[-1][:300] if lines else "nothing"
    return PlatformError(
        f"{program} isn't answering, it said: {words}",
        where="Slurm",
        remedy="Look at `sinfo` and slurmctld's log; the job is tried again by itself.",
    )
