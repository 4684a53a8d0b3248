"""A table that can't be protected, or of which nothing would be left, doesn't leave."""

import pytest

from output_checker.report import Verdict
from output_checker.suppress import protect
from output_checker.suppress.family import family
from tests.a_cohort import Desk, finding, people
from tests.claimed_tables import DEFAULT, EXACT, counted


def test_a_table_with_nothing_left_to_show_is_refused(tmp_path):
    desk = Desk(tmp_path, people({("a",): 3, ("b",): 4}, "row"))
    desk.crosstab(rows="row")
    file = desk.file()
    assert "has to be hidden" in finding(file, "protection", Verdict.FAIL).reason
    assert file.table is None


def test_a_table_too_large_to_protect_is_refused(tmp_path):
    counts = {(a, b): 12 for a in range(80) for b in range(80)}
    desk = Desk(tmp_path, people(counts, "row", "column"))
    desk.crosstab(rows="row", columns="column", margins=False)
    file = desk.file()
    assert "more than 6000 cells" in finding(file, "protection", Verdict.FAIL).reason


def test_an_answer_that_fails_its_audit_is_never_used():
    """The audit doesn't trust the search: here, one that hides nothing further."""
    made = family([counted({("a",): 3, ("b",): 50})], DEFAULT)
    with pytest.raises(protect.Unprotectable, match="audit"):
        protect.audited(made, [protect.Solution(made.problem.hidden, 0.0, 0.0)])


def test_when_time_is_up_the_answer_is_still_safe_and_its_gap_is_told():
    inner = {(f"a{i}", f"b{j}"): 3 + 20 * i + 30 * j for i in range(6) for j in range(6)}
    late = iter([0.0, *[1e9] * 1000])
    found = protect.protect([counted(inner)], EXACT, lambda: next(late))
    assert 0 < found.gap <= 1
