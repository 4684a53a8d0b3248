"""A server of one made-up answer, for the real driver: it lets in who knows the password.

It speaks what python-oracledb's thin mode does (Apache-2.0; written from its source) as
12.1 spoke it. Whatever is asked is done at once; a SELECT has the rows that a test gives
it, the first of them with the answer and the others when they are fetched, which is where
a test has it break.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import select
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from tests.a_tns_listener import (
    DATA,
    accepted,
    agreed,
    asked,
    error,
    head,
    number,
    receive,
    text,
)

PARAMETERS, ROW_HEAD, ROW, COLUMNS = 8, 6, 7, 16
EXECUTE, FETCH, LOGOFF = 94, 5, 9
VERIFIER_12C, ROUNDS = 0x4815, 4096
VERSION = 19 << 24 | 3 << 20
NO_MORE = 1403
CURSOR = 7

Break: TypeAlias = Callable[[socket.socket], None]
"""What comes instead of more rows."""


Columns: TypeAlias = Sequence[tuple[str, str]]
"""Names and kinds."""
Rows: TypeAlias = Sequence[Sequence[Any]]


@dataclass
class Server:
    """``answers``: for a SELECT, its columns and rows. ``first``: as many rows come at
    once, two at most: the driver has room for them. ``breaks``: instead of the others, if
    anything. ``heard``: what was executed."""

    password: str
    answers: Callable[[str], tuple[Columns, Rows]] = lambda statement: ((), ())
    first: int = 1
    breaks: Break | None = None
    heard: list[str] = field(default_factory=list)
    coming: tuple[Columns, Rows] = ((), ())

    def __call__(self, held: socket.socket) -> None:
        asked(held)
        held.sendall(accepted())
        for say in agreed():
            receive(held)
            _send(held, say)
        self._let_in(held)
        with contextlib.suppress(OSError):
            while (body := _request(held)) is not None:
                self._answer(held, body)

    def _let_in(self, held: socket.socket) -> None:
        """By the verifier of 12c: both sides show that they know the password."""
        salt, theirs = secrets.token_bytes(16), secrets.token_bytes(16)
        spiced = salt + b"AUTH_PBKDF2_SPEEDY_KEY"
        stretched = _stretched(self.password.encode(), spiced, 64)
        hashed = hashlib.sha512(stretched + salt).digest()[:32]
        ours = secrets.token_bytes(32)
        receive(held)
        told = {
            "AUTH_SESSKEY": _encrypted(hashed, ours).hex().upper(),
            "AUTH_VFR_DATA": salt.hex().upper(),
            "AUTH_PBKDF2_CSK_SALT": theirs.hex().upper(),
            "AUTH_PBKDF2_VGEN_COUNT": str(ROUNDS),
            "AUTH_PBKDF2_SDER_COUNT": str(ROUNDS),
        }
        _send(held, _parameters(told) + error(0, ""))
        found = re.search(rb"AUTH_SESSKEY.{0,4}?([0-9A-F]{64})", receive(held), re.S)
        assert found is not None
        other = _decrypted(hashed, bytes.fromhex(found[1].decode()))
        shared = (other + ours).hex().upper().encode()
        key = _stretched(shared, theirs, 32)
        greeting = _encrypted(key, secrets.token_bytes(16) + b"SERVER_TO_CLIENT")
        session = {
            "AUTH_SVR_RESPONSE": greeting.hex().upper(),
            "AUTH_VERSION_NO": str(VERSION),
            "AUTH_SESSION_ID": "11",
            "AUTH_SERIAL_NUM": "12",
            "AUTH_MAX_OPEN_CURSORS": "300",
        }
        _send(held, _parameters(session) + error(0, ""))

    def _answer(self, held: socket.socket, body: bytes) -> None:
        statement = _statement(body)
        if statement is None and bytes([3, FETCH]) in body:
            if self.breaks is not None:
                return self.breaks(held)
            columns, rows = self.coming
            return self._give(held, b"", columns, rows, _wanted(body))
        if statement is not None:
            self.heard.append(statement)
        if statement is None or not statement.startswith(("SELECT", "WITH")):
            return _send(held, error(0, "", rows=1))
        columns, rows = self.answers(statement)
        return self._give(held, _described(columns), columns, rows, self.first)

    def _give(
        self, held: socket.socket, before: bytes, columns: Columns, rows: Rows, many: int
    ) -> None:
        self.coming = columns, rows[many:]
        ending = error(0, "", cursor=CURSOR) if rows[many:] else error(NO_MORE, "none")
        _send(held, before + _rows(columns, rows[:many]) + ending)


def _wanted(body: bytes) -> int:
    """How many rows a call wants to fetch: after its number and the cursor's."""
    rest = body[body.index(bytes([3, FETCH])) + 3 :]
    rest = rest[1 + rest[0] :]
    return int.from_bytes(rest[1 : 1 + rest[0]], "big")


def _rows(columns: Columns, rows: Rows) -> bytes:
    kinds = [kind for _, kind in columns]
    each = [
        b"".join(_value(v, kind) for v, kind in zip(row, kinds, strict=True))
        for row in rows
    ]
    before = bytes([ROW_HEAD, 0]) + number(0) * 6
    return before + b"".join(bytes([ROW]) + one for one in each)


def closes(held: socket.socket) -> None:
    """As when the server's process is gone."""
    raise OSError("gone")


def says(code: int, words: str) -> Break:
    return lambda held: _send(held, error(code, words))


def is_silent(held: socket.socket) -> None:
    """Until whoever asks has gone."""
    while held.recv(4096):
        pass
    raise OSError("gone")


NEARLY_FULL, SOON = 8_000, 0.2
"""Bytes of a packet that another may follow; seconds within which it does."""


# What is sent --------------------------------------------------------------------


def _send(held: socket.socket, say: bytes) -> None:
    held.sendall(head(len(say) + 2, DATA) + b"\0\0" + say)


def _request(held: socket.socket) -> bytes | None:
    """What is asked, without its flags; None at its end."""
    body = receive(held)
    whole = body[2:]
    while len(body) > NEARLY_FULL and select.select([held], [], [], SOON)[0]:
        body = receive(held)
        whole += body[2:]
    return None if whole[:2] == bytes([3, LOGOFF]) else whole


WORDS = rb"(ALTER SESSION|SET TRANSACTION|CREATE|DROP|INSERT|SELECT|WITH)\b[ -~\n\t]*"


def _statement(body: bytes) -> str | None:
    found = re.search(WORDS, body)
    return found[0].decode() if found else None


def _parameters(told: dict[str, str]) -> bytes:
    pairs = [
        number(len(key)) + text(key) + number(len(value)) + text(value)
        + number(VERIFIER_12C if key == "AUTH_VFR_DATA" else 0)
        for key, value in told.items()
    ]  # fmt: skip
    return bytes([PARAMETERS]) + number(len(pairs)) + b"".join(pairs)


KINDS = {
    "text": (1, 4000, 1),
    "number": (2, 22, 0),
    "date": (12, 7, 0),
    "float": (101, 8, 0),
}
"""Oracle's number of the kind, bytes that it may have, whether it is text."""


def _described(columns: Columns) -> bytes:
    before = bytes([COLUMNS, 0]) + number(0) + number(len(columns)) + b"\0"
    after = number(0) * 6
    return before + b"".join(_column(*one) for one in columns) + after


def _column(name: str, kind: str) -> bytes:
    of_kind, size, is_text = KINDS[kind]
    scale = struct.pack("bb", 0, -127)
    parts = [bytes([of_kind, 0]), scale, number(size), number(0), number(0), number(0)]
    parts += [number(0), number(873 if is_text else 0), bytes([is_text]), number(size)]
    parts += [b"\1\0", number(len(name)), text(name), number(0), number(0), number(0)]
    return b"".join([*parts, number(0)])


def _value(value: Any, kind: str) -> bytes:
    if value is None:
        return b"\0"
    held = WRITTEN[kind](value)
    return bytes([len(held)]) + held


def _decimal(value: int) -> bytes:
    """Digits of a hundred, each one more than it is, or taken from 101 below zero."""
    if value == 0:
        return b"\x80"
    digits = []
    rest = abs(value)
    while rest:
        rest, digit = divmod(rest, 100)
        digits.insert(0, digit)
    places = len(digits)
    while digits[-1] == 0:
        digits.pop()
    if value > 0:
        return bytes([192 + places, *(digit + 1 for digit in digits)])
    return bytes([63 - places, *(101 - digit for digit in digits), 102])


def _double(value: float) -> bytes:
    """As its bytes sort."""
    held = struct.unpack(">Q", struct.pack(">d", value))[0]
    turned = held ^ (1 << 63) if held >> 63 == 0 else held ^ ((1 << 64) - 1)
    return struct.pack(">Q", turned)


def _day(value: date) -> bytes:
    century, year = divmod(value.year, 100)
    return bytes([century + 100, year + 100, value.month, value.day, 13, 31, 1])  # 12:30


WRITTEN: dict[str, Callable[[Any], bytes]] = {
    "text": lambda value: value.encode(),
    "number": _decimal,
    "date": _day,
    "float": _double,
}


# Secrets -------------------------------------------------------------------------


def _stretched(secret: bytes, salt: bytes, length: int) -> bytes:
    return PBKDF2HMAC(hashes.SHA512(), length, salt, ROUNDS).derive(secret)


def _cipher(key: bytes) -> Any:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16)))


def _encrypted(key: bytes, plain: bytes) -> bytes:
    held: bytes = _cipher(key).encryptor().update(plain)
    return held


def _decrypted(key: bytes, secret: bytes) -> bytes:
    held: bytes = _cipher(key).decryptor().update(secret)
    return held
