"""Why a job failed, in its author's words: all that a site tells of it is a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cohort_dsl.errors import DefinitionError, StrongroomError, WarehouseError
from job_runner.errors import OutputsRefused, PlatformError, RequestRefused
from job_runner.jobs.job import Failure


class NotAsExpected(StrongroomError):
    """Made-up patients of a test file aren't as their author expects."""


class JobsFailed(StrongroomError):
    """Actions ran and failed. ``errors``: one for each that failed by itself.

    ``kind``: what they amount to, where that is one kind of error. ``at_home``: they ran on
    their author's machine, where there is no custodian, and a log to read.
    """

    def __init__(self, failed: Mapping[str, Failure], *, at_home: bool = False) -> None:
        causes = {name: why for name, why in failed.items() if why in REASONS}
        remedies = REMEDIES_AT_HOME if at_home else {}
        self.errors = tuple(
            _error(name, why, remedies.get(why)) for name, why in causes.items()
        )
        kinds = {REASONS[why].kind for why in causes.values()}
        self.kind: type[Exception] = kinds.pop() if len(kinds) == 1 else JobsFailed
        super().__init__(
            "; ".join(error.problem for error in self.errors),
            where=", ".join(error.where for error in self.errors),
            remedy=" ".join(dict.fromkeys(error.remedy for error in self.errors)),
        )

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


@dataclass(frozen=True)
class Reason:
    """What a failure's code means, what to do, and which kind of error it amounts to."""

    problem: str
    remedy: str
    kind: type[Exception] = JobsFailed


AT_HOME = "Run it at home on dummy data and read what it prints: strongroom run."
BIGGER = "Have it take less, or ask the site's custodian for a higher limit."

REASONS: Mapping[Failure, Reason] = {
    Failure.NONZERO_EXIT: Reason("its program ended with an error", AT_HOME),
    Failure.OUT_OF_MEMORY: Reason("it took more memory than it may", BIGGER),
    Failure.TIMEOUT: Reason("it took more time than it may", BIGGER),
    Failure.DISK_FULL: Reason("it wrote more than it may", BIGGER),
    Failure.UNMATCHED_OUTPUTS: Reason(
        "it didn't make the files that the project file promises",
        "Compare the patterns under `outputs` with the files that it writes.",
        OutputsRefused,
    ),
    Failure.REFUSED_OUTPUTS: Reason(
        "its outputs can't be taken",
        "Write ordinary files: no links, no devices, nothing too large or too many.",
        OutputsRefused,
    ),
    Failure.CANCELLED: Reason("it was stopped, as somebody asked", "Submit it again."),
    Failure.NOT_ALLOWED: Reason(
        "the site's policy doesn't allow it any more",
        "Ask the site's custodian what is allowed.",
        RequestRefused,
    ),
    Failure.DEFINITION_ERROR: Reason(
        "its cohort definition has a mistake, or asks for more than it may",
        "What and where is told by: strongroom check DEFINITION.",
        DefinitionError,
    ),
    Failure.NOT_SERVED: Reason(
        "it asks for a table, a column or codes that the site hasn't",
        "Which is told at home, by strongroom check DEFINITION, beside the site's "
        "description: strongroom warehouse description. The site's custodian reads it in "
        "the job's log.",
        WarehouseError,
    ),
    Failure.WAREHOUSE_ERROR: Reason(
        "the warehouse isn't there, or couldn't answer",
        "It was tried several times. The site's custodian finds out why with: "
        "strongroom warehouse check.",
        WarehouseError,
    ),
    Failure.PLATFORM_ERROR: Reason(
        "the platform failed",
        "It was tried several times. Tell the site's custodian; it isn't your mistake.",
        PlatformError,
    ),
}
"""Every failure but DEPENDENCY_FAILED: an action that never began has none of its own."""


REMEDIES_AT_HOME: Mapping[Failure, str] = {
    Failure.NONZERO_EXIT: "The end of what it printed stands above; more of it is in "
    "metadata/logs/{action}.log.",
    Failure.OUT_OF_MEMORY: "Have it take less, or ask for fewer dummy patients.",
    Failure.TIMEOUT: "Have it take less, or ask for fewer dummy patients.",
    Failure.DISK_FULL: "Have it write less.",
    Failure.CANCELLED: "Run it again.",
    Failure.DEFINITION_ERROR: "What and where stands above; strongroom check FILE.py "
    "tells it again.",
    Failure.NOT_SERVED: "What and why stands above.",
    Failure.WAREHOUSE_ERROR: "The dummy tables couldn't answer; why stands above.",
    Failure.PLATFORM_ERROR: "Why stands above.",
}
"""In place of the remedies that only somebody at a site has."""


def _error(action: str, why: Failure, remedy: str | None) -> StrongroomError:
    reason = REASONS[why]
    told = (remedy or reason.remedy).format(action=action)
    return StrongroomError(reason.problem, where=f"action {action}", remedy=told)
