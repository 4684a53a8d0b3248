"""The digits of a rate may say no more than the counts beside it, which are rounded."""

from dataclasses import replace

import pytest

from output_checker.checks import printed_digits
from output_checker.checks.subjects import Verified
from output_checker.claims.model import Dimension
from output_checker.differencing.compared import Compared
from output_checker.report import Cell, Table, Verdict
from output_checker.verify.numbers import Recomputed
from tests.a_cohort import DEFAULT, EXACT, Desk, people
from tests.claimed_tables import a_claim

MIDPOINT = replace(DEFAULT, round_to=6, rounding="midpoint")


def a_line(having, among, rate):
    return Cell(("a",), {"numerator": having, "denominator": among, "rate per 1000": rate})


def judged(line, policy=DEFAULT):
    """What the check says of a table with this one line, wherever its numbers are from."""
    claim = a_claim({("a",): 1})
    ill = Dimension("ill", missing_is_a_level=False, levels=("yes", "no"))
    both = (*claim.dimensions, ill)
    claim = replace(claim, kind="rates", per=1000, dimensions=both)
    names = tuple(line.values)
    table = Table("A table", "rates", "patients", ("row",), names, (line,), "")
    found = Recomputed("output/t.csv", claim, {})
    return list(
        printed_digits.check(Verified(found, {}, None, policy, Compared(), table=table))
    )


@pytest.mark.parametrize(
    ("line", "policy", "telling"),
    [
        (a_line(10, 70, 142.9), DEFAULT, False),  # 10/70: what the counts say anyway
        (a_line(10, 70, 169.0), DEFAULT, True),  # only 12/71
        (a_line(10, 70, 142.8), DEFAULT, True),  # no pair at all: it isn't of these
        (a_line(12, 71, 169.0), EXACT, False),  # the counts are shown exactly
        (a_line(10, 71.25, 140.4), DEFAULT, False),  # person-time
        (a_line(10, 71.25, 154.4), DEFAULT, True),  # 11 / 71.25
        (a_line(0, 70, 0.0), DEFAULT, False),
        (a_line(9, 69, 130.4), MIDPOINT, False),  # 7 to 12 of 67 to 72
        (a_line(9, 69, 169.0), MIDPOINT, True),  # only 12/71
    ],
)
def test_rates_that_tell_more_than_their_counts(line, policy, telling):
    found = judged(line, policy)
    assert [f.verdict for f in found] == [Verdict.FAIL] * telling


def test_how_many_counts_fit_is_told():
    (found,) = judged(a_line(10, 70, 142.8))
    assert found.attack == (
        "a: of 25 pairs of counts that are rounded to those shown, 0 fit the digits",
    )


def test_the_rates_that_leave_tell_no_more_than_their_counts(tmp_path):
    inner = {("a", True): 12, ("a", False): 59, ("b", True): 31, ("b", False): 70}
    desk = Desk(tmp_path, people(inner, "row", "ill"))
    desk.make("rates", numerator="ill", by="row")
    file = desk.file(DEFAULT)
    assert "printed digits" not in {f.check for f in file.findings}
    assert file.table.cells[0].values == {
        "numerator": 10,
        "denominator": 70,
        "rate per 1000": 142.9,
    }
    pairs = printed_digits.that_fit(file.table.cells[0], 1000, DEFAULT)
    assert (12, 71) in pairs
    assert len(pairs) == 5 * 5
