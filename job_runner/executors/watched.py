"""What a running box may use up, as the engine's record of it says, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from job_runner.executors import box as boxes
from job_runner.executors import disk, hidden

TICK = 0.5
"""Seconds between two looks at a running box's disk and clock."""

SHARE = 10
"""Measuring a run's folder takes at most one part in so many of a core's time."""

LOOKS = 4
"""In a row at which descriptors lie in a box's sockets, taken by nobody: then they are
hidden there. Who passes one on takes it at once."""


class Reason(Enum):
    """Why we ended a box."""

    TIME = "time"
    DISK = "disk"


@dataclass
class Watch:
    """What a running box may use up, and how much of it is gone."""

    wall_clock: float
    disk: int
    folder: Path | None
    box: str
    pid: int
    monotonic: Callable[[], float]
    began: float
    cost: float = 0.0
    sent: int = 0

    @classmethod
    def over(cls, found: dict[str, Any], monotonic: Callable[[], float]) -> Watch:
        labels = found["Config"]["Labels"]
        writable = [m["Source"] for m in found["Mounts"] if m["RW"] and m["Type"] == "bind"]
        return cls(
            wall_clock=float(labels[boxes.WALL_CLOCK_LABEL]),
            disk=int(labels[boxes.DISK_LABEL]),
            folder=Path(writable[0]) if writable else None,
            box=found["Id"],
            pid=found["State"]["Pid"],
            monotonic=monotonic,
            began=monotonic(),
        )

    def reason_to_end(self) -> Reason | None:
        if self.disk_is_full():
            return Reason.DISK
        return Reason.TIME if self.monotonic() - self.began >= self.wall_clock else None

    def disk_is_full(self) -> bool:
        if self.folder is None:
            return False
        started = self.monotonic()
        used = disk.used(self.folder, enough=self.disk)
        full = used > self.disk or self._hides(self.folder, self.disk - used)
        self.cost = self.monotonic() - started
        return full

    def _hides(self, folder: Path, left: int) -> bool:
        """Whether it holds more than that where no folder shows it, or where nobody can
        see how much it is."""
        if not disk.is_in_box(self.pid, self.box):
            return False
        found = hidden.held(self.pid, folder, enough=left)
        self.sent = self.sent + 1 if found.sent else 0
        return found.size > left or self.sent >= LOOKS

    def pause(self) -> float:
        """How long to leave the box alone: longer where measuring its folder is slow."""
        left = self.wall_clock - (self.monotonic() - self.began)
        return max(0.01, min(left, max(TICK, SHARE * self.cost)))


def age(state: dict[str, Any], *, now: str) -> float:
    """Seconds since the box started, both by the engine's clock; never negative."""
    return max(0.0, (_moment(now) - _moment(state["StartedAt"])).total_seconds())


def _moment(text: str) -> datetime:
    """A time as the engine writes it, in any zone."""
    return datetime.fromisoformat(text)


def lasted(state: dict[str, Any]) -> float:
    """Seconds from start to end, by the engine's clock."""
    return (_moment(state["FinishedAt"]) - _moment(state["StartedAt"])).total_seconds()
