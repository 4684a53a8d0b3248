"""An action runs again only if something that it depends on is different."""

from dataclasses import replace

import pytest

from job_runner.jobs.fingerprint import Fingerprint, why_run

LAST = Fingerprint("c1", "sha256:a", ("python", "a.py"), {"output/x": "1", "output/y": "2"})


def test_an_action_like_its_last_success_is_up_to_date():
    assert why_run(LAST, LAST) is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (replace(LAST, code="c2"), "the study's code changed"),
        (replace(LAST, image="sha256:b"), "its image changed"),
        (replace(LAST, command=("python", "b.py")), "its command changed"),
        (replace(LAST, inputs={"output/x": "1"}), "its input output/y is gone"),
        (replace(LAST, inputs={**LAST.inputs, "z": "3"}), "its input z is new"),
        (replace(LAST, inputs={"output/x": "1", "output/y": "0"}), "output/y changed"),
    ],
)
def test_each_difference_is_a_reason(now, reason):
    assert reason in why_run(LAST, now)


def test_what_never_succeeded_runs():
    assert why_run(None, LAST) == "it has not succeeded before"


def test_a_lost_output_is_made_again():
    assert "output/t.csv isn't there" in why_run(LAST, LAST, ("output/t.csv",))
