"""The API that takes requests and tells how they are: words of fixed lists, never a log.

Who asks is known by an Authorization header only, so no other web page can call this in
somebody's name.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest

from job_runner.jobs.job import TERMINAL, Job
from job_runner.observing import spans
from job_runner.requests import signed
from job_runner.requests.admission import Admission
from job_runner.requests.request import Request
from job_runner.server import asked, identify, told
from job_runner.server.changes import Changes
from job_runner.server.health import Health
from job_runner.server.identify import Move
from job_runner.server.problems import NobodyKnown, Unknown, log_trouble
from job_runner.site.people import Person
from job_runner.store import Store
from job_runner.store.looks import Status

LOOK_EVERY = 1.0
"""Seconds between looks at the store while somebody waits. Taps tell of changes at once;
this is for taps that get lost. A look takes a millisecond: at five a second, fifty who
wait took a quarter of a core."""

SUBMISSIONS = 4
"""Taken up at once. Others queue, so that a repository that never answers holds up
submissions only, and nobody who looks at a request."""


@dataclass(frozen=True)
class Answered:
    """One call that was answered: of which operation, how, and in how many seconds."""

    operation: str
    status: int
    seconds: float


def _hands() -> Executor:
    return ThreadPoolExecutor(SUBMISSIONS, thread_name_prefix="submission")


@dataclass(frozen=True)
class Api:
    """What the routes need. ``admission``: the door to the desk that takes requests.
    ``changes`` is told whenever the store may have changed.

    ``health``: what is told of it. ``metrics``: the text of all that is measured.
    ``trouble`` is told, for the operator, what a caller only sees as the site being out of
    order; ``answered`` is told of every call. ``unknown``: of who came to submit with a
    token that is nobody's. ``described``: all that is served, where that is more than
    this API. ``warehouse``: the description of what is served, if one is published.
    ``spanned``: of how long submissions took, to be traced.
    """

    admission: Admission
    store: Store
    changes: Changes
    clock: Callable[[], datetime]
    health: Health = field(default_factory=Health)
    metrics: Callable[[], bytes] = bytes
    trouble: Callable[[Exception], object] = log_trouble
    answered: Callable[[Answered], object] = lambda answered: None
    unknown: Callable[[], object] = lambda: None
    spanned: spans.Tell = lambda one: None
    described: Mapping[str, object] = field(default_factory=dict)
    warehouse: Callable[[], Mapping[str, object] | None] = lambda: None
    monotonic: Callable[[], float] = time.monotonic
    submissions: Executor = field(default_factory=_hands)

    async def submit(self, http: HttpRequest) -> Mapping[str, object]:
        person = await run_in_threadpool(self._submitter, http)
        identify.refuse_unless(person, Move.SUBMIT)
        began, submission = self.clock(), await asked.submission(http)
        loop, admit = asyncio.get_running_loop(), self.admission.admit
        request = await loop.run_in_executor(self.submissions, admit, submission, person)
        self.spanned(spans.submission(request.id, began, self.clock()))
        return await run_in_threadpool(self._told, request.id)

    async def about(self, http: HttpRequest) -> Mapping[str, object]:
        """What a client needs to know to sign a request for this site."""
        person = await run_in_threadpool(self.person, http)
        required = self.admission.required
        return {
            "site": self.admission.site,
            "person": person.name,
            "signatures": "required" if required else "optional",
            "format": signed.FORMAT,
            "version": signed.VERSION,
        }

    async def serves(self, http: HttpRequest) -> Mapping[str, object]:
        """What the warehouse serves, as the custodian published it; Unknown."""
        await run_in_threadpool(self.person, http)
        found = await run_in_threadpool(self.warehouse)
        if found is None:
            raise Unknown(
                "this site has published no description of its warehouse",
                where="the site",
                remedy="Ask its custodian for one (strongroom warehouse describe).",
            )
        return found

    async def every(self, http: HttpRequest) -> Mapping[str, object]:
        person = await run_in_threadpool(self.person, http)
        return {"requests": await run_in_threadpool(self._every, person)}

    async def get(self, http: HttpRequest) -> Mapping[str, object]:
        """At once, or with ``wait`` and ``after`` once there is a later event."""
        wait = asked.wait(http)
        _, status = await run_in_threadpool(self.seen, http)
        if wait is None:
            return _as_told(status)
        await self._later_event(http, status.request, wait)
        return await run_in_threadpool(self._told, status.request.id)

    async def cancel(self, http: HttpRequest) -> Mapping[str, object]:
        person, status = await run_in_threadpool(self.seen, http)
        identify.refuse_unless(person, Move.CANCEL, status.request)
        jobs = _meant(http, status)
        await asked.nothing(http)
        await run_in_threadpool(self._cancel, status.request.id, jobs, person)
        return await run_in_threadpool(self._told, status.request.id)

    def person(self, http: HttpRequest) -> Person:
        """Whose token was sent; NobodyKnown."""
        return identify.person(http.headers.get("authorization"), self.store, self.clock)

    def seen(self, http: HttpRequest) -> tuple[Person, Status]:
        """Who asks, and the request that the address names; NobodyKnown, Unknown."""
        header = http.headers.get("authorization")
        return identify.seen(header, self.store, self.clock, wanted(http))

    def _submitter(self, http: HttpRequest) -> Person:
        try:
            return self.person(http)
        except NobodyKnown:
            self.unknown()
            raise

    async def _later_event(
        self, http: HttpRequest, request: Request, wait: asked.Wait
    ) -> None:
        """Returns at a later event, or when the time is over or the caller gone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait.seconds
        with self.changes.expected() as changed:
            while await run_in_threadpool(self.store.last_event, request.id) <= wait.after:
                left = until - loop.time()
                if left <= 0 or await http.is_disconnected():
                    return
                await set_within(changed, min(left, LOOK_EVERY))
                changed.clear()

    def _every(self, person: Person) -> list[dict[str, object]]:
        author = None if identify.may(person, Move.LOOK) else person.name
        requests = self.store.requests(submitted_by=author)
        states = self.store.states([request.id for request in requests])
        return [told.briefly(request, states[request.id]) for request in requests]

    def _told(self, request_id: str) -> Mapping[str, object]:
        status = self.store.looks.status(request_id)
        assert status is not None, "requests are never removed"
        return _as_told(status)

    def _cancel(self, request: str, jobs: Meant, person: Person) -> None:
        if all(job.state in TERMINAL or job.cancel_asked for job in jobs.jobs):
            return
        # Before it is done: what a runner does must never be missing on the record.
        body = {"request": request, **({} if jobs.all else {"job": jobs.jobs[0].id})}
        self.admission.desk.record("cancel", body, person.name)
        actions = None if jobs.all else [job.action for job in jobs.jobs]
        self.store.ask_cancel(request, at=self.clock(), actions=actions)


@dataclass(frozen=True)
class Meant:
    """The jobs that a call is about: all of a request's, or the one in the address."""

    jobs: Sequence[Job]
    all: bool


def _meant(http: HttpRequest, status: Status) -> Meant:
    """Unknown where the address names a job that the request hasn't."""
    job_id = http.path_params.get("job")
    if job_id is None:
        return Meant(status.jobs, all=True)
    found = [job for job in status.jobs if job.id == job_id]
    if not found:
        raise Unknown(
            "the request has no such job",
            where=f"job {ascii(job_id)[:60]}",
            remedy="Look at its jobs: strongroom status REQUEST --json.",
        )
    return Meant(found, all=False)


def wanted(http: HttpRequest) -> str:
    """The id in the address."""
    return str(http.path_params["id"])


async def set_within(changed: asyncio.Event, seconds: float) -> bool:
    """Whether it was set before these seconds were over."""
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _as_told(status: Status) -> Mapping[str, object]:
    return told.request(status.request, status.jobs, status.sequence)
