"""A site's server, put together: the requests' API, reviews, the public record."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from cli import clock
from cli.compose import describing
from cli.compose.opened import OpenSite
from cli.compose.publishing import Published
from cli.compose.remembering import memory, past
from cli.compose.reviewing import Runs, identify
from job_runner.observing.log import Log
from job_runner.observing.metrics import Metrics
from job_runner.observing.spans import Tell
from job_runner.observing.strangers import Strangers
from job_runner.requests.admission import Admission
from job_runner.requests.intake import Desk
from job_runner.server.api import Answered, Api
from job_runner.server.changes import Changes
from job_runner.server.health import Check, Health
from job_runner.server.operations import routes
from job_runner.server.problems import log_trouble
from job_runner.server.told import without_credentials
from job_runner.site.health import FLOOR
from output_checker.differencing.leaving import Leaving
from output_checker.release import Outbox
from output_checker.review import store as review_store
from output_checker.review.pages import PublicRun
from output_checker.review.service import Service
from output_checker.review.site import review_site


def application(
    site: OpenSite,
    changes: Changes,
    *,
    https: bool,
    log: Log | None = None,
    spanned: Tell | None = None,
) -> Starlette:
    """Everything that a site serves. ``https``: whether browsers come by TLS. ``log``: told
    of each call and trouble, if given; ``spanned``: what took how long, to be traced."""
    service = reviews(site)
    service.resume()
    web = review_site(
        service,
        identify=lambda token: identify(site, token),
        public_runs=lambda: public_runs(site),
        key=site.folder.secret("cookies"),
        clock=clock.now,
        new_secret=lambda: secrets.token_urlsafe(32),
        https=https,
        site_name=site.policy.name,
    )
    served: list[BaseRoute] = [
        *routes(_api(site, changes, log, spanned)),
        Mount("/", app=web),
    ]
    return Starlette(routes=served)


def _api(site: OpenSite, changes: Changes, log: Log | None, spanned: Tell | None) -> Api:
    desk = Desk(
        policy=site.policy,
        repositories=site.repositories,
        store=site.store,
        record=site.record,
        clock=clock.now,
        new_id=clock.new_id,
    )
    metrics = Metrics(site.store, site.policy.projects, lambda: _runner_listens(site))

    def answered(one: Answered) -> None:
        metrics.answered(one)
        if log:
            log.answered(one)

    return Api(
        Admission(desk, site.id, site.policy.signatures, os.environ),
        site.store,
        changes,
        clock.now,
        health=health(site),
        metrics=metrics.text,
        trouble=log.trouble if log else log_trouble,
        answered=answered,
        spanned=spanned or (lambda one: None),
        described=describing.document(),
        warehouse=Published(site.policy.description, site.ledger).told,
        unknown=Strangers(partial(_stranger, site), clock.now).came,
    )


def health(site: OpenSite) -> Health:
    """What a site stands on: its database, room on its disk, its ledger."""
    state = site.folder.state
    checks = {
        Check.STORE: lambda: site.store.looks.last_sequence() >= 0,
        Check.DISK: lambda: shutil.disk_usage(state).free >= FLOOR,
        Check.LEDGER: lambda: _can_be_added_to(site),
    }
    return Health(checks, version("strongroom"), lambda: _runner_listens(site))


def _can_be_added_to(site: OpenSite) -> bool:
    site.ledger.head()  # LedgerDamaged where its last line isn't whole and sound
    path = site.folder.ledger
    return os.access(path if path.exists() else path.parent, os.W_OK)


def _runner_listens(site: OpenSite) -> bool:
    return site.runner_listens()


def _stranger(site: OpenSite, count: int) -> None:
    site.record("not admitted", {"why": "unknown_token", "count": count}, "nobody known")


def reviews(site: OpenSite) -> Service:
    """The review of a site, with its outbox."""
    store = review_store.open_store(site.folder.database)
    leaving = Leaving(memory(site.folder), partial(past, site.folder, store))
    outbox = Outbox(
        site.folder.outbox, site.folder.secret("seal"), leaving.put_down, site.record
    )
    return Service(
        store=store,
        find_run=Runs(site).find,
        record=site.record,
        publish=outbox.publish,
        clock=clock.now,
        new_id=clock.new_id,
    )


def public_runs(site: OpenSite) -> Sequence[PublicRun]:
    """Every run on record, latest first, in words of fixed lists."""
    runs = Runs(site)
    return [
        PublicRun(
            id=request.id,
            project=request.project,
            repository=without_credentials(request.repository),
            commit=request.commit,
            queries=runs.queries(request),
            actions=[
                (job.action, job.failure.value if job.failure else job.state.value)
                for job in site.store.jobs(request.id)
            ],
            started_at=request.submitted_at,
        )
        for request in site.store.requests()
    ]


def announce(path: Path, url: str, started_at: datetime) -> None:
    """Write down where the site is served, for those who wait for it."""
    told = {"url": url, "since": started_at.isoformat()}
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.replace(path)
