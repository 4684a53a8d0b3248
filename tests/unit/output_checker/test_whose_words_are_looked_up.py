"""A file without a claim is looked up in every cohort of its study, read by its action or
not; one that can't be opened is a refusal."""

from __future__ import annotations

import hashlib

import pytest

from output_checker import report_text
from output_checker.check import Dataset
from output_checker.report import Verdict
from tests.a_cohort import DATASET, Desk, people

NUMBER = 731_943_731_943


@pytest.fixture
def desk(tmp_path):
    frame = people({("a",): 50}, "row")
    frame["patient_id"] += 10**11
    return Desk(tmp_path, frame)


def a_dataset(desk, name, text):
    path = desk.folder / name
    path.write_text(text)
    return Dataset(path, hashlib.sha256(text.encode()).hexdigest())


def codes(desk, **changes):
    desk.write("output/x.txt", f"about {NUMBER}\n".encode())
    (file,) = desk.report(**changes).values()
    return [f.check for f in file.findings if f.verdict is Verdict.FAIL]


def test_a_cohort_that_the_action_didnt_read_counts_too(desk):
    other = a_dataset(desk, "other.csv", f"patient_id,row\n{NUMBER},a\n")
    assert codes(desk) == []
    assert codes(desk, cohorts=[other]) == ["identifiers"]
    assert codes(desk, datasets={}, cohorts=[other]) == ["identifiers"]


def test_a_frame_is_looked_up_in_what_it_was_made_of(desk):
    other = a_dataset(desk, "other.csv", f"patient_id,row\n{NUMBER},a\n")
    frame = Dataset(desk.dataset, desk.sha256, (other,))
    assert codes(desk, datasets={"output/frame.parquet": frame}) == ["identifiers"]


def test_measures_have_no_people_to_look_among(desk):
    measures = a_dataset(desk, "measures.csv", f"measure,ratio\n{NUMBER},0.5\n")
    assert codes(desk, cohorts=[measures]) == []


@pytest.mark.parametrize("text", ["changed since", "patient_id,x\n1,1\n1,2\n"])
def test_a_cohort_that_cannot_be_opened_is_a_refusal(desk, text):
    other = a_dataset(desk, "other.csv", text)
    if text == "changed since":
        other.path.write_text("patient_id\n1\n")
    assert codes(desk, cohorts=[other]) == ["identifiers"]


def test_a_terminal_shows_what_would_leave(desk):
    desk.write("output/x.txt", b"R squared:    0.52\n\n\n\nfine\n")
    (file,) = desk.report(datasets={DATASET: Dataset(desk.dataset, desk.sha256)}).values()
    shown = list(report_text.of_file(file))
    at = shown.index(
        "  Not recomputed; the text as it would leave, written anew by the checker:"
    )
    assert shown[at + 1 :] == ["    R squared:  0.52", "    ", "    fine"]
    assert list(report_text.anew("picture", "iVBO"))[1] == "    (see it in the browser)"
