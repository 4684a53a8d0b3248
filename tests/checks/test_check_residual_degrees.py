"""A model has at least ten patients more than coefficients."""

from dataclasses import replace

import pytest

from output_checker.report import Verdict
from tests.a_cohort import EXACT
from tests.a_model import a_cohort, judged, verdicts


@pytest.mark.parametrize(
    ("people", "least", "refused"),
    [
        (13, 10, False),  # three coefficients and ten more
        (12, 10, True),
        (12, 9, False),
        (103, 101, True),
    ],
)
def test_patients_less_coefficients(tmp_path, people, least, refused):
    policy = replace(EXACT, residual_degrees_of_freedom=least)
    model = {"outcome": "cost", "terms": ["age", "days"]}
    file = judged(tmp_path, a_cohort(people), policy, **model)
    assert verdicts(file, "residual degrees") == [Verdict.FAIL] * refused
    assert (file.table is None) >= refused


def test_a_cox_model_has_no_intercept_to_count(tmp_path):
    model = {"outcome": "ill", "terms": ["age", "visits"], "family": "cox", "time": "days"}
    file = judged(tmp_path, a_cohort(12), **model)
    assert verdicts(file, "residual degrees") == []
