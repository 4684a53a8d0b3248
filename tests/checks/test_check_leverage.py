"""No person, and no few who are alike, determine alone what a model says of them."""

import pytest

from output_checker.report import Verdict
from tests.a_model import a_cohort, judged, verdicts

FRAME = a_cohort()


def far(place):
    """Visits of which one person's lie at this place."""
    return FRAME.assign(visits=[place, *FRAME.visits[1:]])


@pytest.mark.parametrize(
    ("place", "found"),
    [(5, []), (20, [Verdict.REVIEW]), (60, [Verdict.FAIL])],
)
@pytest.mark.parametrize("family", ["linear", "cox"])
def test_one_person_far_from_all_others(tmp_path, family, place, found):
    model = (
        {"outcome": "cost"} if family == "linear" else {"outcome": "ill", "time": "days"}
    )
    file = judged(tmp_path, far(place), terms=["age", "visits"], family=family, **model)
    assert verdicts(file, "leverage") == found


def test_one_person_with_most_of_the_time(tmp_path):
    """Of a Poisson model the expected number of events is the weight."""
    frame = FRAME.assign(years=[3e4, *[1.0] * (len(FRAME) - 1)])
    model = {"outcome": "visits", "family": "poisson", "time": "years"}
    frame.loc[0, "visits"] = 40_000
    file = judged(tmp_path, frame, terms=["age", "sex"], **model)
    assert verdicts(file, "leverage") == [Verdict.FAIL]


def test_two_columns_that_differ_for_few_people_only(tmp_path):
    """Each has many people on both sides; the difference of their coefficients hasn't."""
    again = [not ill if n < 9 else ill for n, ill in enumerate(FRAME.ill)]
    frame = FRAME.assign(again=again)
    frame.loc[:8, "ill"], frame.loc[:8, "again"] = True, False
    file = judged(tmp_path, frame, outcome="cost", terms=["ill", "again"])
    assert verdicts(file, "leverage") == [Verdict.FAIL]


def test_rows_are_looked_at_a_part_at_a_time(tmp_path, monkeypatch):
    from output_checker.verify import leverage

    monkeypatch.setattr(leverage, "ROWS", 7)
    file = judged(tmp_path, far(60), outcome="cost", terms=["age", "visits"])
    assert verdicts(file, "leverage") == [Verdict.FAIL]
