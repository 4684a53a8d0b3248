"""Bytes read as text, strictly: every character can be seen, or is an ordinary space."""

from __future__ import annotations

import unicodedata

from output_checker.review.request import printable


class Unseen(Exception):
    """Why bytes aren't text that people can read. Says nothing of what they are."""


def read(data: bytes) -> tuple[str, ...]:
    """The lines of UTF-8 text, in Unicode's composed form; Unseen says why not.

    A byte order mark at the start is left out, and lines may end as on Windows.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unseen("it isn't UTF-8") from None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    lines = tuple(text.removesuffix("\n").split("\n")) if text else ()
    if not all(printable(line.replace("\t", " ")) for line in lines):
        raise Unseen("it has characters that can't be seen, or that turn text around")
    return lines
