"""A file without a claim: whoever wrote it is told the functions that would claim it."""

import pytest

from output_checker import claims
from output_checker.opaque.makers import ANY, MAKERS, makers
from output_checker.report import Verdict
from tests.a_cohort import Desk, finding, people


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ((("ward", "n"), ("a", "30")), "crosstab()"),
        ((("ward", "Mean age", "SD"), ("a", "47", "3")), "summary()"),
        ((("ward", "p25", "median"), ("a", "4", "5")), "percentiles()"),
        ((("ward", "rate_per_1000"), ("a", "47")), "rates()"),
        ((("time", "at risk", "survival"), ("0", "47", "1")), "survival()"),
        ((("term", "Coef.", "P>|z|"), ("age", "0.2", "0.01")), "regression()"),
        ((("bin", "count"), ("0-10", "47")), "crosstab() or histogram()"),
        ((("ward", "x"), ("a", "mean")), ANY),  # only what stands above columns counts
        ((), ANY),
    ],
)
def test_the_words_above_the_columns_tell_which(rows, named):
    assert makers(rows, is_table=True) == named


def test_in_a_text_they_may_stand_anywhere():
    assert makers((("Results",), ("OLS of cost",)), is_table=False) == "regression()"


def test_each_is_a_function_that_is_there():
    assert all(callable(getattr(claims, name.removesuffix("()"))) for name in MAKERS)
    assert all(name in ANY for name in MAKERS)


def test_the_finding_names_it(tmp_path):
    desk = Desk(tmp_path, people({("a",): 30}, "row"))
    desk.write("output/t.csv", b"ward,median\na,47.25\n")
    told = finding(desk.file(), "opaque", Verdict.REVIEW)
    assert told.remedy.startswith("Make the numbers with percentiles() from")
