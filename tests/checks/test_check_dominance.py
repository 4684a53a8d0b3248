"""A few people who make up most of a total are hidden, however many are in the cell."""

import pytest

from output_checker.report import Verdict
from tests.a_cohort import EXACT, Desk, finding, people, shown


def measured(tmp_path, values):
    frame = people({("a",): len(values), ("b",): 20, ("c",): 30}, "row")
    frame["cost"] = [*values, *range(100, 120), *range(200, 230)]
    desk = Desk(tmp_path, frame)
    desk.summary(value="cost", by="row", measures=("n", "mean"))
    return desk.file(EXACT)


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ([10.0 + n for n in range(12)], False),
        ([*[1.0] * 10, 500.0, 400.0], True),  # two of twelve hold 99 %
        ([*[1.0] * 10, 40.0, 30.0], True),  # 88 %, but all others are alike
        ([*[0.8 + n / 20 for n in range(10)], 40.0, 30.0], False),  # 88 %
        ([*[0.0] * 20, *[1.0] * 9], True),  # a count of nine in disguise
        ([*[0.0] * 20, *[1.0] * 5, *[2.0] * 5], False),
        ([*[-1.0] * 10, -500.0, 400.0], True),  # by size, so signs don't cancel out
        ([*[2.0] * 10, 900.0, 1.0], True),  # the second can work out the first
        ([0.0] * 12, False),
    ],
)
def test_what_counts_as_dominated(tmp_path, values, hidden):
    file = measured(tmp_path, values)
    assert (shown(file)["a",] == "primary") is hidden
    if hidden:
        assert finding(file, "dominance", Verdict.PASS).cells == ("a",)


def test_the_cell_that_would_give_it_back_is_hidden_too(tmp_path):
    table = shown(measured(tmp_path, [*[1.0] * 10, 500.0, 400.0]))
    assert table == {("a",): "primary", ("b",): "complementary", ("c",): 30, (None,): 62}


def two_columns(tmp_path, more, **by):
    """What is said of a table of one column beside one of another, with more for some."""
    frame = people({("a", "x"): 30, ("a", "y"): 30, ("b", "x"): 60}, "row", "column")
    frame["visits"] = frame.index % 13
    frame["all"] = frame.visits + more
    desk = Desk(tmp_path, frame)
    desk.summary(path="output/t.csv", value="visits", by="row")
    desk.summary(path="output/u.csv", value="all", **{"by": "row", **by})
    return [
        [f.cells for f in file.findings if f.verdict is Verdict.REVIEW]
        for file in desk.report(EXACT).values()
    ]


THREE = [1] * 3 + [0] * 117


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (THREE, [("a",), ("total",)]),
        ([7 + n for n in THREE], [("a",), ("total",)]),  # seven more for everybody
        ([9.0, *([0.01, 0.0] * 60)[1:]], [("a",), ("total",)]),  # mostly for one
        ([1] * 20 + [0] * 100, None),
        ([n % 11 for n in range(120)], None),
    ],
)
def test_two_columns_that_differ_for_few(tmp_path, more, told):
    for found in two_columns(tmp_path, more):
        flat = {(cell,) for cells in found for cell in cells}
        assert flat == set(told or ())


def test_totals_that_follow_from_the_cells_are_compared_too(tmp_path):
    divided = {"by": ["column", "row"], "missing": "excluded", "margins": False}
    for found in two_columns(tmp_path, THREE, **divided):
        assert found


def test_where_one_is_hidden_there_is_nothing_to_subtract(tmp_path):
    frame = people({("a",): 12, ("b",): 30, ("c",): 40}, "row")
    frame["cost"] = [float(n % 17) for n in range(82)]
    frame["all"] = frame.cost
    frame.loc[0, "all"] = 5000.0
    desk = Desk(tmp_path, frame)
    desk.summary(path="output/t.csv", value="cost", by="row")
    desk.summary(path="output/u.csv", value="all", by="row")
    told = [f.reason for f in desk.report(EXACT)["output/t.csv"].findings]
    assert not any("differ for few" in reason for reason in told)
