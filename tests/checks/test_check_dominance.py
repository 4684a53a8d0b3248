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
