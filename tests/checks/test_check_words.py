"""Words and numbers that a claim shows outside are as plain as a table needs."""

import pytest

from output_checker.claims import bands
from output_checker.report import Verdict
from tests.a_cohort import Desk, finding, people

FRAME = people(
    {("f", "flu", 20, 2019): 40, ("m", "flu", 50, 2020): 40, ("m", "kuru", 60, 2021): 2},
    "sex", "disease", "age", "year",
)  # fmt: skip


def words(tmp_path, **table):
    desk = Desk(tmp_path, FRAME)
    desk.crosstab(**{"rows": "sex", **table})
    return [f for f in desk.file().findings if f.check == "words"]


@pytest.mark.parametrize(
    "table",
    [
        {"rows": bands("age", [18, 37.5, 40, 65])},
        {"where": [("age", "<", 12500), ("age", ">", 0.0001)]},
        {"where": [("disease", "in", ["flu"])]},
        {"title": "People by sex, 2019 to 2021"},
        {"rows": "year", "title": "Years 2019, 2020 and 2021 of 2021"},
    ],
)
def test_what_a_table_needs_is_no_message(tmp_path, table):
    assert words(tmp_path, **table) == []


@pytest.mark.parametrize(
    "table",
    [
        {"rows": bands("age", [18, 40.125])},
        {"rows": bands("age", [n / 2 for n in range(31)])},
        {"where": [("age", "<", 123456)]},
        {"where": [("age", "not in", [19.803])]},
        {"title": "Patient 1234, born 12.03.1970"},
    ],
)
def test_what_no_table_needs_is_for_people_to_judge(tmp_path, table):
    (found,) = words(tmp_path, **table)
    assert found.verdict is Verdict.REVIEW


@pytest.mark.parametrize("word", ["kuru", "patient seven is ill"])
def test_words_that_hardly_anybody_has_are_for_people_to_judge(tmp_path, word):
    """A rare one tells that somebody has it; one that nobody has could be a message."""
    desk = Desk(tmp_path, FRAME)
    desk.crosstab(rows="sex", where=[("disease", "!=", word)])
    found = finding(desk.file(), "words", Verdict.REVIEW)
    assert found.cells == ("disease",)
    assert word not in found.reason
