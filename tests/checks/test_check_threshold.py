"""Few people in a cell: hidden, with as many other cells as it takes to keep it so."""

import pytest

from output_checker import policy
from output_checker.report import Verdict
from tests.a_cohort import DEFAULT, EXACT, Desk, finding, people, shown

P, C = "primary", "complementary"


def released(tmp_path, counts, policy=EXACT, **table):
    desk = Desk(tmp_path, people(counts, "group"))
    desk.crosstab(rows="group", **table)
    return shown(desk.file(policy))


@pytest.mark.parametrize(
    ("counts", "policy", "expected"),
    [
        ({"a": 10, "b": 50}, EXACT, {"a": 10, "b": 50, None: 60}),
        ({"a": 9, "b": 50}, EXACT, {"a": P, "b": C, None: 59}),
        ({"a": 1, "b": 12, "c": 50}, EXACT, {"a": P, "b": C, "c": 50, None: 63}),
        ({"a": 9, "b": 9, "c": 50}, EXACT, {"a": P, "b": P, "c": 50, None: 68}),
        # two ones would be given away by 52 - 50, as nobody hides a zero
        ({"a": 1, "b": 1, "c": 50}, EXACT, {"a": P, "b": P, "c": C, None: 52}),
        # three rounded numbers leave enough doubt about the fourth
        ({"a": 9, "b": 40, "c": 50}, DEFAULT, {"a": P, "b": 40, "c": 50, None: 100}),
        ({"a": 12, "b": 13, "c": 52}, DEFAULT, {"a": 10, "b": 15, "c": 50, None: 75}),
        # OpenSAFELY's rule, and its documentation's example: redact 7 and under, round to 5
        ({"a": 8, "b": 23}, policy.ready_made("opensafely"), {"a": 10, "b": 25, None: 30}),
        ({"a": 7, "b": 23}, policy.ready_made("opensafely"), {"a": P, "b": 25, None: 30}),
    ],
)
def test_what_is_hidden_in_one_row(tmp_path, counts, policy, expected):
    inner = {(name,): count for name, count in counts.items()}
    assert released(tmp_path, inner, policy) == {(k,): v for k, v in expected.items()}


def test_without_a_total_nothing_gives_a_small_cell_away(tmp_path):
    table = released(tmp_path, {("a",): 3, ("b",): 50}, margins=False)
    assert table == {("a",): P, ("b",): 50}


def test_one_small_cell_of_a_cross_hides_the_cheapest_three_others(tmp_path):
    inner = {
        ("a", "x"): 3, ("a", "y"): 20, ("a", "z"): 90,
        ("b", "x"): 30, ("b", "y"): 40, ("b", "z"): 80,
        ("c", "x"): 70, ("c", "y"): 60, ("c", "z"): 95,
    }  # fmt: skip
    desk = Desk(tmp_path, people(inner, "row", "column"))
    desk.crosstab(rows="row", columns="column")
    file = desk.file(EXACT)
    hidden = {levels: why for levels, why in shown(file).items() if why in (P, C)}
    assert hidden == {("a", "x"): P, ("a", "y"): C, ("b", "x"): C, ("b", "y"): C}
    small, further = (f for f in file.findings if f.check == "threshold")
    assert (small.cells, small.verdict) == (("a, x",), Verdict.PASS)
    assert further.cells == ("a, y", "b, x", "b, y")
    assert "No cheaper choice" in further.reason


def test_a_hidden_cell_is_shown_inside_with_what_an_attacker_can_work_out(tmp_path):
    desk = Desk(tmp_path, people({("a",): 4, ("b",): 50}, "group"))
    desk.crosstab(rows="group")
    cells = {cell.levels: cell.interval for cell in desk.file(EXACT).table.cells}
    assert cells == {("a",): (1, 53), ("b",): (1, 53), (None,): None}


def test_people_are_counted_and_not_measurements(tmp_path):
    """12 have a weight recorded, but only 6 of them have one that isn't missing."""
    frame = people({("a",): 12, ("b",): 50}, "group")
    frame["weight"] = [60.0 + n if n > 5 else None for n in range(62)]
    desk = Desk(tmp_path, frame)
    desk.summary(value="weight", by="group")
    assert shown(desk.file(EXACT))["a",] == P


def test_zeros_in_a_small_group_are_hidden_with_it(tmp_path):
    """Else the zeros would tell in which category the few all are."""
    inner = {("a", "x"): 4, ("b", "x"): 60, ("b", "y"): 70, ("b", "z"): 80}
    desk = Desk(tmp_path, people(inner, "row", "column"))
    desk.crosstab(rows="row", columns="column")
    table = shown(desk.file(EXACT))
    assert {table["a", level] for level in ("x", "y", "z", None)} == {P}


def test_tables_about_the_same_people_are_protected_together(tmp_path):
    """A cell hidden for another's sake in one table isn't given away by the next."""
    inner = {
        ("a", "x"): 3, ("a", "y"): 20, ("a", "z"): 90,
        ("b", "x"): 30, ("b", "y"): 40, ("b", "z"): 80,
    }  # fmt: skip
    desk = Desk(tmp_path, people(inner, "row", "column"))
    desk.crosstab(path="output/t.csv", rows="row", columns="column")
    desk.crosstab(path="output/u.csv", rows="column", columns="row", margins=False)
    report = desk.report(EXACT)
    turned = {levels[::-1]: v for levels, v in shown(report["output/t.csv"]).items()}
    assert shown(report["output/u.csv"]).items() <= turned.items()


def test_the_released_words_tell_the_rule_and_not_the_cells(tmp_path):
    desk = Desk(tmp_path, people({("a",): 4, ("b",): 50}, "group"))
    desk.crosstab(rows="group", where=[("group", "in", ["a", "b"])])
    table = desk.file().table
    assert "Counts from 1 to 9 are hidden" in table.protection
    assert "nearest 5" in table.protection
    assert table.population == "group in a, b"


def test_small_groups_are_named_to_the_reviewers(tmp_path):
    desk = Desk(tmp_path, people({("yes",): 4, ("no",): 50, ("maybe",): 30}, "group"))
    desk.crosstab(rows="group", margins=False)
    assert finding(desk.file(), "threshold", Verdict.PASS).cells == ("yes",)
