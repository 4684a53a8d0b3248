"""What a launcher is to an executor: it starts a keeper somewhere, and can end it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from job_runner.executors.contract import Limits, Outcome
from job_runner.executors.engines.shape import BoxEngine
from job_runner.executors.keeper.run_files import RunFiles


@dataclass(frozen=True)
class Run:
    """A run to launch. ``name`` is its box's, and nobody else's."""

    name: str
    files: RunFiles
    limits: Limits


class Launcher(Protocol):
    """Where keepers are started."""

    @property
    def name(self) -> str:
        """local or slurm."""

    @property
    def is_here(self) -> bool:
        """Whether a box's engine is this machine's, so that we may tidy up after it."""

    def check(self, engine: BoxEngine) -> None:
        """PlatformError ("isn't answering") where nothing can be launched."""

    def launch(self, run: Run) -> None:
        """Have a keeper for the run, unless it has one."""

    def wait(self, run: Run) -> None:
        """Returns when the run has ended: by what its keeper told, or without a word."""

    def stop(self, run: Run) -> None:
        """End it at once, wherever it is; nothing if it isn't."""

    def verdict(self, run: Run) -> Outcome:
        """Of a run whose keeper ended without a word."""
