"""What a text could be saying of somebody: its words, its numbers, and disguises of them.

Simple disguises are undone: numbers in groups, hex, base64, other signs around or between.
Nobody can undo them all; whoever wants to hide a number will.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

A_RUN = re.compile(r"[^\W_]+")
A_WORD = re.compile(r"[^\W\d_]{3,}")
GROUPED = re.compile(r"\d[\d .,'’/:_-]*\d")
CHUNK = re.compile(r"\S+")
HEX = re.compile(r"(?:0x)?([0-9a-f]{5,32})", re.I)
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
A_DIGEST = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\b", re.I)
A_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
TELLING = 5
"""Significant digits from which on a number may be one person's own."""


def runs(cells: Iterable[str]) -> frozenset[str]:
    """Letters and digits in a row, in small letters, as written and undone."""
    return frozenset(run.lower() for cell in cells for run in _runs(cell) if run)


def windows(found: Iterable[str], length: int) -> frozenset[str]:
    """Every piece of so many characters."""
    return frozenset(
        run[at : at + length] for run in found for at in range(len(run) - length + 1)
    )


def digests(cells: Iterable[str]) -> frozenset[str]:
    """What looks like the hash of something."""
    return frozenset(d.lower() for cell in cells for d in A_DIGEST.findall(cell))


def words(cells: Iterable[str]) -> frozenset[str]:
    """Words of three letters or more, in small letters."""
    return frozenset(w.lower() for cell in cells for w in A_WORD.findall(cell))


def numbers(cells: Iterable[str]) -> frozenset[float]:
    """Numbers with so many digits that they may be one person's own."""
    found = (n for cell in cells for n in A_NUMBER.findall(cell))
    return frozenset(float(n) for n in found if _digits(n) >= TELLING)


def _digits(number: str) -> int:
    mantissa = number.lower().partition("e")[0]
    return len(re.sub(r"\D", "", mantissa).strip("0"))


def _runs(cell: str) -> Iterator[str]:
    yield from A_RUN.findall(cell)
    yield from (re.sub(r"\D", "", group) for group in GROUPED.findall(cell))
    yield from (re.sub(r"[\W_]", "", chunk) for chunk in CHUNK.findall(cell))
    for digits in HEX.findall(cell):
        yield str(int(digits, 16))
        yield _text(binascii.unhexlify(digits) if len(digits) % 2 == 0 else b"")
    for piece in BASE64.findall(cell):
        yield _text(_from_base64(piece))


def _from_base64(piece: str) -> bytes:
    plain = piece.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except ValueError:
        return b""


def _text(data: bytes) -> str:
    """The bytes as letters and digits; nothing if they aren't."""
    return data.decode("ascii") if data.isalnum() and data.isascii() else ""
