"""What an action made: found, judged, copied, and published at once or not at all."""

from __future__ import annotations

from job_runner.outputs.collect import Collected, OutputLimits, abandon, collect
from job_runner.outputs.publish import Taken, publish, recover

__all__ = [
    "Collected",
    "OutputLimits",
    "Taken",
    "abandon",
    "collect",
    "publish",
    "recover",
]
