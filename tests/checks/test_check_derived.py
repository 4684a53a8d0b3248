"""A frame that an action made is of the cohort's people; the rest, people judge."""

import hashlib
import json

import pandas as pd
import pytest

from output_checker.check import Dataset
from output_checker.claims import crosstab, derived
from output_checker.report import FileReport, Verdict, Verification
from tests.a_cohort import DATASET, Desk, finding, people

FRAME = "output/derived.parquet"
PEOPLE = people({("f", 40): 60, ("f", 70): 50, ("m", 40): 55, ("m", 70): 65}, "sex", "age")


def checked(tmp_path, frame, path=FRAME, **table) -> FileReport:
    """The checker's answer on a table about a frame made of the cohort."""
    desk = Desk(tmp_path, PEOPLE)
    if path.endswith(".csv"):
        frame.to_csv(tmp_path / path, index=False)
    else:
        derived(frame, path=path, folder=tmp_path)
    options = {"rows": "sex", "path": "output/t.csv", **table}
    crosstab(frame, dataset=path, folder=tmp_path, **options)
    cohort = Dataset(desk.dataset, desk.sha256)
    sha256 = hashlib.sha256((tmp_path / path).read_bytes()).hexdigest()
    made = Dataset(tmp_path / path, sha256, of=(cohort,))
    return desk.report(files=["output/t.csv"], datasets={DATASET: cohort, path: made})[
        "output/t.csv"
    ]


@pytest.mark.parametrize("path", [FRAME, "output/derived.csv"])
def test_a_column_that_an_action_made_is_named_to_reviewers(tmp_path, path):
    frame = PEOPLE.assign(old=PEOPLE.age > 65)
    file = checked(tmp_path, frame, path, columns="old")
    assert file.verification is Verification.VERIFIED
    told = finding(file, "derived", Verdict.REVIEW)
    assert "made these columns: old." in told.reason
    assert file.table is not None


def test_a_column_that_was_changed_for_one_person_is_no_longer_the_cohorts(tmp_path):
    frame = PEOPLE.copy()
    frame.loc[7, "sex"] = "m"
    told = finding(checked(tmp_path, frame), "derived", Verdict.REVIEW)
    assert "these columns: sex." in told.reason


def test_some_of_the_people_with_the_cohorts_own_columns_are_still_a_choice(tmp_path):
    told = finding(checked(tmp_path, PEOPLE[::2]), "derived", Verdict.REVIEW)
    assert "nobody has recomputed how they were chosen" in told.reason
    assert "columns" not in told.reason


def test_a_column_of_another_type_is_another_column(tmp_path):
    frame = PEOPLE.assign(sex=PEOPLE.sex == "f")
    told = finding(checked(tmp_path, frame), "derived", Verdict.REVIEW)
    assert "these columns: sex." in told.reason


@pytest.mark.parametrize(
    "frame",
    [
        PEOPLE.assign(patient_id=PEOPLE.patient_id + 1),
        PEOPLE.assign(patient_id=PEOPLE.patient_id.map("p{}".format)),
        pd.concat([PEOPLE, PEOPLE.assign(patient_id=PEOPLE.patient_id + 1000)]),
    ],
)
def test_people_who_are_in_no_cohort_are_refused(tmp_path, frame):
    file = checked(tmp_path, frame)
    assert file.verification is Verification.UNVERIFIABLE
    assert file.verdict is Verdict.FAIL


def test_a_table_about_the_cohort_itself_says_nothing_of_this(tmp_path):
    desk = Desk(tmp_path, PEOPLE)
    desk.crosstab(rows="sex")
    assert "derived" not in {f.check for f in desk.file().findings}


def test_a_frame_that_was_changed_since_is_refused(tmp_path):
    desk = Desk(tmp_path, PEOPLE)
    derived(PEOPLE, path=FRAME, folder=tmp_path)
    crosstab(PEOPLE, rows="sex", path="output/t.csv", dataset=FRAME, folder=tmp_path)
    claim = json.loads((tmp_path / "output/t.claim.json").read_bytes())["dataset"]
    PEOPLE[:50].to_parquet(tmp_path / FRAME)
    cohort = Dataset(desk.dataset, desk.sha256)
    made = Dataset(tmp_path / FRAME, claim["sha256"], of=(cohort,))
    report = desk.report(files=["output/t.csv"], datasets={FRAME: made})
    assert report["output/t.csv"].verification is Verification.UNVERIFIABLE
