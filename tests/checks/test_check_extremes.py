"""A smallest or largest value is one person's own."""

import pytest

from output_checker.checks.extremes import check
from output_checker.report import Verdict
from tests.opaque_files import told


@pytest.mark.parametrize(
    "word", ["min", "Max", "maximum age", "age_max", "the oldest", "größte", "max2"]
)
def test_words_for_extremes_are_refused_in_a_table_and_judged_in_a_text(word):
    data = f"{word},n\nage,70\n"
    assert [v for v, _ in told(check, "x.csv", data)] == [Verdict.FAIL]
    assert [v for v, _ in told(check, "x.txt", data)] == [Verdict.REVIEW]


@pytest.mark.parametrize("word", ["minutes", "climax", "median", "miner", "admin"])
def test_other_words_arent(word):
    assert told(check, "x.csv", f"{word},n\nage,70\n") == []
