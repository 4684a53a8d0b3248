"""The names of groups come from the data; a rare one tells that somebody has it."""

from datetime import date

from output_checker.claims import bands, year
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


def test_a_list_of_people_by_bands_is_refused(tmp_path):
    """Which of many narrow bands are empty tells where each person is."""
    desk = Desk(tmp_path, people({(60 + n,): 1 for n in range(40)}, "weight"))
    desk.crosstab(rows=bands("weight", [60 + n for n in range(1, 25)]))
    file = desk.file()
    assert "almost as much as a list" in finding(file, "levels", Verdict.FAIL).reason
    assert file.table is None


def test_a_list_of_people_by_several_columns_is_refused(tmp_path):
    counts = {(a, b): 6 for a in range(5) for b in range(5)}
    desk = Desk(tmp_path, people(counts, "one", "other"))
    desk.crosstab(rows=["one", "other"])
    assert finding(desk.file(), "levels", Verdict.FAIL)


def test_a_rare_year_is_for_people_to_judge(tmp_path):
    days = {date(1899, 1, 1): 1, date(1950, 5, 5): 40, date(1960, 5, 5): 50}
    frame = people({(day,): n for day, n in days.items()}, "born")
    desk = Desk(tmp_path, frame)
    desk.crosstab(rows=year("born"))
    assert finding(desk.file(), "levels", Verdict.REVIEW).cells == ("1899",)
