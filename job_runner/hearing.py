"""Waiting such that Ctrl-C is heard.

A signal may reach any thread, one that is just being begun in particular. Python then notes
it, and answers it in the main thread, which it doesn't wake. So whoever waits there wakes
now and then by itself.
"""

from __future__ import annotations

import queue
import threading
from typing import TypeVar

OFTEN = 0.5
"""Seconds after which a signal is answered at the latest."""

T = TypeVar("T")


def wait(event: threading.Event) -> None:
    """Until it is set."""
    while not event.wait(OFTEN):
        pass


def get(inbox: queue.SimpleQueue[T], seconds: float) -> T:
    """The next that comes within so many seconds; ``queue.Empty`` if nothing does."""
    left = seconds
    while left > OFTEN:
        try:
            return inbox.get(timeout=OFTEN)
        except queue.Empty:
            left -= OFTEN
    return inbox.get(timeout=left) if left else inbox.get_nowait()
