"""Rates, percentiles, histograms and life tables are counted again from the cohort file."""

import json
import random

import pandas as pd
import pytest

from output_checker.report import Verdict, Verification
from tests.a_cohort import EXACT, Desk, finding

dice = random.Random(11)
SIZE = 500
PEOPLE = pd.DataFrame(
    {
        "patient_id": range(1, SIZE + 1),
        "sex": [dice.choice(["female", "male", None]) for _ in range(SIZE)],
        "ill": [dice.choice([True, False, False, None]) for _ in range(SIZE)],
        "age": [dice.choice([None, *range(10, 90)]) for _ in range(SIZE)],
        "cost": [dice.choice([None, dice.expovariate(0.01)]) for _ in range(SIZE)],
        "years": [dice.choice([None, round(5 * dice.random(), 3)]) for _ in range(SIZE)],
        "days": [dice.choice([None, *range(1, 400)]) for _ in range(SIZE)],
        "died": [dice.choice(["yes", "no", None]) for _ in range(SIZE)],
    }
)
OF_EACH = [
    ("rates", {"numerator": "ill"}),
    ("rates", {"numerator": "ill", "by": ["sex"], "margins": False}),
    ("rates", {"numerator": "ill", "by": "sex", "time": "years", "per": 100}),
    ("rates", {"numerator": "died", "where": [("age", ">", 40)], "by": "sex"}),
    ("percentiles", {"value": "cost", "by": "sex"}),
    ("percentiles", {"value": "age", "by": ["sex", "ill"], "at": (2.5, 10, 33.3, 97.5)}),
    ("histogram", {"value": "age", "edges": [5, 20, 40, 60, 95], "by": "sex"}),
    ("histogram", {"value": "cost", "edges": [100, 200], "missing": "excluded"}),
    ("survival", {"time": "days", "event": "died", "steps": [100, 200, 300, 900]}),
    (
        "survival",
        {"time": "days", "event": "died", "steps": [200], "by": "sex", "margins": False},
    ),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("study"), PEOPLE)


@pytest.mark.parametrize(("kind", "table"), OF_EACH)
def test_a_table_from_the_cohort_is_verified(study, kind, table):
    study.make(kind, **table)
    assert study.file(EXACT).verification is Verification.VERIFIED


def changed(study, change):
    """The claim of t with its first cell that has somebody changed."""
    path = study.folder / "output/t.claim.json"
    body = json.loads(path.read_bytes())
    cell = next(c for c in body["cells"] if c["values"]["n"])
    change(cell["values"])
    path.write_text(json.dumps(body))
    return cell["levels"]


@pytest.mark.parametrize(
    ("kind", "table", "measure"),
    [
        ("rates", {"numerator": "ill", "by": "sex"}, "n"),
        ("percentiles", {"value": "cost", "by": "sex"}, "p50"),
        ("histogram", {"value": "age", "edges": [20, 40], "by": "sex"}, "n"),
        ("survival", {"time": "days", "event": "died", "steps": [200]}, "n"),
    ],
)
def test_a_number_that_the_cohort_does_not_give_is_named(study, kind, table, measure):
    study.make(kind, **table)
    levels = changed(study, lambda values: values.update({measure: 1 + values[measure]}))
    file = study.file(EXACT)
    assert file.verification is Verification.MISMATCH
    assert finding(file, "truth", Verdict.FAIL).cells == (", ".join(levels),)


def test_person_time_is_compared_where_it_is_claimed(study):
    study.make("rates", numerator="ill", by="sex", time="years")
    path = study.folder / "output/t.claim.json"
    body = json.loads(path.read_bytes())
    total = next(c for c in body["cells"] if c["levels"] == ["female", None])
    total["values"]["time"] *= 1.01
    path.write_text(json.dumps(body))
    file = study.file(EXACT)
    assert finding(file, "truth", Verdict.FAIL).cells == ("female, total",)


def test_person_time_below_zero_is_no_person_time(tmp_path):
    desk = Desk(tmp_path, PEOPLE.assign(years=PEOPLE["years"] - 1))
    right = PEOPLE.assign(years=PEOPLE["years"].abs())
    desk.make("rates", frame=right, numerator="ill", time="years")
    file = desk.file(EXACT)
    assert file.verification is Verification.UNVERIFIABLE
    assert "below zero" in finding(file, "truth", Verdict.FAIL).reason


def test_a_numerator_with_other_levels_is_named(tmp_path):
    """The author's frame says yes and no; the cohort has words for more."""
    desk = Desk(tmp_path, PEOPLE.assign(died=PEOPLE["died"].fillna("perhaps")))
    desk.make("rates", frame=PEOPLE, numerator="died")
    file = desk.file(EXACT)
    assert "died: perhaps" in finding(file, "truth", Verdict.FAIL).cells


def test_percentiles_of_words_cannot_be_recomputed(tmp_path):
    desk = Desk(tmp_path, PEOPLE.assign(age=PEOPLE["sex"]))
    desk.make("percentiles", frame=PEOPLE, value="age", by="ill")
    file = desk.file(EXACT)
    assert file.verification is Verification.UNVERIFIABLE
    assert "isn't a number" in finding(file, "truth", Verdict.FAIL).reason


def test_a_table_has_a_largest_size(tmp_path):
    """As many groups as patients: no claim has so many, and memory has its bounds."""
    words = [f"w{n}" for n in range(20_001)]
    frame = pd.DataFrame({"patient_id": range(20_001), "word": words})
    desk = Desk(tmp_path, frame)
    desk.crosstab(frame=frame.head(10), rows="word")
    file = desk.file(EXACT)
    assert "more than 20000 groups" in finding(file, "truth", Verdict.FAIL).reason
