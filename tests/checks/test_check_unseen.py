"""What people can't see, they can't judge."""

import pytest

from output_checker.checks.unseen import check
from output_checker.report import Verdict
from tests.opaque_files import told


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "Âge\u00a0: décès en été, 5\u202f000",
        "größer; más; ≥ 65; χ²; 数",
        "windows\r\nlines\r\n",
        "tab\tand space",
        "",
    ],
)
def test_words_of_any_language_are_plain(text):
    assert told(check, "x.txt", text) == []
    assert told(check, "x.txt", b"\xef\xbb\xbf" + text.encode()) == []


@pytest.mark.parametrize(
    "data",
    [
        "décès".encode("latin-1"),
        "words".encode("utf-16"),
        b"\xc0\xaf",  # a long form of a short character
        b"\xed\xa0\x80",  # half a character
        b"cut \xe2\x82",
    ],
)
def test_other_encodings_are_refused(data):
    ((verdict, reason),) = told(check, "x.txt", data)
    assert (verdict, "it isn't UTF-8" in reason) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    "hidden",
    [
        "\x1b[8m", "\x07", "\x7f", "\x85", "\r", "\x0b",  # control
        "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad",  # of no width
        "\u202e", "\u2066", "\u061c",  # turning text around
        "\ufe0f", "\U000e0101", "\U000e0041", "\u034f",  # carried by the letter before
        "\u3164", "\u2800", "\u115f",  # letters that show nothing
        "\u2028", "\u2003", "\ue000", "\ufffe",
    ],
)  # fmt: skip
def test_characters_that_cannot_be_seen_are_refused(hidden):
    ((verdict, reason),) = told(check, "x.txt", f"wo{hidden}rd")
    assert (verdict, "can't be seen" in reason) == (Verdict.FAIL, True)


def test_a_nul_makes_it_no_text_at_all():
    assert told(check, "x.txt", b"a\0b") == []  # refused by its kind
