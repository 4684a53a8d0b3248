"""Submissions with tokens that are nobody's, on the record without filling it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EVERY = timedelta(minutes=1)
"""At most one entry; what comes between two is counted in the later one. A stranger can
call a thousand times a second, and each entry of the ledger is written to the disk."""


@dataclass
class Strangers:
    """``record``: is given how many there were since the last time."""

    record: Callable[[int], object]
    clock: Callable[[], datetime]
    _last: datetime | None = None
    _since: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def came(self) -> None:
        """One more."""
        with self._lock:
            self._since += 1
            now = self.clock()
            if self._last is not None and timedelta(0) <= now - self._last < EVERY:
                return
            count, self._since, self._last = self._since, 0, now
        self.record(count)
