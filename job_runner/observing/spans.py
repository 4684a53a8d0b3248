"""What took how long, of one request: its submission, the stages of its jobs, and the steps
of their extractions. Ids and words of fixed lists; never how many rows there were."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from job_runner.definitions.apart import Heard
from job_runner.jobs.job import RUNNING, TERMINAL, Job, State


@dataclass(frozen=True)
class Spanned:
    """Something that began and ended. ``key`` is its own, the same in every process;
    ``parent``: of what it was part of, or empty. ``outcome``: a word of a fixed list."""

    name: str
    request: str
    key: str
    parent: str
    began: datetime
    ended: datetime
    job: str | None = None
    outcome: str | None = None


Tell = Callable[[Spanned], object]

STEPS = frozenset({"asking", "reading rows", "writing rows"})
"""What an extraction tells of itself."""


def submission(request: str, began: datetime, ended: datetime) -> Spanned:
    """A request, from when it came until it was stored; all its jobs are part of it."""
    return Spanned("request", request, _of_request(request), "", began, ended)


@dataclass
class JobSpans:
    """Spans of a runner's jobs, from what is told of each of their moves."""

    tell: Tell
    clock: Callable[[], datetime]
    _since: dict[str, tuple[State, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _here: threading.local = field(default_factory=threading.local)

    def moved(self, job: Job) -> None:
        """It is in this state now. Told in the thread that carries the job on."""
        now = self.clock()
        self._here.job = job if job.state in RUNNING else None
        with self._lock:
            before = self._since.pop(job.id, None)
            if job.state not in TERMINAL:
                self._since[job.id] = (job.state, now)
        if before is not None:
            state, since = before
            key = f"{_of_job(job)}:{job.attempts}:{state.value}"
            self._tell(job, state.value, key, _of_job(job), since, now)
        if job.state in TERMINAL:
            parent, key = _of_request(job.request_id), _of_job(job)
            outcome = job.failure.value if job.failure else job.state.value
            self._tell(job, "job", key, parent, job.created_at, now, outcome)

    @contextmanager
    def hearing(self) -> Iterator[Heard]:
        """Hears an extraction of the job that this thread carries on: a span each step."""
        job: Job | None = getattr(self._here, "job", None)
        steps: list[tuple[str, datetime]] = []

        def heard(told: tuple[str, object, object]) -> None:
            if told[0] in STEPS and (not steps or steps[-1][0] != told[0]):
                steps.append((told[0], self.clock()))

        try:
            yield heard
        finally:
            if job is not None and steps:
                self._tell_steps(job, steps)

    def _tell_steps(self, job: Job, steps: list[tuple[str, datetime]]) -> None:
        ends = [*(since for _, since in steps), self.clock()][1:]
        parent = f"{_of_job(job)}:{job.attempts}:{job.state.value}"
        for number, ((name, since), end) in enumerate(zip(steps, ends, strict=True)):
            self._tell(job, name, f"{parent}:{number}", parent, since, end)

    def _tell(
        self,
        job: Job,
        name: str,
        key: str,
        parent: str,
        began: datetime,
        ended: datetime,
        outcome: str | None = None,
    ) -> None:
        end = max(began, ended)  # a clock may have been set back meanwhile
        self.tell(Spanned(name, job.request_id, key, parent, began, end, job.id, outcome))


def _of_request(request: str) -> str:
    return f"request:{request}"


def _of_job(job: Job) -> str:
    return f"job:{job.id}"
