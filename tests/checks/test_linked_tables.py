"""The same people in two tables' cells: hidden in one is hidden in both.

Each line of these tables is a way to say again what another table hides.
"""

import pytest

from output_checker.claims import bands
from tests.a_cohort import EXACT, Desk, people, shown

FRAME = people(
    {("a", "f", 25): 3, ("b", "f", 35): 20, ("b", "m", 35): 22,
     ("c", "f", 45): 60, ("c", "m", 55): 70},
    "row", "sex", "age",
)  # fmt: skip
FRAME = FRAME.assign(
    copy=FRAME.row, not_c=FRAME.row != "c", years=FRAME.age, half=FRAME.index % 2
)
AGAIN = {
    "a copied column": [{"rows": "copy"}],
    "a condition": [{"rows": "sex", "where": [("row", "==", "b")]}],
    "a condition said otherwise": [
        {"rows": "sex", "where": [("row", "not in", ["a", "c"])]}
    ],
    "a wider group": [{"rows": "not_c"}],
    "bands of another column": [{"rows": bands("years", [30, 40])}],
    "two tables that make up the rest": [
        {"rows": "sex", "where": [("row", "!=", "a"), ("half", "==", half)]}
        for half in (0, 1)
    ],
}


def hidden_sum_is_known(report):
    """Is b shown again, so that a is what is left of the total?"""
    said = [cell for file in report.values() if file.table for cell in shown(file).values()]
    return 42 in said


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_what_is_hidden_cant_be_put_together_from_other_tables(tmp_path, again):
    desk = Desk(tmp_path, FRAME)
    desk.crosstab(path="output/t.csv", rows="row")
    for n, table in enumerate(again):
        desk.crosstab(path=f"output/{n}.csv", **table)
    report = desk.report(EXACT)
    first = shown(report["output/t.csv"])
    assert first["a",] == "primary"
    b_is_told = first["b",] == 42 or hidden_sum_is_known(report)
    assert not (b_is_told and first["c",] == 130 and first[None,] == 175)
    if len(again) == 2:
        rest = [shown(report[f"output/{n}.csv"])[None,] for n in (0, 1)]
        assert "complementary" in [*rest, first[None,]]
    assert all(file.table for file in report.values())


def test_means_of_the_same_people_are_linked_too(tmp_path):
    """By their totals: a hidden mean isn't shown again by another group's name."""
    desk = Desk(tmp_path, FRAME.assign(weight=[50 + n % 40 for n in range(len(FRAME))]))
    desk.summary(path="output/t.csv", value="weight", by="row")
    desk.summary(path="output/u.csv", value="weight", by="copy")
    report = desk.report(EXACT)
    one, other = (list(shown(file).values()) for file in report.values())
    assert one == other
    assert "complementary" in one
