"""Patients' numbers in a file without a claim: as they are, or in simple disguises."""

import base64
import hashlib

import pandas as pd
import pytest

from output_checker.checks.identifiers import check
from output_checker.report import Verdict
from tests.a_cohort import people
from tests.opaque_files import a_file, a_picture, told

NUMBER, WORD = 4_711_081_516, "PX-77AB-09"


def cohort(*keys: object) -> pd.DataFrame:
    frame = people({("a",): len(keys)}, "row")
    frame["patient_id"] = list(keys)
    return frame


NUMBERS = cohort(NUMBER, *range(5_000_000_001, 5_000_000_900, 17))
WORDS = cohort(WORD, "PX-00CD-11", "PX-13EF-12")


def verdicts(data: str, frame: pd.DataFrame, name: str = "x.txt") -> list[Verdict]:
    return [verdict for verdict, _ in told(check, name, data, frame)]


@pytest.mark.parametrize(
    "text",
    [
        "4711081516",
        "so says 4711081516.",
        "4 711 081 516",
        "4,711,081,516",
        "47-11-08-15-16",
        "4711.0815.16",
        "0004711081516",
        "id4711081516x",
        "a_4711081516_b",
        "n=4711081516;",
        f"{NUMBER:x}",
        f"0x{NUMBER:X}",
        b"4711081516".hex(),
        base64.b64encode(b"4711081516").decode(),
        hashlib.md5(b"4711081516").hexdigest(),
        f"see {hashlib.sha1(b'4711081516').hexdigest()}",
        f"({hashlib.sha256(b'4711081516').hexdigest()})",
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.csv"])
def test_a_patients_number_is_found_in_any_simple_disguise(text, name):
    assert verdicts(f"about\n{text}\n", NUMBERS, name) == [Verdict.FAIL]


@pytest.mark.parametrize(
    "text",
    [WORD, WORD.lower(), "PX77AB09", "px.77ab.09", "id:PX-77AB-09,", b"px77ab09".hex()],
)
def test_so_is_a_pseudonym(text):
    assert verdicts(f"about {text} here\n", WORDS) == [Verdict.FAIL]


@pytest.mark.parametrize("text", ["4711081517", "120 and 340", "R squared 0.5217", "PX-77"])
def test_other_numbers_are_none(text):
    assert verdicts(text, NUMBERS) == []
    assert verdicts(text, WORDS) == []


def test_numbers_that_counts_look_like_are_left_to_people():
    """Of patients 1000 to 4999, every second number of four digits is one."""
    many = cohort(*range(1000, 5000))
    assert verdicts("n: 1234, 5678, 2345, 9876", many) == [Verdict.REVIEW]
    assert verdicts("n: 12, 56", cohort(*range(1, 50))) == [Verdict.REVIEW]


def test_more_of_them_than_chance_gives_are_refused():
    sparse = cohort(*range(100_000, 120_000, 10))
    text = " ".join(str(n) for n in range(100_000, 100_200, 10))
    assert verdicts(text, sparse) == [Verdict.FAIL]


def test_every_cohort_of_the_study_is_looked_through():
    found = told(check, "x.txt", f"of {NUMBER}", WORDS, NUMBERS)
    assert [verdict for verdict, _ in found] == [Verdict.FAIL]


def test_where_nobody_can_look_people_are_told():
    ((verdict, reason),) = told(check, "x.txt", "120")
    assert verdict is Verdict.REVIEW
    assert "no cohort file" in reason


def test_a_cohort_that_is_gone_is_a_refusal():
    from dataclasses import replace

    file = replace(a_file("x.txt", "120"), scans=None)
    ((finding),) = check(file)
    assert finding.verdict is Verdict.FAIL


def test_the_number_itself_is_never_told():
    ((_, reason),) = told(check, "x.txt", f"of {NUMBER}", NUMBERS)
    assert str(NUMBER) not in reason
    assert str(NUMBER) not in repr(a_file("x.txt", f"of {NUMBER}", NUMBERS))


def test_a_picture_is_not_read():
    assert told(check, "x.png", a_picture(), NUMBERS) == []
