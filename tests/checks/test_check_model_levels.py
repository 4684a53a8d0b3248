"""Every group of a model, with and without its outcome, is ten patients or more."""

import pandas as pd
import pytest

from output_checker.claims import bands
from output_checker.report import Verdict
from tests.a_cohort import DEFAULT, finding
from tests.a_model import a_cohort, judged

FRAME = a_cohort()
LINEAR = {"outcome": "cost"}
LOGISTIC = {"outcome": "ill", "family": "logistic"}
COX = {"outcome": "ill", "family": "cox", "time": "days"}


def with_few(many: int, **others: object) -> pd.DataFrame:
    """So many of the cohort have arm d; they have these values."""
    return FRAME.assign(
        arm=["d"] * many + list(FRAME.arm[many:]),
        **{
            name: [value] * many + list(FRAME[name][many:])
            for name, value in others.items()
        },
    )


@pytest.mark.parametrize("model", [LINEAR, LOGISTIC, COX])
def test_nine_patients_in_a_level_are_too_few(tmp_path, model):
    file = judged(tmp_path, with_few(9), terms=["age", "arm"], **model)
    cells = finding(file, "model levels", Verdict.FAIL).cells
    assert any(cell.startswith("arm: d") for cell in cells)
    assert file.table is None


def test_some_more_in_a_level_are_enough(tmp_path):
    file = judged(tmp_path, with_few(12), terms=["age", "arm"], **LINEAR)
    assert file.table is not None


@pytest.mark.parametrize("model", [LOGISTIC, COX])
@pytest.mark.parametrize("yes", [9, 10, 31, 30])
def test_ten_with_and_ten_without_the_outcome(tmp_path, model, yes):
    frame = with_few(40)
    frame.loc[:39, "ill"] = [n < yes for n in range(40)]
    file = judged(tmp_path, frame, terms=["age", "arm"], **model)
    assert (file.table is not None) is (yes in (10, 30))


def test_bands_of_a_number_are_groups(tmp_path):
    file = judged(tmp_path, FRAME, terms=["days", bands("age", [79])], **LINEAR)
    few = (FRAME.age >= 79).sum()
    assert 0 < few < 10
    assert finding(file, "model levels", Verdict.FAIL).cells == ("age: 79 or over",)


def test_a_number_of_two_values_is_two_groups(tmp_path):
    frame = FRAME.assign(mark=[1.5] * 9 + [0.5] * (len(FRAME) - 9))
    file = judged(tmp_path, frame, terms=["age", "mark"], **LOGISTIC)
    cells = finding(file, "model levels", Verdict.FAIL).cells
    assert "mark: 1.5 or over, total" in cells


def test_a_yes_no_outcome_that_few_have_is_refused_without_any_groups(tmp_path):
    frame = FRAME.assign(ill=FRAME.index % 40 == 0)
    file = judged(tmp_path, frame, terms="age", **LOGISTIC)
    assert finding(file, "model levels", Verdict.FAIL).cells == ("ill: yes",)


def test_many_patients_of_two_practices_are_these_practices(tmp_path):
    practice = [
        ("p", "q")[n % 2] if arm == "c" else n % 9 for n, arm in enumerate(FRAME.arm)
    ]
    frame = FRAME.assign(practice_id=list(map(str, practice)))
    file = judged(tmp_path, frame, DEFAULT, terms=["age", "arm"], **LINEAR)
    assert finding(file, "model levels", Verdict.FAIL).cells == ("arm: c",)
