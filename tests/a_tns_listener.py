"""A socket that speaks as much of Oracle's protocol as it takes to say no.

Written from python-oracledb's source (Apache-2.0), whose thin mode is what meets it here.
Packets have a head of 8 bytes; once a connection is accepted, lengths have 32 bits, and
numbers come as their length in bytes and then those bytes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

ACCEPT, REFUSE, DATA = 2, 4, 6
PROTOCOL, DATA_TYPES, ERROR = 1, 2, 4
UTF8 = 873

Answer: TypeAlias = Callable[[socket.socket], None]
"""What becomes of a connection; it is closed afterwards."""


@contextlib.contextmanager
def listening(answer: Answer) -> Iterator[int]:
    """The port of a listener of this kind, on 127.0.0.1, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended, met = threading.Event(), [server]

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError), server.accept()[0] as held:
                    met.append(held)
                    answer(held)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            for one in met:  # so that what waits for anything of it returns
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            thread.join()


def closes_at_once(held: socket.socket) -> None:
    """As a server does that expects TLS, or doesn't want this host."""


def closes(held: socket.socket) -> None:
    """Once it was asked anything."""
    held.recv(4096)


def says_nothing(held: socket.socket) -> None:
    """Until whoever came has gone."""
    with contextlib.suppress(OSError):
        while held.recv(4096):
            pass


def speaks_http(held: socket.socket) -> None:
    held.recv(4096)
    held.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    held.shutdown(socket.SHUT_WR)
    says_nothing(held)  # closed with something unread, what was said might never arrive


def refuses(code: int) -> Answer:
    """The listener's refusal: the code is what follows TNS- or ORA- in its log."""
    told = f"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={code})(ERROR_STACK=(ERROR="
    told += f"(CODE={code})(EMFI=4))))"
    body = struct.pack(">BBH", 0, 0, len(told)) + told.encode()

    def answer(held: socket.socket) -> None:
        asked(held)
        held.sendall(head(len(body), REFUSE, long=False) + body)

    return answer


def lets_in_nobody(code: int, words: str) -> Answer:
    """Accepts, agrees about everything, and answers the login with an error of Oracle's."""

    def answer(held: socket.socket) -> None:
        asked(held)
        held.sendall(accepted())
        for say in (*agreed(), error(code, words)):
            receive(held)
            held.sendall(head(len(say) + 2, DATA) + b"\0\0" + say)

    return answer


def head(length: int, kind: int, *, long: bool = True) -> bytes:
    size = struct.pack(">I" if long else ">HH", length + 8, *([] if long else [0]))
    return size + struct.pack(">BBH", kind, 0, 0)


def accepted() -> bytes:
    version, unit = 317, 8192  # without what 12.2 and later agree about besides
    body = struct.pack(">HH10xB9xI", version, 0, 0, unit)
    return head(len(body), ACCEPT, long=False) + body


def asked(held: socket.socket) -> None:
    """What is wanted: in a packet of its own where it is long."""
    body = _exactly(held, struct.unpack(">H", _exactly(held, 8)[:2])[0] - 8)
    if len(body) == 66:
        _exactly(held, struct.unpack(">H", _exactly(held, 8)[:2])[0] - 8)


def receive(held: socket.socket) -> bytes:
    """A whole packet: some are larger than what comes at once."""
    head = _exactly(held, 8)
    return _exactly(held, struct.unpack(">I", head[:4])[0] - 8)


def _exactly(held: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = held.recv(size - len(found))
        if not more:
            raise OSError("gone")
        found += more
    return found


def agreed() -> tuple[bytes, bytes]:
    """What is answered about the protocol, then about types."""
    return _protocol(), struct.pack(">BH", DATA_TYPES, 0)


def _protocol() -> bytes:
    """Text is UTF-8; the capabilities are those of 12.1."""
    sets = bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, *struct.pack(">H", 2000)])
    compile_time = bytearray(48)
    compile_time[7] = 7
    said = bytes([PROTOCOL, 6, 0]) + b"a listener of tests\0"
    said += struct.pack("<HBH", UTF8, 0, 0) + struct.pack(">H", len(sets)) + sets
    return said + counted(bytes(compile_time)) + counted(bytes(8))


def error(code: int, words: str, *, cursor: int = 0, rows: int = 0) -> bytes:
    """How a call ended, as the server tells it; 0 is well. Most fields are empty."""
    before = [number(0)] * 6 + [number(cursor), number(0)] + [b"\0"] * 6
    rowid = [number(0), number(0), b"\0", number(0), number(0)]
    after = [number(0), b"\0", b"\0", number(0), number(0), number(0)]
    none = [number(0)] * 3
    told = [number(code), number(rows), *([text(words)] if code else [])]
    return bytes([ERROR]) + b"".join([*before, *rowid, *after, *none, *told])


def number(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def text(words: str) -> bytes:
    return counted(words.encode())


def counted(value: bytes) -> bytes:
    return bytes([len(value)]) + value
