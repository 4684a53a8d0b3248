"""What a box printed is bounded, and moves nothing on the screen that shows it."""

from __future__ import annotations

import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_runner.executors.logs import shown

NOTE = re.compile("\n\\[… (\\d+) bytes left out …\\]\n".encode())


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (b"plain\ttext\n", b"plain\ttext\n"),
        ("déjà vu €\n".encode(), "déjà vu €\n".encode()),
        (b"\x1b[31mred", b"\\x1b[31mred"),
        (b"over\rwritten", b"over\\x0dwritten"),
        (b"\x00\x07\x08\x7f", b"\\x00\\x07\\x08\\x7f"),
        ("\x9b31m".encode(), b"\\x9b31m"),
        ("\u202etxt.exe".encode(), b"\\u202etxt.exe"),
        ("a\u2028b\u200bc\ufeff".encode(), b"a\\u2028b\\u200bc\\ufeff"),
        (b"\xff\xfe", b"\\xff\\xfe"),
        (b"cut \xe2\x82", b"cut \\xe2\\x82"),
    ],
)
def test_only_text_is_left(said: bytes, seen: bytes) -> None:
    """In any bytes; escapes are shown, not obeyed."""
    assert shown([said], 1000) == seen


def test_a_character_cut_between_two_chunks_stays_whole() -> None:
    """The engine cuts where it likes."""
    euro = "€".encode()
    assert shown([euro[:1], euro[1:]], 1000) == euro


@given(st.lists(st.binary(max_size=300), max_size=20), st.integers(0, 400))
def test_a_log_fits_its_limit_and_keeps_its_ends(chunks: list[bytes], limit: int) -> None:
    """Whole if it fits; else its head, how much is missing, and its tail."""
    whole = shown(chunks, 10**6)
    cut = shown(chunks, limit)
    assert len(cut) <= limit
    cut.decode()
    if len(whole) <= limit:
        assert cut == whole
    elif limit > 100:
        head, missing, tail = re.split(NOTE, cut)
        assert whole.startswith(head)
        assert whole.endswith(tail)
        assert len(head) + int(missing) + len(tail) == len(whole)


def test_a_log_of_any_length_takes_the_memory_of_its_limit() -> None:
    """Ten gigabytes, or one line of them, come in chunks and go."""
    tracemalloc.start()
    try:
        cut = shown((b"x" * 10_000 for _ in range(5000)), 5000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(cut) <= 5000
    assert peak < 500_000
