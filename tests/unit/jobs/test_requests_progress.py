"""The state of a request, from those of its jobs."""

from __future__ import annotations

import pytest

from job_runner.jobs.job import State
from job_runner.requests.request import progress
from tests.jobs_made import a_job


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("created", "waiting"),
        ("created waiting", "waiting"),
        ("waiting preparing", "running"),
        ("waiting succeeded", "running"),
        ("waiting failed", "running"),
        ("collecting failed", "running"),
        ("succeeded succeeded", "succeeded"),
        ("succeeded failed", "failed"),
    ],
)
def test_a_request_is_over_when_all_its_jobs_are(states: str, expected: str) -> None:
    jobs = [a_job(f"s{i}", State(word)) for i, word in enumerate(states.split())]
    assert progress(jobs).value == expected
