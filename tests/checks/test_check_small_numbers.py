"""Small whole numbers of a file without a claim may count that few people."""

import pytest

from output_checker.checks.small_numbers import check
from output_checker.report import Verdict
from tests.opaque_files import told


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        ("sex,n\nfemale,3\nmale,340\n", "column 2;"),
        ("sex,n,m\nfemale,3,9.0\nmale,340,1\n", "column 2, 3;"),
        ("sex  n\nfemale  9\nmale  340\n", "column 2;"),
    ],
)
def test_columns_with_small_whole_numbers_are_told(data, columns):
    ((verdict, reason),) = told(check, "x.txt", data)
    assert verdict is Verdict.REVIEW
    assert f"whole numbers below 10 in {columns}" in reason


@pytest.mark.parametrize("value", ["0", "10", "0.5", "3.7", "-3", "2024-01", "12 3", "³"])
def test_zero_large_numbers_and_fractions_arent(value):
    assert told(check, "x.csv", f"sex,n\nfemale,{value}\n") == []
