"""As many coefficients as kinds of people are a table."""

import pytest

from output_checker.claims import bands
from output_checker.report import Verdict
from tests.a_model import a_cohort, judged, verdicts

FRAME = a_cohort()


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ({"outcome": "cost", "terms": "sex"}, True),
        ({"outcome": "cost", "terms": bands("age", [40, 60])}, True),
        ({"outcome": "ill", "terms": "arm", "family": "logistic"}, True),
        ({"outcome": "visits", "terms": "ill", "family": "poisson"}, True),
        ({"outcome": "cost", "terms": ["sex", "arm"]}, False),
        ({"outcome": "cost", "terms": "age"}, False),
        # A baseline that nobody is told: hazards are compared, none is shown.
        ({"outcome": "ill", "terms": "sex", "family": "cox", "time": "days"}, False),
    ],
)
def test_kinds_of_people_and_coefficients(tmp_path, model, refused):
    file = judged(tmp_path, FRAME, **model)
    assert verdicts(file, "saturated") == [Verdict.FAIL] * refused
    assert (file.table is None) is refused


def test_a_product_spelled_out_is_a_table_too(tmp_path):
    """Three yes/no columns for four kinds of people."""
    both = FRAME.ill & (FRAME.sex == "male")
    terms = ["sex", "ill", "both"]
    file = judged(tmp_path, FRAME.assign(both=both), outcome="cost", terms=terms)
    assert verdicts(file, "saturated") == [Verdict.FAIL]
