"""Boxes for fast tests: Python functions in threads. Isolates nothing, so only for tests.

It can run nothing but the functions it was given, so no study's code ever runs in it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from job_runner.errors import ImageRefused, PlatformError
from job_runner.executors import disk, logs
from job_runner.executors.box import container_name
from job_runner.executors.contract import KILLED, Box, Outcome

TICK = 0.02


@dataclass
class Inside:
    """What a program sees of its box, by the paths that it has there."""

    box: Box
    killed: threading.Event
    said: list[bytes]

    def path(self, inside: str) -> Path:
        """Where that path of the box is on this machine; FileNotFoundError if nowhere."""
        wanted = PurePosixPath(self.box.working_directory, inside)
        for mount in sorted(self.box.mounts, key=lambda m: m.target, reverse=True):
            if wanted.is_relative_to(mount.target):
                below = wanted.relative_to(mount.target)
                return mount.source / below if below.parts else mount.source
        raise FileNotFoundError(inside)

    def write(self, inside: str, data: bytes) -> None:
        """PermissionError where the box's mount is read-only."""
        target = self.path(inside)
        if self.box.writable is None or not target.is_relative_to(self.box.writable):
            raise PermissionError(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def say(self, data: bytes) -> None:
        """On standard output."""
        self.said.append(data)


Program = Callable[[Inside], int | Outcome]
"""Ends with an exit code, or with the outcome that the test wants told. One that doesn't
end by itself must return once ``killed`` is set: a thread can't be killed."""


@dataclass
class _Run:
    inside: Inside
    thread: threading.Thread
    began: float
    outcome: Outcome | None = None
    why_killed: str = ""


@dataclass
class FakeEngine:
    """What outlives a runner: images by name and layers, programs by command, and runs."""

    images: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programs: Mapping[tuple[str, ...], Program] = field(default_factory=dict)
    runs: dict[str, _Run] = field(default_factory=dict)
    starts: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    answering: bool = True


class FakeExecutor:
    """The executors' contract over a ``FakeEngine``."""

    name = "fake"

    def __init__(
        self,
        engine: FakeEngine,
        site: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._site, self._monotonic = engine, site, monotonic

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        self._ask()
        if self._engine.images.get(reference, ()) != layers or not layers:
            raise ImageRefused(
                "it isn't there, or isn't as approved",
                where=f"image {reference!r}",
                remedy="Give the engine an image with these layers.",
            )
        return layers[-1]

    def start(self, run_id: str, box: Box) -> None:
        self._ask()
        name = container_name(run_id, self._site)
        with self._engine.lock:
            if name in self._engine.runs:
                return
            inside = Inside(box, threading.Event(), [])
            thread = threading.Thread(target=self._run, args=(name,), daemon=True)
            self._engine.runs[name] = _Run(inside, thread, self._monotonic())
            self._engine.starts.append(run_id)
        thread.start()

    def wait(self, run_id: str) -> Outcome:
        run = self._find(run_id)
        limits = run.inside.box.limits
        while run.thread.is_alive():
            run.thread.join(TICK)
            self._ask()
            if _disk_is_full(run.inside.box):
                self._end(run, "disk")
            elif self._monotonic() - run.began >= limits.wall_clock:
                self._end(run, "time")
        return run.outcome or Outcome(KILLED)

    def stop(self, run_id: str) -> None:
        self._ask()
        run = self._engine.runs.get(container_name(run_id, self._site))
        if run is not None:
            self._end(run, "stopped")

    def logs(self, run_id: str, limit: int = 1024**2) -> bytes:
        return logs.shown(list(self._find(run_id).inside.said), limit)

    def remove(self, run_id: str) -> None:
        self.stop(run_id)
        run = self._engine.runs.pop(container_name(run_id, self._site), None)
        if run is not None:
            run.thread.join()

    def run_ids(self) -> list[str]:
        self._ask()
        mine = container_name("x", self._site)[:-1]
        return sorted(n.removeprefix(mine) for n in self._engine.runs if n.startswith(mine))

    def _ask(self) -> None:
        if not self._engine.answering:
            raise _problem("the container engine", "it isn't answering")

    def _find(self, run_id: str) -> _Run:
        self._ask()
        try:
            return self._engine.runs[container_name(run_id, self._site)]
        except KeyError:
            raise _problem(f"run {run_id}", "its box isn't there") from None

    def _end(self, run: _Run, why: str) -> None:
        if run.thread.is_alive():
            run.why_killed = run.why_killed or why
            run.inside.killed.set()

    def _run(self, name: str) -> None:
        run = self._engine.runs[name]
        run.outcome = _ending(run, _result(self._engine.programs, run.inside))


def _result(programs: Mapping[tuple[str, ...], Program], inside: Inside) -> Outcome:
    program = programs.get(inside.box.command)
    if program is None:
        inside.say(b"command not found\n")
        return Outcome(127)
    try:
        result = program(inside)
    except OSError as error:
        inside.say(f"{type(error).__name__}\n".encode())
        return Outcome(1)
    return result if isinstance(result, Outcome) else Outcome(result)


def _ending(run: _Run, result: Outcome) -> Outcome:
    if run.why_killed:
        result = Outcome(KILLED, timed_out=run.why_killed == "time")
    if _disk_is_full(run.inside.box):
        return Outcome(result.exit_code, disk_full=True)
    return result


def _disk_is_full(box: Box) -> bool:
    limit = box.limits.disk
    return box.writable is not None and disk.used(box.writable, enough=limit) > limit


def _problem(where: str, problem: str) -> PlatformError:
    return PlatformError(
        problem, where=where, remedy="Look at the site's set-up; the job is tried again."
    )
