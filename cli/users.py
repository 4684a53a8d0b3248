"""The users as whom boxes run."""

from __future__ import annotations

import os

from job_runner.jobs.job import Job

FIRST_UID, UIDS = 20_000, 40_000
"""Boxes run as users that nobody is, each job as its own."""


def uid_of(job: Job) -> int:
    """A user of the job's own, where we may choose one."""
    if os.geteuid() != 0:
        return uid_of_ours()
    number = int.from_bytes(job.id.encode(), "big")
    return FIRST_UID + number % UIDS


def uid_of_ours() -> int:
    """The user of a box that needs none of its own: ourselves, but never root."""
    return os.geteuid() or FIRST_UID
