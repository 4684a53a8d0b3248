"""The operator's log: one JSON object a line, of events of a fixed list, with ids only.

An error's text, a study's words or a person's value can't be in it: whatever isn't an id,
a number or a word of ours is written as ``?``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import PurePath

from job_runner.server.api import Answered


class Level(Enum):
    """How much an operator should care."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Happened(Enum):
    """All that is ever logged."""

    SERVING = "serving"
    ANSWERED = "answered"
    TROUBLE = "trouble"
    JOB = "job"


KEYS = frozenset(
    {
        *("site", "version", "url", "operation", "status", "milliseconds", "count"),
        *("kind", "place", "request", "job", "state", "failure"),
    }
)
_WORD = re.compile(r"[A-Za-z0-9_.:/\[\]-]{1,100}")
UNTOLD = "?"


@dataclass(frozen=True)
class Log:
    """``write``: is given each line, with its end, in one piece."""

    write: Callable[[str], object]
    clock: Callable[[], datetime]

    def tell(self, level: Level, event: Happened, **ids: str | float | None) -> None:
        """One line. ValueError for a key that isn't one of ``KEYS``."""
        if unknown := ids.keys() - KEYS:
            raise ValueError(f"{min(unknown)} isn't a key of the log")
        told: dict[str, object] = {
            "time": self.clock().astimezone(UTC).isoformat(timespec="milliseconds"),
            "level": level.value,
            "event": event.value,
        }
        told |= {key: _word(value) for key, value in ids.items() if value is not None}
        self.write(json.dumps(told) + "\n")

    def answered(self, one: Answered) -> None:
        """A call to the API."""
        level = Level.ERROR if one.status >= 500 else Level.INFO
        self.tell(
            level,
            Happened.ANSWERED,
            operation=one.operation,
            status=one.status,
            milliseconds=round(one.seconds * 1000, 1),
        )

    def trouble(self, error: BaseException) -> None:
        """Something that the site should have been able to do: its kind and place."""
        place = place_of(error)
        self.tell(Level.ERROR, Happened.TROUBLE, kind=type(error).__name__, place=place)


def place_of(error: BaseException) -> str:
    """The file and line where an error arose."""
    place, trace = "nowhere", error.__traceback__
    while trace is not None:
        file = PurePath(trace.tb_frame.f_code.co_filename).name
        place, trace = f"{file}:{trace.tb_lineno}", trace.tb_next
    return place


def _word(value: str | float) -> str | float:
    if isinstance(value, str) and not _WORD.fullmatch(value):
        return UNTOLD
    return value
