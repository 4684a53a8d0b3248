"""Whether bytes from elsewhere are a codelist: a table of codes, not a page about one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

MOST_BYTES = 20 * 1024**2
"""The largest codelists of medicines have some megabytes."""

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def why_not(data: bytes) -> str | None:
    """What is wrong with a file's bytes, or None where they are a CSV file of codes."""
    if len(data) > MOST_BYTES:
        return f"it has more than {MOST_BYTES // 1024**2} MB"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "it isn't UTF-8 text"
    if text.lstrip().startswith("<"):
        return "it is a page for people, not a CSV file"
    if _UNSEEN.search(text):
        return "it has control characters"
    return _why_no_table(text)


def _why_no_table(text: str) -> str | None:
    rows = csv.reader(io.StringIO(text))
    try:
        head = next(rows, [])
        if not any(name.strip() for name in head):
            return "its first line names no columns"
        if len(_named(head)) != len(set(_named(head))):
            return "two of its columns have one name"
        return None if any(any(row) for row in rows) else "it has no codes"
    except csv.Error:
        return "it can't be read as CSV"


def _named(head: Sequence[str]) -> list[str]:
    return [name.strip() for name in head if name.strip()]
