"""Where nothing is left unexplained, everybody's outcome is known."""

import pytest

from output_checker.report import Verdict
from tests.a_model import a_cohort, judged, verdicts

FRAME = a_cohort()


@pytest.mark.parametrize(
    ("error", "refused"), [(0, True), (1e-4, True), (1.0, False), (30.0, False)]
)
def test_an_outcome_that_is_computed_from_the_terms(tmp_path, error, refused):
    cost = 3 * FRAME.age - FRAME.visits + error * (FRAME.cost - 100 - FRAME.age) / 20
    file = judged(
        tmp_path, FRAME.assign(cost=cost), outcome="cost", terms=["age", "visits"]
    )
    assert verdicts(file, "perfect fit") == [Verdict.FAIL] * refused


def test_an_outcome_that_is_the_same_for_all_is_known_too(tmp_path):
    file = judged(tmp_path, FRAME.assign(cost=7.0), outcome="cost", terms=["age", "visits"])
    assert verdicts(file, "perfect fit") == [Verdict.FAIL]
