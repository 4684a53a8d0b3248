"""The operator's log of a process, as JSON lines on standard error."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version

from cli import clock
from cli.compose.opened import OpenSite
from job_runner.jobs.job import PLATFORM_FAILURES
from job_runner.jobs.ports import Told
from job_runner.observing.log import Happened, Level, Log


def standard_error() -> Log:
    """Each line in one piece, so that lines of several threads never mix."""
    return Log(_write, clock.now)


def serving(log: Log, site: OpenSite, url: str) -> None:
    """The first line: what is served, and where."""
    told = {"site": site.id, "url": url, "version": version("strongroom")}
    log.tell(Level.INFO, Happened.SERVING, **told)


def told(log: Log, one: Told) -> None:
    """A job's step. Its action's name is the study's word, so it isn't told."""
    job = one.job
    log.tell(
        Level.ERROR if job.failure in PLATFORM_FAILURES else Level.INFO,
        Happened.JOB,
        request=job.request_id,
        job=job.id,
        state=job.state.value,
        failure=job.failure.value if job.failure else None,
    )


class Instead(logging.Filter):
    """Tells the log of a library's record instead of printing it: an error's kind and
    place, as its text may hold anything."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def filter(self, record: logging.LogRecord) -> bool:
        """Always False: nothing is printed."""
        if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
            self._log.trouble(record.exc_info[1])
        elif record.levelno >= logging.ERROR:
            place = f"{record.filename}:{record.lineno}"
            self._log.tell(Level.ERROR, Happened.TROUBLE, kind=record.name, place=place)
        return False


def _write(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()
