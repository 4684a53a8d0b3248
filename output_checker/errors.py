"""What can be wrong with a claim, an output or a request to release it."""

from __future__ import annotations


class CheckerError(Exception):
    """A mistake with its place, the problem and the remedy, all in the reader's words.

    Shown without a traceback. Never carries a value that is a person's.
    """

    def __init__(self, problem: str, *, where: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.where, self.remedy = problem, where, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}\n  {self.remedy}"


class ClaimError(CheckerError):
    """A claim that can't be read, or says what isn't so."""


class PolicyError(CheckerError):
    """A disclosure policy with unknown, missing or senseless settings."""


class ProblemError(CheckerError):
    """A disclosure problem that can't be read, makes no sense, or has no answer."""


class PatternUnsafe(CheckerError):
    """Hidden cells that can be worked out from what is shown."""


class ReleaseRefused(CheckerError):
    """A move in a review that the rules don't allow."""


class NotPermitted(ReleaseRefused):
    """A move that is somebody else's to make."""


class ReportChanged(ReleaseRefused):
    """The report isn't the one that two people looked at."""


class NotRemembered(ReleaseRefused):
    """Nobody can say whom a release would tell of, together with earlier ones."""


class RequestUnknown(ReleaseRefused):
    """No such request or run, or none that this person may know of."""


class RequestUnreadable(ReleaseRefused):
    """What was sent can't be understood; nothing was changed."""


class SiteBroken(ReleaseRefused):
    """Not the reader's fault: something on the site went wrong."""


class NotSignedIn(ReleaseRefused):
    """Nobody is known by this token, or no token came."""
