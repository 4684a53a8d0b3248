"""A Thrift server that answers and lets nobody in, played by a socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cohort_dsl.errors import LoginRefused, WarehouseAway
from cohort_dsl.warehouses import spark_thrift

CANARY = b"canary-7f3a"
BAD = b"\x03" + len(CANARY).to_bytes(4, "big") + CANARY  # SASL's answer, of a refusal


@contextmanager
def answering(bytes_sent: bytes) -> Iterator[int]:
    """The port of who says this to whoever comes, once."""

    def answer() -> None:
        came, _ = listener.accept()
        with came:
            came.recv(1_000)
            came.sendall(bytes_sent)
            while bytes_sent and came.recv(1_000):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def words(port: int) -> dict[str, object]:
    told = {"host": "127.0.0.1", "port": port, "username": "me", "password": "wrong"}
    return {**told, "auth": "LDAP"}


def test_a_refused_login_is_not_tried_again_as_that_may_lock_the_account() -> None:
    with answering(BAD) as port, pytest.raises(LoginRefused) as told:
        spark_thrift.connect(words(port))
    assert CANARY.decode() not in str(told.value)
    assert "lock the account" in told.value.remedy


def test_a_connection_that_is_closed_at_once_is_no_refusal() -> None:
    with answering(b"") as port, pytest.raises(WarehouseAway, match="no Thrift server"):
        spark_thrift.connect(words(port))
