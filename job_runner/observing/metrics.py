"""Numbers for Prometheus: how many jobs stand where, how long they take, who asks.

Labels are words of fixed lists and the names of projects that policy has; a project that
it no longer has counts as ``other``. So there are only so many series, and nothing of what
anybody wrote, or of any person, is among them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from job_runner.jobs.job import RUNNING, TERMINAL, State
from job_runner.jobs.members import Member, Sighting, sightings
from job_runner.server.api import Answered
from job_runner.store import Event, Store

OTHER = "other"
ANSWERS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)
JOBS = (1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 14_400.0, 86_400.0)
"""Upper bounds in seconds."""

STANDINGS = ("working", "draining", "safe_to_stop")


class Metrics:
    """What is measured at a site. ``runner_listens``: whether one does now."""

    def __init__(
        self,
        store: Store,
        projects: Collection[str],
        runner_listens: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._projects = store, frozenset(projects)
        self._listens = runner_listens
        self._registry = CollectorRegistry()
        self._registry.register(_Now(self._standing))
        self._answers = Histogram(
            "strongroom_answer_seconds",
            "How long answers took, by operation of the API and status.",
            ("operation", "status"),
            registry=self._registry,
            buckets=ANSWERS,
        )
        self._took = Histogram(
            "strongroom_job_seconds",
            "How long jobs that ended since the start waited, ran, and took in all.",
            ("project", "stage", "end"),
            registry=self._registry,
            buckets=JOBS,
        )
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._monotonic = monotonic
        self._sighted: dict[str, Sighting] = {}
        self._seen = store.looks.last_sequence()

    def answered(self, one: Answered) -> None:
        """Counts a call."""
        self._answers.labels(one.operation, str(one.status)).observe(one.seconds)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        with self._lock:
            self._take_in_ends()
        return generate_latest(self._registry)

    def _take_in_ends(self) -> None:
        """Jobs that ended since the last look; each is counted once."""
        while events := self._store.looks.events(self._seen):
            for event in events:
                self._seen = event.sequence
                if event.state in TERMINAL and event.happened == "moved":
                    self._take_in(event)

    def _take_in(self, end: Event) -> None:
        request = self._store.request(end.request_id)
        project = self._named(request.project if request else OTHER)
        word = end.failure.value if end.failure else end.state.value
        for stage, seconds in stages(self._store.looks.history(end.job_id)):
            self._took.labels(project, stage, word).observe(seconds)

    def _standing(self) -> Iterable[Metric]:
        jobs = GaugeMetricFamily(
            "strongroom_jobs",
            "Jobs by where they stand, and for what they wait or why they failed.",
            labels=("project", "state", "reason"),
        )
        counts: Counter[tuple[str, str, str]] = Counter()
        for (project, state, waiting, failure), n in self._store.looks.counts().items():
            counts[self._named(project), state, waiting or failure] += n
        for labels, count in sorted(counts.items()):
            jobs.add_metric(labels, count)
        idle = (State.CREATED.value, State.WAITING.value)
        yield jobs
        yield _gauge(
            "strongroom_queue_length",
            "Jobs that wait to be run.",
            sum(n for (_, state, _), n in counts.items() if state in idle),
        )
        yield from self._runners()
        yield _gauge(
            "strongroom_runner_listening",
            "Whether a runner listens on this machine: 1 or 0.",
            float(self._listens()),
        )
        events = CounterMetricFamily(
            "strongroom_events", "Everything that ever happened to a job here."
        )
        events.add_metric((), self._store.looks.last_sequence())
        yield events

    def _runners(self) -> Iterable[Metric]:
        """How many there are, and since when the quietest of them wasn't seen to live: each
        raises a number while it does, and this is our own look at it."""
        now = self._monotonic()
        there = [one for one in self._store.roll.members() if one.gone is None]
        with self._looking:
            self._sighted = sightings(there, self._sighted, now)
            quiet = [now - self._sighted[one.id].at for one in there]
        counts = Counter(_standing_of(one) for one in there)
        runners = GaugeMetricFamily(
            "strongroom_runners", "Runners by what they do.", labels=("standing",)
        )
        for standing in STANDINGS:
            runners.add_metric((standing,), counts[standing])
        yield runners
        yield _gauge(
            "strongroom_runner_quiet_seconds",
            "Since the quietest runner was last seen to live.",
            max(quiet, default=0.0),
        )

    def _named(self, project: str) -> str:
        return project if project in self._projects else OTHER


def _standing_of(member: Member) -> str:
    if member.safe_to_stop:
        return "safe_to_stop"
    return "draining" if member.drain else "working"


class _Now(Collector):
    """Looked at when it is asked for, so that what is told is never old."""

    def __init__(self, look: Callable[[], Iterable[Metric]]) -> None:
        self._look = look

    def collect(self) -> Iterable[Metric]:
        return self._look()

    def describe(self) -> Iterable[Metric]:
        return ()


def stages(history: Iterable[Event]) -> Iterable[tuple[str, float]]:
    """How many seconds a job that has ended waited, ran, and took in all; none is negative,
    though a clock may have been set back meanwhile."""
    first: dict[str, datetime] = {}
    last = None
    for event in history:
        name = "ran" if event.state in RUNNING else "ended"
        if event.state in RUNNING or event.state in TERMINAL:
            first.setdefault(name, event.at)
        first.setdefault("asked", event.at)
        last = event.at
    if last is None:
        return []
    ran = first.get("ran", last)
    spans = {
        "waiting": ran - first["asked"],
        "running": last - ran,
        "whole": last - first["asked"],
    }
    return [(name, max(0.0, span.total_seconds())) for name, span in spans.items()]


def _gauge(name: str, told: str, value: float) -> Metric:
    metric = GaugeMetricFamily(name, told)
    metric.add_metric((), value)
    return metric
