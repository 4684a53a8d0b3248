"""Percentiles with few people beyond are kept back; those that coincide tell a value."""

import pytest

from output_checker.report import Verdict
from tests.a_cohort import EXACT, Desk, finding, people

KEPT = ("percentiles", Verdict.REVIEW)


def released(tmp_path, values, at=(50,), policy=EXACT):
    """What leaves of a group with these values; a group of others is beside it."""
    frame = people({("a",): len(values), ("b",): 200}, "row")
    frame["cost"] = [*values, *(1000 + n / 7 for n in range(200))]
    desk = Desk(tmp_path, frame)
    desk.make("percentiles", value="cost", by="row", at=sorted(at), margins=False)
    file = desk.file(policy)
    return file, file.table.cells[0]


@pytest.mark.parametrize(
    ("people", "at", "shown"),
    [
        (20, 50, False),  # between the 10th and the 11th: nine below
        (21, 50, True),  # the 11th: ten below, ten above
        (40, 25, False),
        (41, 25, True),
        (41, 75, True),
        (200, 5, False),
        (201, 5, True),
        (990, 99, False),  # 9 above
        (1001, 99, True),
    ],
)
def test_ten_people_below_and_above(tmp_path, people, at, shown):
    _, cell = released(tmp_path, [n * 0.01 + 50 for n in range(people)], {at, 50})
    assert (cell.values[f"p{at}"] is not None) is shown
    assert (f"p{at}" in cell.without) is not shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([54.0] * 12 + [30.0] * 20 + [70.0] * 20, 54.0),  # twelve have it
        ([54.0 + n * 0.01 for n in range(100)], 54.5),  # 54.45 to 54.55: ten of 54.495
        ([1000.0 + 10 * n for n in range(101)], 1500.0),  # ten within 1450 to 1550
        ([20.0 + n for n in range(61)], 50.0),  # ten within 45 to 55
        ([-20.0 - n for n in range(61)], -50.0),
        ([1.0] * 15 + [0.0] * 15 + [-1.0] * 15, 0.0),
        ([n / 1e3 for n in range(-50, 51)], None),  # zero, and one person's only
        ([10.0**n for n in range(-15, 16)], None),  # nothing is near anything
    ],
)
def test_a_percentile_is_a_number_that_ten_people_share(tmp_path, values, shown):
    _, cell = released(tmp_path, values)
    assert cell.values["p50"] == shown


def test_what_is_kept_back_is_told_to_the_reviewers(tmp_path):
    file, _ = released(tmp_path, range(30), (25, 50))
    assert finding(file, "percentiles", Verdict.PASS).cells == ("a",)


def test_percentiles_that_coincide_are_for_two_people(tmp_path):
    file, cell = released(tmp_path, [3.0] * 60 + [9.0] * 20 + [1.0] * 20, (25, 50, 75))
    assert set(cell.values) - {"n"} == {"p25", "p50", "p75"}
    found = finding(file, "percentiles", Verdict.REVIEW)
    assert found.cells == ("a",)
    assert found.attack == (
        "a: at least 50% of 100 have the same value, so who guesses it of any of them is"
        " right as often",
    )


def test_percentiles_apart_tell_nothing_of_the_kind(tmp_path):
    file, _ = released(tmp_path, [float(n) for n in range(100)], (25, 75))
    assert {f.verdict for f in file.findings if f.check == "percentiles"} <= {Verdict.PASS}


@pytest.mark.parametrize(
    ("people", "at", "told"),
    [
        (101, (40, 50, 60), False),
        (100, (40, 50, 60), True),  # 9.9 from one to the other
        (100, (40, 60), False),
        (41, (25, 50, 75), False),
        (44, (50, 70), True),
        (18, (50, 60), False),  # not shown
    ],
)
def test_few_people_between_two_percentiles_are_for_two_people(tmp_path, people, at, told):
    file, _ = released(tmp_path, [1000.0 + 9 * n for n in range(people)], at)
    review = [f for f in file.findings if (f.check, f.verdict) == KEPT]
    assert any("a" in f.cells for f in review) is told


def test_percentiles_near_each_other_that_are_one_number_do_not_part_anybody(tmp_path):
    values = [3.0] * 60 + [9.0] * 20 + [1.0] * 20
    file, _ = released(tmp_path, values, (50, 51))
    (found,) = (f for f in file.findings if (f.check, f.verdict) == KEPT)
    assert "same value" in found.attack[0]


def test_the_rule_is_told_with_the_table(tmp_path):
    file, _ = released(tmp_path, range(30))
    assert "at least 10 patients below and above" in file.table.protection


def test_a_group_of_nobody_has_no_percentiles_and_hides_none(tmp_path):
    frame = people({("a", "x"): 60, ("a", "y"): 60, ("b", "x"): 60}, "row", "column")
    frame["cost"] = [100.0 + n % 60 for n in range(180)]
    desk = Desk(tmp_path, frame)
    desk.make("percentiles", value="cost", by=["row", "column"], at=(50,))
    cells = {cell.levels: cell for cell in desk.file(EXACT).table.cells}
    assert cells["b", "y"].values == {"n": 0, "p50": None}
    assert not cells["b", "y"].hidden
