"""A number in which few people differ from all others is a name for these few."""

import pytest

from output_checker.report import Verdict
from tests.a_cohort import finding
from tests.a_model import a_cohort, judged, verdicts

FRAME = a_cohort()


def mark(few, usual=0.0, other=1.0):
    return [other + n / 100 for n in range(few)] + [usual] * (len(FRAME) - few)


@pytest.mark.parametrize("usual", [0.0, 7.0])
@pytest.mark.parametrize(("few", "refused"), [(1, True), (9, True), (10, False)])
def test_fewer_than_ten_differ(tmp_path, few, usual, refused):
    """Whatever they all have: the intercept takes it up."""
    frame = FRAME.assign(mark=mark(few, usual, usual + 1))
    file = judged(tmp_path, frame, outcome="cost", terms=["age", "mark"])
    assert verdicts(file, "dummies") == [Verdict.FAIL] * refused


def test_the_column_is_named(tmp_path):
    frame = FRAME.assign(mark=mark(3))
    file = judged(tmp_path, frame, outcome="cost", terms=["age", "mark"])
    assert finding(file, "dummies", Verdict.FAIL).cells == ("mark",)
