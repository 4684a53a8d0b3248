"""A picture that can't be drawn of what is shown is told at once, not at release."""

import pytest

from output_checker.report import Verdict
from tests.a_cohort import DEFAULT, Desk, finding, people

COUNTS = {(row, ill): 30 for row in range(30) for ill in (True, False)}


@pytest.mark.parametrize(
    ("kind", "table", "problem"),
    [
        ("rates", {"numerator": "ill", "figure": "bar"}, "no groups to draw"),
        ("histogram", {"value": "age", "edges": [15], "by": "row"}, "more than 24 groups"),
    ],
)
def test_pictures_that_cannot_be_drawn(tmp_path, kind, table, problem):
    frame = people(COUNTS, "row", "ill")
    frame["age"] = frame.row
    desk = Desk(tmp_path, frame)
    desk.make(kind, **table)
    file = desk.file(DEFAULT)
    assert problem in finding(file, "figure", Verdict.FAIL).reason
    assert file.table is None


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("rates", {"numerator": "ill", "by": "row", "figure": "bar"}),
        ("rates", {"numerator": "ill"}),
        ("crosstab", {"rows": "row", "figure": "line"}),
        ("histogram", {"value": "row", "edges": [10, 20], "by": "ill"}),
    ],
)
def test_pictures_that_can(tmp_path, kind, table):
    desk = Desk(tmp_path, people(COUNTS, "row", "ill"))
    desk.make(kind, **table)
    assert "figure" not in {f.check for f in desk.file(DEFAULT).findings}
