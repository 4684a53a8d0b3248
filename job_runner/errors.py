"""What can be wrong with a project, a request or the platform."""

from __future__ import annotations

from cohort_dsl.errors import StrongroomError


class ProjectError(StrongroomError):
    """The project file asks for something that can't be."""


class RequestRefused(StrongroomError):
    """A request that policy, permissions or the commit itself don't allow."""


class PlatformError(StrongroomError):
    """Not the user's fault: no engine, no image, no disk, no server."""


class LedgerDamaged(StrongroomError):
    """The ledger isn't the one that was written."""
