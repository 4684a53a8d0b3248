"""A definition's box: what runs in it, how it may end, and what is read of what it leaves.

It has the study's code, an empty folder and nothing else: no data, no secret, no network.
What comes out is a text that must be a query by the closed schema.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cohort_dsl.errors import DefinitionError, QueryError
from cohort_dsl.model import wire
from cohort_dsl.model.question import Question
from job_runner.executors.contract import Box, Limits, Mount, Outcome
from job_runner.jobs.job import Failure
from job_runner.project import Extraction

if TYPE_CHECKING:
    from cohort_dsl.assurance import Expected

CODE, RESULT = "/code", "/result"
QUERY_FILE, TESTS_FILE = "query.json", "test-data.json"
MOST_BYTES = 16 * 1024**2
"""Of a serialised query. The largest real definitions give about 2 MB."""

LIMITS = Limits(
    memory=1024**3,
    cpus=1.0,
    pids=32,
    open_files=256,
    file_size=MOST_BYTES,
    disk=2 * MOST_BYTES,
    tmp=64 * 1024**2,
    wall_clock=120.0,
)
"""Of the box in which a definition is evaluated: thinking needs little."""

ASKS = {"generate-dataset": "dataset", "generate-measures": "measures"}
"""What a definition is asked for, by the action's command."""

MISTAKE = 3
"""The exit code by which ``cohort_dsl.evaluate`` says that the author made a mistake."""


def box(
    image: str,
    asked: Extraction,
    code: Path,
    result: Path,
    uid: int,
    limits: Limits = LIMITS,
    *,
    tests: bool = False,
) -> Box:
    """The box in which the definition runs. ``result``: an empty folder of ``uid``'s.

    ``tests``: the file has test data besides, which are left there too.
    """
    wanted = ("--test-data", f"{RESULT}/{TESTS_FILE}") if tests else ()
    asks = ("--asks", ASKS[asked.command]) if asked.command in ASKS else ()
    extra = ("--", *asked.arguments) if asked.arguments else ()
    return Box(
        image=image,
        command=(
            *("python3", "-m", "cohort_dsl.evaluate", str(asked.definition)),
            *("--output", f"{RESULT}/{QUERY_FILE}", *asks, *wanted, *extra),
        ),
        mounts=(Mount(code, CODE), Mount(result, RESULT, read_only=False)),
        uid=uid,
        working_directory=CODE,
        limits=limits,
    )


def failure(outcome: Outcome) -> Failure | None:
    """Whose fault it is that no query came out: the author's, if Python was there."""
    if outcome.exit_code == 0:
        return None
    if outcome.exit_code in (125, 126, 127):
        return Failure.PLATFORM_ERROR
    return Failure.DEFINITION_ERROR


def explained(outcome: Outcome, limits: Limits = LIMITS) -> str:
    """A line for the author below what the definition itself printed."""
    if outcome.timed_out:
        return f"The definition took more than {limits.wall_clock:g} s: does it end?"
    if outcome.out_of_memory:
        return f"The definition took more than {limits.memory // 1024**2} MB of memory."
    if outcome.disk_full:
        return "The definition wrote files; it may only describe a dataset."
    if outcome.exit_code == MISTAKE:
        return "The definition has a mistake: it stands above."
    return f"The definition ended with exit code {outcome.exit_code}."


def query_from(result: Path, where: str) -> Question:
    """The query that the box left. DefinitionError if that isn't one."""
    try:
        question = wire.loads(_read(result / QUERY_FILE))
    except QueryError as error:
        raise DefinitionError(error.problem, where=where, remedy=error.remedy) from None
    except OSError:
        raise DefinitionError(
            "evaluating it left no query that can be read",
            where=where,
            remedy="a definition only describes a dataset; it writes no files itself",
        ) from None
    return question


def tests_from(result: Path, where: str) -> tuple[Expected, ...]:
    """The test data that the box left. DefinitionError if there are none."""
    from cohort_dsl import assurance  # and engines, which most definitions don't need here

    try:
        return assurance.read(_read(result / TESTS_FILE), where)
    except OSError:
        raise DefinitionError(
            "evaluating it left no test data that can be read",
            where=where,
            remedy="a file of test data writes no files itself",
        ) from None


def _read(path: Path) -> bytes:
    """The author's code ran where this file lies, so it may be anything at all."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            raise OSError("no ordinary file")
        return file.read(MOST_BYTES)
