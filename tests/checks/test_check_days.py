"""Days of many different people: dates of birth above all."""

import pytest

from output_checker.checks.days import check
from output_checker.report import Verdict
from tests.opaque_files import lines, told

LIVES = [f"{1931 + 5 * n}-0{n % 9 + 1}-1{n % 7}" for n in range(14)]
SEASON = [f"2024-0{n % 9 + 1}-1{n % 7}" for n in range(14)]


def table(head: str, days: list[str]) -> str:
    return lines(f"n,{head}", *(f"{20 + n},{day}" for n, day in enumerate(days)))


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (table("x", LIVES), Verdict.FAIL),
        (table("x", [d.replace("-", "/") for d in LIVES]), Verdict.FAIL),
        (table("x", ["/".join(d.split("-")[::-1]) for d in LIVES]), Verdict.FAIL),
        (table("x", [f"{d} 00:00:00" for d in LIVES]), Verdict.FAIL),
        (table("dob", SEASON[:3]), Verdict.FAIL),
        (table("dob", SEASON[:1]), Verdict.FAIL),
        (table("Date de naissance", SEASON[:3]), Verdict.FAIL),
        (table("x", SEASON), Verdict.REVIEW),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.txt"])
def test_columns_of_days_are_told(name, data, verdict):
    ((found, reason),) = told(check, name, data)
    assert found is verdict
    assert "Column 2 has days that may each be a person's" in reason


@pytest.mark.parametrize(
    "data",
    [
        table("month", [f"2024-{n:02}-01" for n in range(1, 13)]),
        table("week", [f"2024-01-{n:02}" for n in range(1, 31, 2)]),
        table("followed", SEASON[:2] * 7),
        table("birth_year", [str(1931 + n) for n in range(14)]),
        table("x", [f"2024-99-{n}" for n in range(14)]),
        table("birth weight", ["3100"] * 14),
    ],
)
def test_a_studys_own_days_arent(data):
    assert told(check, "x.csv", data) == []
