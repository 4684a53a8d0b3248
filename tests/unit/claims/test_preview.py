"""Where the checker is installed, a table can be asked what it would say."""

import subprocess
import sys

import pytest

from output_checker.claims import crosstab, derived, preview
from output_checker.errors import ClaimError
from output_checker.report import Verdict
from tests.a_cohort import DATASET, Desk, people

PEOPLE = people(
    {("f", "yes"): 4, ("f", "no"): 60, ("m", "yes"): 50, ("m", "no"): 70}, "sex", "ill"
)


@pytest.fixture
def made(tmp_path):
    Desk(tmp_path, PEOPLE)
    return crosstab(PEOPLE, rows="sex", columns="ill", path="output/t.csv", folder=tmp_path)


def test_hidden_cells_are_told_and_that_dummy_data_are_not_real(made):
    told = repr(preview(made))
    assert told.startswith("output/t.csv: pass (verified)")
    assert "hidden, primary between" in told
    assert "Dummy data aren't real" in told.splitlines()[-1]


def test_the_report_itself_can_be_asked(made):
    hidden = [cell.levels for cell in preview(made).report.table.cells if cell.hidden]
    assert ("f", "yes") in hidden


def test_a_path_does_too(made, tmp_path):
    assert repr(preview("output/t.csv", folder=tmp_path)) == repr(preview(made))


def test_a_derived_frame_is_told_apart_by_its_cohort(made, tmp_path):
    derived(PEOPLE, path="output/d.parquet", folder=tmp_path)
    options = {"path": "output/d.csv", "dataset": "output/d.parquet", "folder": tmp_path}
    table = crosstab(PEOPLE, rows="sex", **options)
    found = preview(table, of=DATASET).report
    assert {f.check for f in found.findings if f.verdict is Verdict.REVIEW} == {"derived"}


def test_what_was_not_claimed_cannot_be_asked(tmp_path):
    with pytest.raises(ClaimError, match="isn't a table that was claimed"):
        preview(PEOPLE)
    with pytest.raises(ClaimError, match="has no claim beside it"):
        preview("output/none.csv", folder=tmp_path)


def test_in_a_container_there_is_no_checker_to_ask():
    code = """
import sys
sys.modules["output_checker.check"] = None
from output_checker.claims import preview
try:
    preview("t.csv")
except Exception as told:
    print(told)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "the checker isn't installed here" in done.stdout
