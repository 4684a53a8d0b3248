"""Executors of two parts: a box engine, and a launcher of keepers.

All that is known of a run lies in its folder, so a restarted runner, or another one on
the same disk, knows as much.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from job_runner.executors import logs, refused
from job_runner.executors.box import container_name
from job_runner.executors.contract import Box, Outcome
from job_runner.executors.engines.shape import BoxEngine, Label
from job_runner.executors.keeper.run_files import RunFiles
from job_runner.executors.launchers.shape import Launcher, Run


class KeptExecutor:
    """The executors' contract. ``state``: a folder of this site's own, 0700; for Slurm on
    a disk that the nodes see under the same path."""

    def __init__(
        self, engine: BoxEngine, launcher: Launcher, state: Path, site: str
    ) -> None:
        self.name = f"{engine.name}, {launcher.name}"
        self._engine, self._launcher = engine, launcher
        self._state, self._site = state / site, site

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        self._launcher.check(self._engine)
        return self._engine.image_id(reference, layers)

    def start(self, run_id: str, box: Box) -> None:
        """The order is written down, then a keeper launched; either may be repeated."""
        self._launcher.check(self._engine)
        files = self._files(run_id)
        if not files.is_ordered:
            name = container_name(run_id, self._site)
            files.order(Label(name, run_id, self._site), self._engine, box)
        self._launcher.launch(self._run(files))

    def wait(self, run_id: str) -> Outcome:
        """Blocks; see the contract. The keeper enforces the limits, so they hold without
        anybody waiting."""
        run = self._run(self._there(run_id))
        outcome = run.files.ended()
        if outcome is None:
            self._launcher.wait(run)
            outcome = run.files.ended()
        return outcome or self._without_a_word(run)

    def stop(self, run_id: str) -> None:
        self._launcher.check(self._engine)
        files = self._files(run_id)
        if files.is_ordered and files.noted("end.json") is None:
            files.ask_to_stop()
            self._launcher.stop(self._run(files))

    def logs(self, run_id: str, limit: int = 1024**2) -> bytes:
        """Past 64 MB of output the head is the oldest part that is still kept."""
        return logs.shown(self._there(run_id).log_chunks(), limit)

    def remove(self, run_id: str) -> None:
        self.stop(run_id)
        files = self._files(run_id)
        if files.is_ordered:
            run = self._run(files)
            if files.noted("end.json") is None:
                self._launcher.wait(run)
            if files.noted("end.json") is None:
                self._tidy(run)
        shutil.rmtree(files.folder, ignore_errors=True)

    def run_ids(self) -> list[str]:
        self._launcher.check(self._engine)
        found = self._state.iterdir() if self._state.is_dir() else ()
        return sorted(path.name for path in found if RunFiles(path).is_ordered)

    def _files(self, run_id: str) -> RunFiles:
        container_name(run_id, self._site)  # so that no id is a path
        return RunFiles(self._state.absolute() / run_id)

    def _there(self, run_id: str) -> RunFiles:
        files = self._files(run_id)
        if not files.is_ordered:
            self._launcher.check(self._engine)
            raise refused.box(run_id, "isn't there")
        return files

    def _run(self, files: RunFiles) -> Run:
        order = files.ordered()
        return Run(order.label.name, files, order.box.limits)

    def _without_a_word(self, run: Run) -> Outcome:
        """Noted, so that it is told the same again."""
        outcome = self._launcher.verdict(run)
        self._tidy(run)
        run.files.end(outcome)
        return outcome

    def _tidy(self, run: Run) -> None:
        """After a keeper that was killed. Elsewhere the node's epilog does it."""
        if not self._launcher.is_here:
            return
        self._engine.kill(run.name)
        self._engine.remove(run.name)
        cage = run.files.cage()
        if cage is not None:
            cage.remove()
