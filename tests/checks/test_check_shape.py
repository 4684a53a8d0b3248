"""What is large, uneven or broken can't be written anew, nor looked through."""

from dataclasses import replace

import pytest

from output_checker.checks.shape import check
from output_checker.opaque import pictures
from output_checker.report import Verdict
from tests.a_cohort import DEFAULT
from tests.opaque_files import a_file, a_picture, told

WIDE = ",".join(["c"] * 1_000_000)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.csv", "a,b\n1\n", "different numbers of values"),
        ("x.csv", 'a,b\n"1,2\n', "quotation marks don't match"),
        ("x.csv", 'a,b\n"1\n2",3\n', "different numbers of values"),
        ("x.csv", "", "it is empty"),
        ("x.txt", "", "it is empty"),
        ("x.txt", "\n\n", "it is empty"),
        ("x.csv", "a\n" * 201, "more than 200 lines"),
        ("x.txt", "a\n" * 201, "more than 200 lines"),
        ("x.csv", ",".join("c" * 31), "more than 30 columns"),
        ("x.csv", WIDE, "more than 200,000 bytes"),
        ("x.csv", "a " * 60, "a value has more than 100 characters"),
        ("x.txt", "a " * 150, "a line has more than 200 characters"),
        ("x.txt", "ab" * 30, "a word has more than 40 characters"),
        ("x.csv", f"{'ab' * 30},1\n", "a word has more than 40 characters"),
        ("x.txt", "a\n" * 200_000, "more than 200,000 bytes"),
        ("x.png", a_picture()[:-40], "the picture is broken"),
        ("x.png", b"\x89PNG\r\n\x1a\n", "the picture is broken"),
        ("x.jpg", b"\xff\xd8\xff", "the picture is broken"),
        ("x.png", a_picture(size=(3000, 2100)), "more than 6,000,000 points"),
        ("x.png", a_picture() + bytes(5_000_000), "more than 5,000,000 bytes"),
    ],
)
def test_what_cannot_be_written_anew_is_refused(name, data, reason):
    ((verdict, said),) = told(check, name, data)
    assert verdict is Verdict.FAIL
    assert reason in said


def test_a_bomb_of_a_picture_is_refused_by_its_size():
    """Eight gigabytes of points, in a few bytes."""
    size = b"\x00\x00\xb0\x00\x00\x00\xb0\x00"
    bomb = a_picture().replace(b"\x00\x00\x00\x28\x00\x00\x00\x1e", size)
    ((_, reason),) = told(check, "x.png", bomb)
    assert "It can't be written anew" in reason


def test_a_picture_that_stays_large_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 50)
    ((_, reason),) = told(check, "x.png", a_picture())
    assert "drawn anew, the picture has more than 50 bytes" in reason


def test_a_site_says_how_many_lines_there_may_be():
    few = replace(DEFAULT, opaque_lines=2)
    assert told(check, "x.csv", "a,n\nb,20\n", policy=few) == []
    assert told(check, "x.csv", "a,n\nb,20\nc,30\n", policy=few)


def test_a_rule_of_one_sign_is_no_word():
    assert told(check, "x.txt", "=" * 80) == []


def test_what_is_refused_for_its_shape_is_still_looked_into():
    assert len(a_file("x.csv", "a\n" * 300).rows) == 300
