"""Cells that differ by many people, all of them of few practices."""

from dataclasses import replace

import pandas as pd
import pytest

from output_checker.differencing import few_providers
from output_checker.report import Verdict
from tests.a_cohort import DEFAULT, EXACT
from tests.a_past import Institute, differences
from tests.checks.test_check_differencing import said

REASON = "Together with other tables this one tells of fewer than 3 providers."
THE_REST = [("practice_id", "not in", [1, 2])]


def a_cohort(*, own=20, practices=20):
    """In each practice as many women and men; ``own``: of the first two, each."""
    numbers = [n for n in range(1, practices + 1) for _ in range(own if n < 3 else 20)]
    frame = pd.DataFrame({"practice_id": numbers})
    frame["sex"] = ["f" if n % 2 else "m" for n in range(len(frame))]
    frame.insert(0, "patient_id", range(1, len(frame) + 1))
    return frame


def after(tmp_path, frame, policy=EXACT, *, first=(), **again):
    """What is said of a second table, after one of everybody, or these."""
    site = Institute(tmp_path, policy)
    assert differences(site.released(frame, rows="sex", where=list(first))) == []
    return site, differences(site.checked(frame, **{"rows": "sex", **again}))


def test_two_practices_are_left_out_of_the_second_table(tmp_path):
    _, (one,) = after(tmp_path, a_cohort(), where=THE_REST)
    assert one.verdict is Verdict.REVIEW
    assert one.reason == REASON
    assert (
        "plus 'f' output/t.csv of release r1 (200); less 'f' here (180): leaves 20"
        " patients, all of few providers (practice_id)." in said(one)
    )
    assert one.remedy.startswith("Round the new counts, or count the same people")


@pytest.mark.parametrize("gone", [[1, 2, 3], [*range(1, 9)]])
def test_three_or_more_practices_tell_of_none(tmp_path, gone):
    _, found = after(tmp_path, a_cohort(), where=[("practice_id", "not in", gone)])
    assert found == []


def test_those_who_are_added_are_as_bad(tmp_path):
    _, (one,) = after(tmp_path, a_cohort(), first=THE_REST)
    assert one.reason == REASON


def test_tables_by_other_columns_differ_by_what_all_their_cells_make(tmp_path):
    """Neither shows its total; by regions no cell is within one of the first table."""
    frame = a_cohort()
    frame["region"] = ["n" if n % 3 else "s" for n in range(len(frame))]
    _, (one,) = after(tmp_path, frame, rows="region", margins=False, where=THE_REST)
    assert "plus 'total' output/t.csv of release r1 (400); less 'total' here (360)" in said(
        one
    )


@pytest.mark.parametrize(
    ("to", "told"),
    [(5, "leaves 6 to 14 patients, all"), (50, None)],  # 200 less 200 may be nobody
)
def test_rounded_counts_tell_if_there_surely_is_somebody(tmp_path, to, told):
    policy, frame = replace(DEFAULT, round_to=to), a_cohort(own=10)
    _, found = after(tmp_path, frame, policy, margins=False, where=THE_REST)
    assert [told in said(one) for one in found] == ([True] if told else [])


def test_the_same_again_is_nothing_new(tmp_path):
    site, found = after(tmp_path, a_cohort(), where=THE_REST)
    assert found
    site.leaves("job2")  # two people let it pass
    assert differences(site.checked(a_cohort(), rows="sex", where=THE_REST)) == []


def test_a_cohort_without_practices_is_not_asked_for_them(tmp_path):
    frame = a_cohort()
    old = frame[~frame.practice_id.isin([1, 2])].drop(columns="practice_id")
    site = Institute(tmp_path)
    site.released(frame.drop(columns="practice_id"), rows="sex")
    assert differences(site.checked(old, rows="sex")) == []
    with_them = frame[~frame.practice_id.isin([1, 2])]
    other = tmp_path / "other"
    other.mkdir()
    site = Institute(other)
    site.released(frame.drop(columns="practice_id"), rows="sex")
    assert differences(site.checked(with_them, rows="sex")) == []  # whose are those gone?


def test_practices_of_a_cohort_that_is_gone_are_remembered_by_numbers(tmp_path):
    frame = a_cohort().assign(practice_id=lambda f: [f"canary{n}" for n in f.practice_id])
    site = Institute(tmp_path)
    site.released(frame, rows="sex")
    left = frame[~frame.practice_id.isin(["canary1", "canary2"])]
    assert differences(site.checked(left, rows="sex"))
    (table,) = site.memory.released(["r1"])
    assert len(set(table.providers["practice_id"].tolist())) == 20
    assert not any(b"canary" in path.read_bytes() for path in site.files())


def test_past_what_can_be_looked_at_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(few_providers, "MOST_PAIRS", 0)
    _, (one,) = after(tmp_path, a_cohort(), where=THE_REST)
    assert "more sums than could be tried" in one.reason
