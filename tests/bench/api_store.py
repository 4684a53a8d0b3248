"""A site whose store holds as many jobs as one has after years, written in one go."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from cli.compose import folder
from cli.compose.folder import SiteFolder
from job_runner.jobs.job import Failure, Job, Kind, State
from job_runner.requests.request import Request
from job_runner.server.tokens import new_token
from job_runner.site.people import Role
from job_runner.store import Store, rows, tables

JOBS_EACH = 5
EVENTS = ("created", "waiting", "preparing", "executing", "collecting", "succeeded")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SETTINGS: dict[str, object] = {
    "name": "bench",
    "warehouse": {"engine": "duckdb", "database": "/nowhere.duckdb", "mapping": "omop"},
    "disclosure": "disclosure.yaml",
    "workers": 1,
    "database_workers": 1,
    "limits": {"memory": "1 G", "cpus": 1, "disk": "1 G", "wall_clock": "1 h"},
    "projects": {"asthma": {"repositories": ["https://example.org/a"], "actions": ["*"]}},
    "images": {
        "cohort:v1": {"reference": "strongroom/cohort:v1", "layers": ["sha256:" + "a" * 64]}
    },
}


def made(root: Path, jobs: int) -> tuple[SiteFolder, str]:
    """The site, and the token of the person whose jobs these are."""
    site = folder.create(root, SETTINGS)
    token = new_token(secrets.token_bytes)
    with Store(site.database) as store:
        store.add_person("ana", [Role.RESEARCHER], token, at=NOON)
        with store._database.write() as connection:
            for number in range(max(1, jobs // JOBS_EACH)):
                _fill(connection, number)
    return site, token


def request_id(number: int) -> str:
    return f"request{number:06}"


def _fill(connection: Connection, number: int) -> None:
    at = NOON + timedelta(minutes=number)
    request = Request(
        id=request_id(number),
        project="asthma",
        repository="https://example.org/a",
        commit=f"{number:040x}",
        actions=("run_all",),
        submitted_by="ana",
        submitted_at=at,
    )
    jobs = [_job(request, n) for n in range(JOBS_EACH)]
    connection.execute(insert(tables.requests).values(rows.request_row(request)))
    connection.execute(insert(tables.jobs), [rows.job_row(job) for job in jobs])
    events = [
        {**rows.event_row(job, "moved", at), "state": state, "failure": None}
        for job in jobs
        for state in EVENTS
    ]
    connection.execute(insert(tables.job_events), events)


def _job(request: Request, number: int) -> Job:
    failed = number == JOBS_EACH - 1
    return Job(
        id=f"{request.id}-{number:04}",
        request_id=request.id,
        workspace=request.project,
        action=f"action_{number}",
        kind=Kind.ANALYSIS if number else Kind.EXTRACTION,
        needs=("action_0",) if number else (),
        created_at=request.submitted_at,
        state=State.FAILED if failed else State.SUCCEEDED,
        failure=Failure.NONZERO_EXIT if failed else None,
        attempts=1,
    )
