"""What a box printed, made safe to show: bounded, and without a terminal's escapes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

# C0 and C1 controls but tab and newline, and everything that turns or hides text.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_NOTE = 64
"""Bytes kept for the line that says what was left out."""


def shown(chunks: Iterable[bytes], limit: int) -> bytes:
    """At most ``limit`` bytes of UTF-8: all of it, or head, a note, and tail.

    Memory is bounded by ``limit`` and the largest chunk, whatever the length of a line.
    """
    room = max(0, limit - _NOTE)
    head, tail, total = bytearray(), bytearray(), 0
    for piece in _escaped(chunks):
        total += len(piece)
        taken = min(len(piece), room // 2 - len(head))
        head += piece[:taken]
        tail += piece[taken:]
        if len(tail) > 2 * limit:
            del tail[:-limit]
    if total <= limit:
        return bytes(head + tail)
    tail = tail[len(tail) - (room - len(head)) :]
    return _whole(_cut(bytes(head), bytes(tail), total)[:limit])


def _cut(head: bytes, tail: bytes, total: int) -> bytes:
    head, tail = _whole(head), _whole(tail)
    left_out = total - len(head) - len(tail)
    return head + f"\n[… {left_out} bytes left out …]\n".encode() + tail


def _whole(data: bytes) -> bytes:
    """Without the broken characters that a cut leaves at either end."""
    return data.decode(errors="ignore").encode()


def _escaped(chunks: Iterable[bytes]) -> Iterable[bytes]:
    decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
    for chunk in chunks:
        yield _CONTROL.sub(_escape, decode(chunk)).encode()
    yield _CONTROL.sub(_escape, decode(b"", True)).encode()


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
