"""Rates, percentiles and life tables with a part of a line hidden, in every form."""

import csv
import io
import json
from dataclasses import replace

import pytest

from output_checker import canonical, figures, report_json, report_text
from output_checker.report import Cell, Hidden, Report
from output_checker.review import report_html
from output_checker.review.grid import Shown, grid
from tests.a_cohort import EXACT, Desk, people

P = Hidden.PRIMARY


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    frame = people({("a", True): 4, ("a", False): 50, ("b", True): 40, ("b", False): 60,
                    ("c", True): 20, ("c", False): 45}, "row", "ill")  # fmt: skip
    frame["days"] = [1 + n * 7 % 100 for n in range(len(frame))]
    desk = Desk(tmp_path_factory.mktemp("study"), frame)
    desk.make("rates", "output/rates.csv", numerator="ill", by="row", figure="bar")
    desk.make("rates", "output/one.csv", numerator="ill")
    desk.make("percentiles", "output/p.csv", value="days", by="row", at=(5, 50))
    desk.make("histogram", "output/h.csv", value="days", edges=[25, 50, 75])
    desk.make("survival", "output/s.csv", time="days", event="ill", steps=[50])
    return desk


def released(desk, name):
    table = desk.report(EXACT)[f"output/{name}.csv"].table
    assert table is not None
    canonical.check(table)
    return table


def rows(table):
    return list(csv.reader(io.StringIO(canonical.as_csv(table).decode())))


def test_a_line_of_rates_shows_its_denominator_beside_a_hidden_numerator(desk):
    table = released(desk, "rates")
    head, a, *_ = rows(table)
    assert head == ["row", "numerator", "denominator", "rate per 1000"]
    assert a == ["a", "[hidden]", "54", "[hidden]"]
    cell = json.loads(canonical.as_json(table))["cells"][0]
    assert cell == {
        "levels": {"row": "a"},
        "values": {"denominator": 54},
        "without": ["numerator", "rate per 1000"],
    }


def test_rates_of_everybody_are_one_line(desk):
    table = released(desk, "one")
    assert rows(table)[1:] == [["64", "219", "292.2"]]
    assert grid(table).rows[0].labels == ()


def test_percentiles_without_some(desk):
    by_row = {line[0]: line[1:] for line in rows(released(desk, "p"))}
    assert by_row["row"] == ["n", "p5", "p50"]
    assert by_row["b"][1] == "[hidden]"
    assert by_row["b"][2] != "[hidden]"


def test_a_reviewer_sees_which_part_of_a_line_is_hidden(desk):
    line = grid(released(desk, "rates")).rows[0]
    assert line.cells[0] == Shown("hidden", "primary")
    assert line.cells[1] == Shown("54", "number")
    assert line.cells[2] == Shown("hidden", "primary")


def test_a_report_of_all_kinds_is_read_back_told_and_shown(desk):
    report = Report("job-1", EXACT.sha256, tuple(desk.report(EXACT).values()))
    assert report_json.loads(report_json.dumps(report)) == report
    text = "\n".join(report_text.lines(report))
    assert "hidden     54           hidden" in text
    page = report_html.page(report).decode()
    assert page.count("data:image/png") == 3


@pytest.mark.parametrize("name", ["rates", "h", "s"])
def test_its_picture_is_drawn(desk, name):
    assert set(figures.draw(released(desk, name))) == {"png", "svg"}


@pytest.mark.parametrize(
    "cell",
    [
        {"values": {"n": 12, "mean": 3.0}, "hidden": P},
        {"values": {"n": 12, "mean": 3.0}, "hidden": P, "without": ("mean",)},
        {"values": {"n": None, "mean": None}, "hidden": P, "without": ("n", "mean")},
        {"values": {"n": 12, "mean": None}, "without": ("mean",)},
    ],
)
def test_a_cell_that_hides_and_shows_the_same_is_none(cell):
    with pytest.raises(ValueError, match="shows"):
        Cell(("a",), **cell)


def test_why_a_part_is_hidden_stays_inside(desk):
    table = released(desk, "rates")
    first, *others = table.cells
    other = replace(table, cells=(replace(first, hidden=Hidden.COMPLEMENTARY), *others))
    assert canonical.as_json(other) == canonical.as_json(table)
    assert canonical.as_csv(other) == canonical.as_csv(table)
