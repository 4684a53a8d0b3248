"""A file without a claim written anew: what people can read of it, and nothing else.

What leaves is never the file's own bytes. Yet whoever wrote the words of a text can put
a message into them; two people read it, and there is little of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from output_checker.canonical import harmless
from output_checker.opaque.layout import Rows, Unfit

LONGEST_CELL = 100
LONGEST_LINE = 200
LONGEST_WORD = 40
"""Characters without a space, of which there is more than one: longer ones are codes."""
MOST_COLUMNS = 30
A_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?\s?%?")


def table(rows: Rows, most: int) -> bytes:
    """The rows as CSV in our one form; Unfit if they are too many, or too wide."""
    _few(len(rows), most)
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise Unfit(f"it has more than {MOST_COLUMNS} columns")
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise Unfit(f"a value has more than {LONGEST_CELL} characters")
    _words(cell for row in rows for cell in row)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def text(lines: Sequence[str], most: int) -> bytes:
    """The lines with one space or two between words, and one blank line at most."""
    plain = [_line(line) for line in lines]
    kept = [line for n, line in enumerate(plain) if line or (n and plain[n - 1])]
    _few(len(kept), most)
    if any(len(line) > LONGEST_LINE for line in kept):
        raise Unfit(f"a line has more than {LONGEST_LINE} characters")
    _words(kept)
    return ("\n".join(kept).strip("\n") + "\n").encode()


def _few(lines: int, most: int) -> None:
    if lines == 0:
        raise Unfit("it is empty")
    if lines > most:
        raise Unfit(f"it has more than {most} lines")


def _words(texts: Iterable[str]) -> None:
    for part in texts:
        if any(len(w) > LONGEST_WORD and len(set(w)) > 1 for w in part.split()):
            raise Unfit(f"a word has more than {LONGEST_WORD} characters")


def _cell(cell: str) -> str:
    return cell if A_NUMBER.fullmatch(cell) else harmless(cell)


def _line(line: str) -> str:
    spaced = re.sub(r"[\t\u00a0\u202f]", "  ", line)
    return re.sub(r" {2,}", "  ", spaced).rstrip()
