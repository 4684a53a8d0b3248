"""A site's runner, put together."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from cli import clock, progress
from cli.compose.checking import Checking, Expecting, rounding_of
from cli.compose.folder import SiteFolder
from cli.compose.opened import OpenSite
from cli.users import uid_of
from job_runner.definitions import apart
from job_runner.definitions.extraction import WarehouseSource
from job_runner.errors import PlatformError
from job_runner.executors.contract import Executor
from job_runner.jobs import stages
from job_runner.jobs.job import Claim
from job_runner.jobs.ports import Ports, Told
from job_runner.jobs.rests import USUAL, Rests
from job_runner.jobs.runner import Rules, Runner
from job_runner.jobs.scheduler import Capacity
from job_runner.jobs.worker import Worker
from job_runner.observing.spans import JobSpans, Tell
from job_runner.outputs import OutputLimits
from job_runner.site.health import Health
from job_runner.site.policy import SitePolicy
from job_runner.site.tasks import SiteTasks
from output_checker import policy as disclosure
from output_checker.review import store as review_store


def a_claim(site: OpenSite) -> Claim:
    """A new runner's name, and its place: where boxes are found again after a restart.

    A site with a database of its own is on one host. Elsewhere a host is known by its name.
    """
    place = socket.gethostname() if site.policy.database else "here"
    return Claim(clock.new_id(), place)


def runner(
    site: OpenSite,
    executor: Executor,
    *,
    me: Claim | None = None,
    told: Callable[[Told], None],
    trouble: Callable[[Exception], None],
    rests: Rests = USUAL,
    paused: Callable[[], bool] = lambda: False,
    spanned: Tell | None = None,
) -> Runner:
    """The runner of a site; ``told`` and ``trouble`` are for its operator. ``rests``: after
    what the platform failed at. ``paused``: whether no new work may begin. ``me``: its
    name, which is nobody else's, and its place. ``spanned``: is told what took how long,
    to be traced."""
    me = me or a_claim(site)
    spans = JobSpans(spanned or (lambda one: None), clock.now)
    ports = _ports(site, executor, spans, told, rests)
    # Boxes of several hosts never share a folder, though their sites do.
    runs = site.folder.state / "runs" / ("" if site.policy.database is None else me.place)
    return Runner(
        site.store,
        executor,
        Worker(site.store, executor, runs, ports),
        _rules(site.policy),
        runs=runs,
        clock=clock.now,
        monotonic=time.monotonic,
        rests=rests,
        paused=paused,
        trouble=trouble,
        me=me,
        locks=site.folder.locks,
        lease=site.policy.lease,
    )


def _ports(
    site: OpenSite,
    executor: Executor,
    spans: JobSpans,
    told: Callable[[Told], None],
    rests: Rests,
) -> Ports:
    """A site's warehouse, checker, ledger and tasks, as a worker is given them."""
    rules = disclosure.load(site.policy.disclosure)
    checking = Checking(site.folder, rules, review_store.open_store(site.folder.database))
    kinds = stages.stages(
        WarehouseSource(site.policy.warehouse, rounding_of(rules), apart.tell, clock.today),
        OutputLimits(),
        apart.Listening(partial(_heard_by, progress.Terminal().hearing, spans.hearing)),
    )
    return Ports(
        tasks=_tasks(site, executor),
        stages={kind: Expecting(its, checking) for kind, its in kinds.items()},
        after_success=partial(
            checking.after_success, seconds=site.policy.limits.wall_clock
        ),
        record=partial(_recorded, site),
        uid=uid_of,
        clock=clock.now,
        told=partial(_told_to, spans, told),
        rests=rests,
    )


def _recorded(site: OpenSite, kind: str, body: Mapping[str, object]) -> None:
    """A question to the warehouse is on the record with what was said of those who object
    to such questions."""
    if kind == "query":
        said = site.policy.opposition
        body = {**body, "opposition": said.value if said else "not_stated"}
    site.record(kind, body, "the runner")


def _rules(policy: SitePolicy) -> Rules:
    return Rules(
        capacity=Capacity(policy.workers, policy.database_workers),
        most={
            name: Capacity(
                one.workers or policy.workers,
                one.database_workers or policy.database_workers,
            )
            for name, one in policy.projects.items()
        },
        closed=policy.hours.closed,
    )


def _told_to(spans: JobSpans, told: Callable[[Told], None], one: Told) -> None:
    spans.moved(one.job)
    told(one)


@contextmanager
def _heard_by(
    *ears: Callable[[], AbstractContextManager[apart.Heard]],
) -> Iterator[apart.Heard]:
    """What an extraction tells, heard by all of them."""
    with ExitStack() as stack:
        heard = [stack.enter_context(ear()) for ear in ears]

        def all_hear(told: object) -> None:
            for one in heard:
                one(told)

        yield all_hear


def health(folder: SiteFolder, told: Callable[[tuple[PlatformError, ...]], None]) -> Health:
    """The site's disks, looked after. ``told``: what is wrong with them, at each change."""
    return Health((folder.state, folder.store, folder.reports), time.monotonic, told)


def _tasks(site: OpenSite, executor: Executor) -> SiteTasks:
    return SiteTasks(
        policy=site.policy,
        repositories=site.repositories,
        store=site.store,
        executor=executor,
        code=site.folder.state / "code",
        outputs=site.folder.store,
    )
