"""Words and numbers of a file that few patients' records have."""

import pytest

from output_checker.checks.rare_words import check
from output_checker.report import Verdict
from tests.a_cohort import people
from tests.opaque_files import told

COHORT = people(
    {
        ("London", "cough and fever", 100.0): 60,
        ("Lerwick", "seen by Zbigniew, Tuesday", 98765.43): 3,
        (None, None, None): 5,
    },
    "place",
    "note",
    "cost",
)


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("place,n\nLondon,60\n", []),
        ("place,n\nlerwick,30\n", [Verdict.FAIL, Verdict.REVIEW]),
        ("place,n\n LERWICK ,30\n", [Verdict.FAIL, Verdict.REVIEW]),
        ("a cough and fever", []),
        ("cough and fever", []),
        ("so says Zbigniew", [Verdict.REVIEW]),
        ("seen by Zbigniew, Tuesday", [Verdict.FAIL, Verdict.REVIEW]),
        ("mean cost 98765.43", [Verdict.REVIEW]),
        ("mean cost 98765.4", []),
        ("mean cost 100.0", []),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.txt"])
def test_what_few_records_have_is_told(name, text, verdicts):
    found = told(check, name, text, COHORT)
    assert [verdict for verdict, _ in found] == verdicts
    assert not any(w in repr(found) for w in ("erwick", "Zbig", "98765"))


def test_a_column_of_any_name_is_looked_up():
    odd = COHORT.rename(columns={"place": 'pl"ace; DROP', "cost": 'co"st'})
    assert told(check, "x.txt", "in Lerwick at 98765.43", odd)


def test_without_a_cohort_there_is_nothing_to_look_up():
    assert told(check, "x.txt", "Lerwick") == []
