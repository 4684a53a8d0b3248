"""Nearly the same people twice: the difference is about the few others."""

from output_checker.claims import bands
from output_checker.report import Verdict
from tests.a_cohort import EXACT, Desk, finding, people


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
        assert found.cells == ("a", "total")


def test_leaving_out_many_people_tells_nothing_about_few(tmp_path):
    report = two_tables(tmp_path, [("age", ">", 25), ("age", "<", 90)])
    assert not [f for f in report["output/t.csv"].findings if f.check == "differencing"]


def test_the_same_people_are_the_same_in_whatever_order_they_are_described(tmp_path):
    frame = people({("a", 20): 50, ("b", 30): 60}, "row", "age")
    desk = Desk(tmp_path, frame)
    where = [("age", "<", 90), ("row", "!=", "c")]
    desk.crosstab(path="output/t.csv", rows="row", where=where)
    desk.crosstab(path="output/u.csv", rows="row", where=where[::-1])
    assert all(file.verdict is Verdict.PASS for file in desk.report().values())


def test_two_ways_of_cutting_one_column_are_for_people_to_judge(tmp_path):
    desk = Desk(tmp_path, people({(20,): 50, (39,): 3, (45,): 60}, "age"))
    desk.crosstab(path="output/t.csv", rows=bands("age", [38]))
    desk.crosstab(path="output/u.csv", rows=bands("age", [40]))
    for file in desk.report().values():
        assert "age in another way" in finding(file, "differencing", Verdict.REVIEW).reason
