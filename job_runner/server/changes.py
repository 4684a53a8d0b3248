"""Tells waiting callers that something changed: from any thread, to any event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from job_runner.jobs.wake import WakeSocket, notify


class Changes:
    """Those who wait for a change now. A change says nothing: they look for themselves."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()

    def tell(self) -> None:
        """Wakes everybody who waits. Any thread may call this."""
        with self._lock:
            waiting = list(self._waiting.items())
        for event, loop in waiting:
            with contextlib.suppress(RuntimeError):  # its loop has closed meanwhile
                loop.call_soon_threadsafe(event.set)

    @contextlib.contextmanager
    def expected(self) -> Iterator[asyncio.Event]:
        """Set at the first change from now on; clear it before each look."""
        event = asyncio.Event()
        with self._lock:
            self._waiting[event] = asyncio.get_running_loop()
        try:
            yield event
        finally:
            with self._lock:
                del self._waiting[event]


@contextlib.contextmanager
def listening(path: Path, tell: Callable[[], object]) -> Iterator[None]:
    """Calls ``tell`` in a thread for each tap at the socket ``path``, until the block ends.

    PlatformError where another process listens there.
    """
    over = threading.Event()
    with WakeSocket(path) as socket:

        def listen() -> None:
            while socket.wait() and not over.is_set():
                tell()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            notify(path)
            thread.join()
