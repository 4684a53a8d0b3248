"""Nearly the same people twice: the difference is about the few others."""

import hashlib

from output_checker import pairs
from output_checker.check import Dataset
from output_checker.claims import bands
from output_checker.report import Verdict
from tests.a_cohort import DATASET, EXACT, Desk, finding, people


def two_tables(tmp_path, where, **more):
    frame = people({("a", 20): 50, ("a", 95): 4, ("b", 30): 60}, "row", "age")
    desk = Desk(tmp_path, frame)
    desk.crosstab(path="output/t.csv", rows="row", **more)
    desk.crosstab(path="output/u.csv", rows="row", where=where)
    return desk.report(EXACT)


def test_leaving_out_few_people_is_for_people_to_judge(tmp_path):
    report = two_tables(tmp_path, [("age", "<", 90)])
    for name in ("output/t.csv", "output/u.csv"):
        found = finding(report[name], "differencing", Verdict.REVIEW)
        assert found.cells == ("a",)


def test_leaving_out_many_people_tells_nothing_about_few(tmp_path):
    report = two_tables(tmp_path, [("age", ">", 25), ("age", "<", 90)])
    assert not [f for f in report["output/t.csv"].findings if f.check == "differencing"]


def test_the_same_people_are_the_same_in_whatever_order_they_are_described(tmp_path):
    frame = people({("a", 20): 50, ("b", 30): 60, ("c", 40): 70}, "row", "age")
    desk = Desk(tmp_path, frame)
    where = [("age", "<", 90), ("row", "!=", "c")]
    desk.crosstab(path="output/t.csv", rows="row", where=where)
    desk.crosstab(path="output/u.csv", rows="row", where=where[::-1])
    assert all(file.verdict is Verdict.PASS for file in desk.report().values())


def test_few_people_between_two_ways_of_cutting_a_column_are_for_people_to_judge(tmp_path):
    desk = Desk(tmp_path, people({(20,): 50, (39,): 3, (45,): 60}, "age"))
    desk.crosstab(path="output/t.csv", rows=bands("age", [38]))
    desk.crosstab(path="output/u.csv", rows=bands("age", [40]))
    for file in desk.report().values():
        assert finding(file, "differencing", Verdict.REVIEW).cells


def told(tmp_path, frame, *tables):
    """For each table, what is said about the others."""
    desk = Desk(tmp_path, frame)
    for n, table in enumerate(tables):
        desk.crosstab(path=f"output/{n}.csv", **table)
    return [
        [f.reason for f in file.findings if f.check == "differencing"]
        for file in desk.report(EXACT).values()
    ]


def test_two_ways_of_cutting_with_enough_people_between_tell_nothing(tmp_path):
    frame = people({(20,): 50, (39,): 12, (45,): 60}, "age")
    cuts = [{"rows": bands("age", [38])}, {"rows": bands("age", [40])}]
    assert told(tmp_path, frame, *cuts) == [[], []]


def test_a_copied_column_is_compared_by_its_people(tmp_path):
    frame = people({(20,): 50, (39,): 3, (45,): 60}, "age")
    frame = frame.assign(years=frame.age)
    one, other = told(
        tmp_path, frame, {"rows": bands("age", [38])}, {"rows": bands("years", [40])}
    )
    assert one
    assert other


def test_one_person_less_is_noticed_in_tables_by_other_columns(tmp_path):
    """No cell of one is a cell of the other, but their totals differ by one."""
    frame = people(
        {("f", "n", 18): 1, ("f", "n", 20): 30, ("f", "s", 20): 30,
         ("m", "n", 20): 30, ("m", "s", 20): 30},
        "sex", "region", "age",
    )  # fmt: skip
    one, other = told(
        tmp_path, frame, {"rows": "sex"}, {"rows": "region", "where": [("age", ">", 18)]}
    )
    assert one
    assert other


def test_a_table_less_two_others_shows_whom_they_leave_out(tmp_path):
    frame = people(
        {("a", "f"): 3, ("b", "f"): 20, ("b", "m"): 20, ("c", "f"): 20, ("c", "m"): 20},
        "row", "sex",
    )  # fmt: skip
    all_, b, c = told(
        tmp_path, frame,
        {"rows": "sex"}, *({"rows": "sex", "where": [("row", "==", row)]} for row in "bc"),
    )  # fmt: skip
    assert "output/1.csv and output/2.csv" in all_[0]
    assert (b, c) == ([], [])


def test_rare_groups_that_are_hidden_are_not_told_twice(tmp_path):
    """Two tables by different columns, each with its own small cell."""
    counts = {("a", "x"): 40, ("b", "x"): 40, ("a", "y"): 40, ("b", "y"): 40,
              ("r", "x"): 2, ("r", "y"): 1, ("a", "z"): 2, ("b", "z"): 2}  # fmt: skip
    frame = people(counts, "row", "column")
    assert told(tmp_path, frame, {"rows": "row"}, {"rows": "column"}) == [[], []]


def test_tables_of_different_cohorts_are_for_people_to_compare(tmp_path):
    """They may be about all but one of the same people, and nothing here can say."""
    desk = Desk(tmp_path, people({("a",): 50, ("b",): 60}, "row"))
    desk.crosstab(path="output/t.csv", rows="row")
    other = tmp_path / "output" / "other.parquet"
    desk.frame.iloc[1:].to_parquet(other)
    desk.crosstab(
        path="output/u.csv",
        frame=desk.frame.iloc[1:],
        rows="row",
        dataset="output/other.parquet",
    )
    sha256 = hashlib.sha256(other.read_bytes()).hexdigest()
    datasets = {
        DATASET: Dataset(desk.dataset, desk.sha256),
        "output/other.parquet": Dataset(other, sha256),
    }
    report = desk.report(files=["output/t.csv", "output/u.csv"], datasets=datasets)
    for file in report.values():
        assert "another cohort" in finding(file, "differencing", Verdict.REVIEW).reason


def test_more_tables_than_can_be_compared_are_for_people_to_compare(tmp_path):
    frame = people({("a",): 50, ("b",): 60}, "row")
    reasons = told(tmp_path, frame, *([{"rows": "row"}] * (pairs.MOST + 1)))
    assert all("can't be compared" in reason for table in reasons for reason in table)
    assert all(reasons)
