"""Exit codes by kind of error: the table that scripts may rely on."""

from __future__ import annotations

from collections.abc import Mapping

from cli.failures import JobsFailed, NotAsExpected
from cohort_dsl.errors import DefinitionError, QueryError, WarehouseError
from job_runner.errors import (
    CodelistError,
    LedgerDamaged,
    OutputsRefused,
    PlatformError,
    ProjectError,
    RequestRefused,
)
from output_checker.errors import CheckerError, PolicyError, ProblemError

OK = 0
INTERNAL = 1
USAGE = 2
INTERRUPTED = 130

EXIT_CODES: Mapping[type[Exception], int] = {
    DefinitionError: 3,
    ProjectError: 4,
    RequestRefused: 5,
    JobsFailed: 6,
    OutputsRefused: 7,
    CheckerError: 7,
    PolicyError: 8,
    WarehouseError: 9,
    PlatformError: 10,
    LedgerDamaged: 11,
    QueryError: 12,
    NotAsExpected: 13,
    ProblemError: 14,
    CodelistError: 15,
}

MEANINGS: Mapping[int, str] = {
    OK: "done",
    INTERNAL: "a mistake of Strongroom's own: please report it",
    USAGE: "the command's words are wrong",
    3: "the cohort definition is wrong",
    4: "the project file is wrong",
    5: "the request was refused: token, permission, commit or policy",
    6: "an action failed, for none of the other reasons",
    7: "an output or its release was refused",
    8: "the disclosure policy file is wrong",
    9: "the warehouse isn't there, or isn't as its mapping says",
    10: "the platform isn't ready: engine, images, server, disk",
    11: "the ledger isn't the one that was written",
    12: "a serialised query isn't one that this version reads",
    13: "made-up patients of a test file aren't as expected",
    14: "a disclosure problem is wrong, or nothing can meet its protection levels",
    15: "the study's codelists aren't as asked for, or can't be had",
    INTERRUPTED: "stopped from the keyboard",
}


def code_of(error: BaseException) -> int:
    """The exit code of an error's kind, or of the nearest kind that it belongs to."""
    kind_of = error.kind if isinstance(error, JobsFailed) else type(error)
    for kind in kind_of.__mro__:
        if kind in EXIT_CODES:
            return EXIT_CODES[kind]
    return INTERNAL
