"""One private engine, shared by every process that needs it while it needs it.

Who uses it holds a lock that the kernel gives back even after ``kill -9``, so nobody is
counted who isn't there any more. The last to leave stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from job_runner.executors import dockerd
from job_runner.executors.dockerd import Home

Engine = TypeVar("Engine")


@contextlib.contextmanager
def member(home: Home, have: Callable[[], Engine]) -> Iterator[Engine]:
    """Use the engine that ``have`` finds or starts; leaving, stop it if nobody is left."""
    with contextlib.ExitStack() as membership:
        try:
            with _turn(home):
                membership.enter_context(_lock(_users(home), fcntl.LOCK_SH))
                engine = have()
            yield engine
        finally:
            with _turn(home):
                membership.close()
                if not _kept(home).exists():
                    _stop_if_unused(home)


def keep(home: Home, have: Callable[[], Engine]) -> Engine:
    """Have the engine, and have it stay when its users leave."""
    with _turn(home):
        engine = have()
        if home.socket.exists():  # else ``have`` found another one
            _kept(home).touch()
        return engine


def stop(home: Home) -> bool:
    """Stop the engine; False if others still use it (then the last of them stops it)."""
    with _turn(home):
        _kept(home).unlink(missing_ok=True)
        return _stop_if_unused(home)


def _stop_if_unused(home: Home) -> bool:
    try:
        with _lock(_users(home), fcntl.LOCK_EX | fcntl.LOCK_NB):
            dockerd.shut_down(home)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _turn(home: Home) -> Iterator[None]:
    """One at a time decides about the engine."""
    home.data.mkdir(parents=True, exist_ok=True)
    with _lock(home.data / "turn.lock", fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def _lock(path: Path, how: int) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, how)
        yield


def _users(home: Home) -> Path:
    return home.data / "users.lock"


def _kept(home: Home) -> Path:
    """Beside the sockets, so that it can't outlive a reboot."""
    return home.run / "keep"
