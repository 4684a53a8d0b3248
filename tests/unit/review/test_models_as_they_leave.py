"""A regression in every form in which it is shown, inside and outside."""

import csv
import io
import json

import pytest

from output_checker import canonical, figures, report_json
from output_checker.report import Report
from output_checker.review import report_html
from output_checker.review.grid import Shown, grid
from tests.a_cohort import DEFAULT, Desk
from tests.a_model import a_cohort

HEAD = ["term", "level", "estimate", "se", "n", "residual df"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("study"), a_cohort(301))
    model = {"outcome": "cost", "terms": ["age", "arm"], "where": [("days", ">", 1)]}
    desk.make("regression", title="What care costs", **model)
    return desk


@pytest.fixture(scope="module")
def table(desk):
    table = desk.file(DEFAULT).table
    assert table is not None
    canonical.check(table)
    return table


def test_a_line_for_each_coefficient_after_its_reference(table):
    head, *lines = csv.reader(io.StringIO(canonical.as_csv(table).decode()))
    assert head == HEAD
    assert [line[:2] for line in lines] == [
        ["(intercept)", ""],
        ["age", ""],
        ["arm", "a"],
        ["arm", "b"],
        ["arm", "c"],
    ]
    assert lines[2][2:4] == ["0.0", ""]
    assert all(float(line[3]) > 0 for line in lines if line[1] != "a")


def test_n_is_rounded_and_the_residual_degrees_follow_from_it(table):
    frame = a_cohort(301)
    assert (frame.days > 1).sum() not in (295, 300)
    assert {(c.values["n"], c.values["residual df"]) for c in table.cells} == {(295, 291)}


def test_what_is_explained_and_of_whom_is_told_with_it(table):
    body = json.loads(canonical.as_json(table))
    assert body["variable"] == "cost, linear model"
    assert body["population"] == "days > 1; with a value of each column of the model"
    assert "n is rounded" in body["protection"]
    assert body["cells"][0]["levels"] == {"term": "(intercept)", "level": ""}


def test_nothing_of_the_authors_file_leaves(desk, table):
    """Its numbers have all their digits."""
    theirs = (desk.folder / "output/t.csv").read_text()
    digits = {word for word in theirs.replace("\n", ",").split(",") if len(word) > 12}
    assert len(digits) == 8
    ours = canonical.as_csv(table) + canonical.as_json(table)
    assert not any(word.encode() in ours for word in digits)


def test_a_reviewer_sees_a_line_for_each(table):
    shown = grid(table)
    assert (*shown.labels, *shown.columns) == tuple(HEAD)
    reference = shown.rows[2]
    assert reference.cells[:2] == (Shown("0.0", "number"), Shown("–", "none"))
    assert not any(row.total for row in shown.rows)


def test_a_report_of_a_model_is_read_back_and_shown(desk):
    report = Report("job-1", DEFAULT.sha256, (desk.file(DEFAULT),))
    assert report_json.loads(report_json.dumps(report)) == report
    assert b"What care costs" in report_html.page(report)


def test_no_picture_is_drawn_of_a_model(table):
    assert figures.draw(table) == {}
