"""A tap on a runner's or the server's shoulder: the store has changed, look again.

A Unix datagram socket, because it needs no connection, never blocks who taps, and a
thousand taps while the runner is busy wake it once. Taps carry nothing: what changed is
in the store, so a lost tap costs time and never work.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from job_runner.errors import PlatformError

LONGEST_ADDRESS = 100
"""Bytes of a path that every kernel takes as a socket's address; Linux takes 107."""


class WakeSocket:
    """The listening end. One process listens at a path; PlatformError if another does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _clear(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            with _address(path) as address:
                self._socket.bind(address)
            path.chmod(0o600)
        except OSError as error:
            self._socket.close()
            raise PlatformError(
                f"nobody can listen here: {error.strerror}",
                where=str(path),
                remedy="Give it a folder that exists and that it may write to.",
            ) from None
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """For ``select`` and its kin."""
        return self._socket.fileno()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether somebody tapped, since the last wait or within ``seconds``."""
        woken, _, _ = select.select([self], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while woken:
                self._socket.recv(1)
        return bool(woken)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def notify(path: Path) -> bool:
    """Wakes who listens at ``path``; False if nobody does, which is no error."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as tap:
        tap.setblocking(False)
        try:
            with _address(path) as address:
                tap.sendto(b"!", address)
        except BlockingIOError:  # as many taps as the kernel keeps are already waiting
            return True
        except OSError:
            return False
    return True


def notify_all(folder: Path) -> int:
    """Wakes everybody who listens at a socket in this folder; how many that were."""
    return sum(notify(path) or _forgotten(path) for path in folder.glob("*.sock"))


def _forgotten(path: Path) -> bool:
    """Nobody listens there any more: names aren't used twice, so nobody will."""
    path.unlink(missing_ok=True)
    return False


def listens(path: Path) -> bool:
    """Whether somebody listens at ``path``; nobody is woken by the question."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as tap:
        try:
            with _address(path) as address:
                tap.connect(address)
        except OSError:
            return False
    return True


def _clear(path: Path) -> None:
    """Takes away the socket that a killed runner left; never anything else."""
    if not path.is_socket():
        return
    if notify(path):
        raise PlatformError(
            "another process listens here already",
            where=str(path),
            remedy="Stop it first: a site has one server, and a name is one runner's.",
        )
    path.unlink(missing_ok=True)


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path, or a short name for its folder where the path is too long for a socket."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
