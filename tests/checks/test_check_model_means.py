"""What a few people make up of a group's total isn't told by a model either."""

import pytest

from output_checker.report import Verdict
from tests.a_cohort import finding
from tests.a_model import a_cohort, judged, verdicts

FRAME = a_cohort()


def test_two_people_who_make_up_nearly_all_of_a_group(tmp_path):
    among = FRAME.index[FRAME.arm == "b"]
    cost = FRAME.cost.mask(FRAME.arm == "b", 0.5 + FRAME.index / 1000)
    cost[among[:2]] = [9000.0, 8000.0]
    file = judged(tmp_path, FRAME.assign(cost=cost), outcome="cost", terms=["age", "arm"])
    assert "arm: b" in finding(file, "model means", Verdict.FAIL).cells


def test_without_groups_the_whole_is_one(tmp_path):
    frame = FRAME.assign(cost=[1e6, 1e6, *FRAME.cost[2:]])
    file = judged(tmp_path, frame, outcome="cost", terms="age")
    assert finding(file, "model means", Verdict.FAIL).cells == ("cost",)


def test_one_person_with_nearly_all_of_the_time(tmp_path):
    frame = FRAME.assign(years=[4e3, *[1.0] * (len(FRAME) - 1)])
    frame.loc[0, "visits"] = 3
    model = {"outcome": "visits", "family": "poisson", "time": "years"}
    file = judged(tmp_path, frame, terms=["age", "sex"], **model)
    assert "sex: total" in finding(file, "model means", Verdict.FAIL).cells


@pytest.mark.parametrize(("few", "refused"), [(9, True), (10, False)])
def test_few_of_a_group_who_ever_had_an_event(tmp_path, few, refused):
    in_b = FRAME.arm == "b"
    place = in_b.cumsum()
    visits = FRAME.visits.mask(in_b, (place <= few).astype(int))
    frame = FRAME.assign(visits=visits)
    model = {"outcome": "visits", "family": "poisson"}
    file = judged(tmp_path, frame, terms=["age", "arm"], **model)
    assert verdicts(file, "model means") == [Verdict.FAIL] * refused


def test_the_mean_of_a_yes_no_is_a_count(tmp_path):
    frame = FRAME.assign(ill=FRAME.ill.astype(int))
    file = judged(tmp_path, frame, outcome="ill", terms=["age", "sex"])
    assert 'family="logistic"' in finding(file, "model means", Verdict.FAIL).remedy
