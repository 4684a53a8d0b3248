"""The names of groups come from the data; a rare one tells that somebody has it."""

from output_checker.claims import bands
from output_checker.report import Verdict
from tests.a_cohort import Desk, finding, people


def test_a_rare_level_is_for_people_to_judge(tmp_path):
    desk = Desk(tmp_path, people({("asthma",): 40, ("kuru",): 2, ("flu",): 30}, "disease"))
    desk.crosstab(rows="disease")
    assert finding(desk.file(), "levels", Verdict.REVIEW).cells == ("kuru",)


def test_yes_no_missing_and_bands_are_no_news(tmp_path):
    desk = Desk(
        tmp_path, people({(True, 3): 40, (False, 50): 2, (None, 7): 30}, "ill", "age")
    )
    desk.crosstab(path="output/t.csv", rows="ill")
    desk.crosstab(path="output/u.csv", rows=bands("age", [10]))
    for file in desk.report().values():
        assert not [f for f in file.findings if f.check == "levels"]


def test_a_list_of_people_is_refused(tmp_path):
    desk = Desk(tmp_path, people({(f"p{n}",): 1 for n in range(300)}, "pseudonym"))
    desk.crosstab(rows="pseudonym")
    file = desk.file()
    assert "lists people" in finding(file, "levels", Verdict.FAIL).reason
    assert (file.verdict, file.table) == (Verdict.FAIL, None)


def test_a_refused_table_does_not_burden_the_others(tmp_path):
    counts = {(f"p{n}", "a" if n % 3 else "b"): 1 for n in range(90)}
    desk = Desk(tmp_path, people(counts, "pseudonym", "row"))
    desk.crosstab(path="output/t.csv", rows="row")
    desk.crosstab(path="output/u.csv", rows=["pseudonym", "row"])
    assert desk.file().verdict is Verdict.PASS
