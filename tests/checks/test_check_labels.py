"""A label that can't be shown as it is, is told at once, not at release."""

import pytest

from output_checker.report import Verdict
from tests.a_cohort import Desk, finding, people


def checked(tmp_path, label):
    desk = Desk(tmp_path, people({(label,): 40, ("b",): 60}, "ward"))
    desk.crosstab(rows="ward", margins=False)
    return desk.file()


@pytest.mark.parametrize("label", ["[hidden]", "[total]", "a\u200b", "a\u202eb"])
def test_what_cant_be_written_is_refused_before_anybody_votes(tmp_path, label):
    file = checked(tmp_path, label)
    assert "can't be written" in finding(file, "labels", Verdict.FAIL).reason
    assert file.table is None


@pytest.mark.parametrize("label", ["hidden", "é", "2024-12", "=1+1"])
def test_plain_labels_are_fine(tmp_path, label):
    assert "labels" not in {found.check for found in checked(tmp_path, label).findings}
