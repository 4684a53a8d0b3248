"""What can be wrong with a project, a request or the platform."""

from __future__ import annotations

import errno

from cohort_dsl.errors import StrongroomError
from job_runner.jobs.job import Failure


class ProjectError(StrongroomError):
    """The project file asks for something that can't be."""


class CodelistError(StrongroomError):
    """A study's codelists aren't those that its list asks for, or can't be had."""


class RequestRefused(StrongroomError):
    """A request that policy, permissions or the commit itself don't allow."""


class PlatformError(StrongroomError):
    """Not the user's fault: no engine, no image, no disk, no server."""


class StoreAway(PlatformError):
    """The site's database can't be used now, so nothing is known to have changed."""


class ImageRefused(PlatformError):
    """An image isn't there, or isn't as it was approved."""


class DiskFull(PlatformError):
    """A full or read-only disk: what couldn't be written waits for room."""


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""What a disk says that somebody must make room on; anything else may be broken."""


def disk_refused(error: OSError, problem: str, where: str, remedy: str) -> PlatformError:
    """What a disk wouldn't do, as DiskFull where waiting helps."""
    kind = DiskFull if error.errno in FULL else PlatformError
    return kind(f"{problem}: {error.strerror}", where=where, remedy=remedy)


class LedgerDamaged(StrongroomError):
    """The ledger isn't the one that was written."""


class OutputsRefused(StrongroomError):
    """What an action left behind isn't what it promised, or can't be taken.

    ``failure`` is all that leaves the site. ``problems`` and ``instead`` hold file names,
    which the study's code chose: they are for the study's author, or for the secure side.
    """

    def __init__(
        self,
        failure: Failure,
        problems: tuple[str, ...],
        instead: tuple[str, ...] = (),
    ) -> None:
        self.failure, self.problems, self.instead = failure, problems, instead
        there = f" There was: {', '.join(instead)}." if instead else ""
        super().__init__(
            "; ".join(problems),
            where="the action's outputs",
            remedy=f"Make the files that the project file promises.{there}",
        )


class Conflict(RequestRefused):
    """Somebody else was first: the same id, the same live job, or a state since changed."""
