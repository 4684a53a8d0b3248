"""Runners that share a store are killed at random moments: each job still ends once."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from job_runner.jobs.job import TERMINAL, State
from job_runner.store import Store
from tests.a_crowd import ACTIONS, Crowd
from tests.jobs_made import a_job, a_request

JOBS, REQUESTS, KILLS, SECONDS = 200, 20, 12, 120


def submitted(store: Store) -> None:
    """Chains of two, in twenty workspaces."""
    for number in range(REQUESTS):
        name = f"r{number}"
        jobs = [
            a_job(one, needs=ACTIONS[i - 1] if i % 2 else "", request=name, workspace=name)
            for i, one in enumerate(ACTIONS)
        ]
        store.create_request(a_request(name, ACTIONS), jobs)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_each_job_ends_once_and_starts_once_an_attempt(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """On one host, where a lock proves that a runner is dead; on two, where only the lease
    does for the other's."""
    chance = random.Random(5)
    if kind == "sqlite":
        crowd = Crowd(f"sqlite:///{tmp_path / 'site.sqlite'}", tmp_path)
    else:
        url = request.getfixturevalue("postgres_url")
        crowd = Crowd(url, tmp_path, places=("north", "south"))
    with Store(crowd.url) as store:
        submitted(store)
        with crowd.there(3):
            end = time.monotonic() + SECONDS
            for kills in itertools.count():
                time.sleep(chance.uniform(0.05, 0.4))
                if not store.active_jobs():
                    break
                assert time.monotonic() < end, "jobs are left that nobody carries on"
                crowd.replace_those_that_ended()
                if kills < KILLS:
                    crowd.kill(chance.randrange(3))
        check(store, crowd)


def check(store: Store, crowd: Crowd) -> None:
    jobs = [job for n in range(REQUESTS) for job in store.jobs(f"r{n}")]
    assert len(jobs) == JOBS
    assert {job.state for job in jobs} == {State.SUCCEEDED}
    ends = Counter(e.job_id for e in store.events_after(0, limit=10**6) if over(e.state))
    assert ends == {job.id: 1 for job in jobs}
    starts = crowd.starts
    assert len({(job, attempt) for job, attempt, _ in starts}) == len(starts)
    assert {job for job, _, _ in starts} == {job.id for job in jobs}
    attempts = {job.id: job.attempts for job in jobs}
    assert all(attempt <= attempts[job] for job, attempt, _ in starts)
    last = {job: pid for job, _, pid in starts}
    begun_again = [(job, pid) for job, n, pid in starts if n < attempts[job]]
    assert all(pid in crowd.gone for _, pid in begun_again), "while its runner lived"
    assert len(last) == JOBS


def over(state: State) -> bool:
    return state in TERMINAL
