"""A cell of few providers, or of which few have the most, tells about these providers."""

import hashlib
from dataclasses import replace

import pytest

from output_checker import claims
from output_checker.check import Dataset
from output_checker.report import Verdict
from tests.a_cohort import DATASET, EXACT, Desk, finding, people, shown

P, C = "primary", "complementary"


def a_desk(tmp_path, *, practices, cost=None):
    """Group a with patients of these practices; b and c with those of twenty."""
    frame = people({("a",): len(practices), ("b",): 40, ("c",): 60}, "row")
    frame["practice_id"] = [*practices, *(n % 20 for n in range(100))]
    if cost is not None:
        frame["cost"] = [*cost, *(10.0 + n / 7 for n in range(100))]
    return Desk(tmp_path, frame)


@pytest.mark.parametrize(
    ("practices", "hidden"),
    [
        ([1] * 20, True),
        ([1] * 10 + [2] * 10, True),
        ([1] * 10 + [2] * 9 + [3], False),
        ([1] * 10 + [2] * 9 + [None], False),  # those without one are taken for one
        ([None] * 20, True),
    ],
)
def test_three_practices(tmp_path, practices, hidden):
    desk = a_desk(tmp_path, practices=practices)
    desk.crosstab(rows="row")
    file = desk.file(EXACT)
    assert (shown(file)["a",] == P) is hidden
    if hidden:
        assert finding(file, "providers", Verdict.PASS).cells == ("a",)
        assert shown(file)["b",] == C  # a total less the others would give it back


@pytest.mark.parametrize(
    ("cost", "hidden"),
    [
        ([10.0 + n / 9 for n in range(20)], False),
        ([1000.0 + n for n in range(10)] + [1.0 + n / 9 for n in range(10)], True),
    ],
)
def test_a_total_that_two_practices_make_up(tmp_path, cost, hidden):
    """No patient dominates; but practice 1 and 2 have 99 % of the costs."""
    desk = a_desk(tmp_path, practices=[1, 2] * 5 + [3, 4, 5, 6, 7] * 2, cost=cost)
    desk.summary(value="cost", by="row", measures=("n", "mean"))
    file = desk.file(EXACT)
    assert (shown(file)["a",] == P) is hidden
    assert any(f.check == "providers" for f in file.findings) is hidden


def test_only_those_who_were_measured_count(tmp_path):
    cost = [10.0 + n / 9 for n in range(12)] + [None] * 8
    desk = a_desk(tmp_path, practices=[1] * 12 + [2, 3, 4, 5] * 2, cost=cost)
    desk.summary(value="cost", by="row", measures=("n", "mean"))
    assert shown(desk.file(EXACT))["a",] == P


def test_a_site_that_names_no_columns_asks_nothing(tmp_path):
    desk = a_desk(tmp_path, practices=[1] * 20)
    desk.crosstab(rows="row")
    file = desk.file(replace(EXACT, provider_columns=()))
    assert shown(file)["a",] == 20


def test_a_count_of_few_practices_is_hidden_to_within_ten_per_cent(tmp_path):
    desk = a_desk(tmp_path, practices=[1] * 20)
    desk.crosstab(rows="row")
    cells = {cell.levels: cell.interval for cell in desk.file(EXACT).table.cells}
    low, high = cells["a",]
    assert low <= 18
    assert high >= 22


@pytest.mark.parametrize("forged", [True, False])
def test_a_frame_that_an_action_made_is_judged_by_the_cohorts_own_practices(
    tmp_path, forged
):
    desk = a_desk(tmp_path, practices=[1] * 20)
    kept = [c for c in desk.frame.columns if c != "practice_id"]
    frame = desk.frame[kept].assign(wide=desk.frame.row)
    if forged:
        frame["practice_id"] = range(len(frame))
    claims.derived(frame, path="output/d.parquet", folder=desk.folder)
    made = desk.folder / "output/d.parquet"
    desk.crosstab(frame=frame, rows="wide", dataset="output/d.parquet")
    cohort = Dataset(desk.dataset, desk.sha256)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    found = desk.report(
        EXACT,
        files=["output/t.csv", "output/t.claim.json"],
        datasets={DATASET: cohort, "output/d.parquet": Dataset(made, digest, of=(cohort,))},
    )
    assert shown(found["output/t.csv"])["a",] == P
