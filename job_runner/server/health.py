"""Whether a site can do its work: each thing that it stands on, looked at now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from cohort_dsl.errors import StrongroomError


class Check(Enum):
    """What is looked at. The value is what is told."""

    STORE = "store"
    DISK = "disk"
    LEDGER = "ledger"


Look = Callable[[], bool]
"""Whether this is as it should be; a StrongroomError or OSError is a no."""


@dataclass(frozen=True)
class Health:
    """``checks``: a site is ready while all of them hold. ``version`` and
    ``runner_listens`` are told if given; a site without a runner still takes requests."""

    checks: Mapping[Check, Look] = field(default_factory=dict)
    version: str | None = None
    runner_listens: Callable[[], bool] | None = None

    def look(self) -> tuple[bool, Mapping[str, object]]:
        """Whether it is ready, and what may be told to anybody."""
        found = {check: _holds(look) for check, look in self.checks.items()}
        ready = all(found.values())
        told: dict[str, object] = {"status": "ok" if ready else "unready"}
        told |= {check.value: "ok" if ok else "failing" for check, ok in found.items()}
        if self.version is not None:
            told["version"] = self.version
        if self.runner_listens is not None:
            told["runner"] = "listening" if self.runner_listens() else "not_listening"
        return ready, told


def _holds(look: Look) -> bool:
    try:
        return look()
    except (StrongroomError, OSError):
        return False
