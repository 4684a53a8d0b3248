"""How long a job rests after the platform failed it, before it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from job_runner.jobs.job import Job


@dataclass(frozen=True)
class Rests:
    """Seconds: after the first failure, and at most. Each is four times the one before."""

    first: float = 1.0
    longest: float = 60.0

    def after(self, failures: int) -> float:
        return min(self.longest, self.first * 4.0 ** min(failures - 1, 30))

    def until(self, failures: int, now: datetime) -> datetime:
        return now + timedelta(seconds=self.after(failures))

    def left(self, job: Job, now: datetime) -> float:
        """Seconds that the job still rests. No rest is longer than the longest: one that
        seems to be is left over from before the clock was set back."""
        if job.not_before is None:
            return 0.0
        left = (job.not_before - now).total_seconds()
        return left if 0 < left <= self.longest else 0.0


USUAL = Rests()
