"""How long what the platform failed is let be, whatever clocks do meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from job_runner.jobs.job import State
from job_runner.jobs.rests import Rests
from tests.jobs_made import NOON, a_job, later

RESTS = Rests(first=1.0, longest=60.0)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 1), (2, 4), (3, 16), (4, 60), (5, 60), (10_000, 60)]
)
def test_each_rest_is_four_times_the_one_before_up_to_the_longest(failures, seconds):
    assert RESTS.after(failures) == seconds
    assert RESTS.until(failures, NOON) == later(seconds)


@pytest.mark.parametrize(
    ("due", "left"),
    [
        pytest.param(10, 10, id="not yet"),
        pytest.param(0, 0, id="now"),
        pytest.param(-5, 0, id="long since"),
        pytest.param(60, 60, id="the longest that there is"),
        pytest.param(3610, 0, id="the clock was set back by an hour"),
        pytest.param(-86_400, 0, id="the clock was set on by a day"),
    ],
)
def test_a_job_rests_until_it_is_due_and_never_longer_than_the_longest(due, left):
    job = replace(a_job("a", State.WAITING), not_before=later(due))
    assert RESTS.left(job, NOON) == left
    assert RESTS.left(a_job("a", State.WAITING), NOON) == 0
