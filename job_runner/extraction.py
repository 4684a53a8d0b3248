"""From a definition to a cohort file, with the author's code and the data kept apart.

The definition runs in a box that has the study's code, an empty folder and nothing else:
no data, no secret, no network. What comes out is a text that must be a query by the
closed schema. Only then does our own code meet the data source.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cohort_dsl import assurance, extract, warehouses
from cohort_dsl.assurance import Expected
from cohort_dsl.errors import DefinitionError, QueryError
from cohort_dsl.model import wire
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from job_runner.errors import RequestRefused
from job_runner.executors.contract import Box, Limits, Mount, Outcome
from job_runner.job import Failure
from job_runner.project import Action, Extraction
from job_runner.project.model import EXTRACTION_IMAGES

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

MISTAKE = 3
"""The exit code by which ``cohort_dsl.evaluate`` says that the author made a mistake."""


class DataSource(Protocol):
    """Where a query is answered: a warehouse at the site, made-up people at home."""

    def produce(self, query: Query, target: Path) -> None:
        """Writes the cohort file ``target``. WarehouseError if it can't now."""


@dataclass(frozen=True)
class WarehouseSource:
    """The site's warehouse. ``settings`` as in its policy, a password's place included."""

    settings: Mapping[str, object]

    def produce(self, query: Query, target: Path) -> None:
        with warehouses.open(self.settings) as warehouse:
            extract.extract(query, warehouse, target)

    def __repr__(self) -> str:
        return "<the site's warehouse>"


@dataclass(frozen=True)
class Answered:
    """The query, as canonical JSON, that a cohort file answers; and its sha256."""

    query: bytes
    query_sha256: str


def answered(
    source: DataSource,
    result: Path,
    where: str,
    target: Path,
    granted: frozenset[str] | None = None,
) -> Answered:
    """Answers the query that the box left, into the cohort file ``target``.

    DefinitionError if there is none; RequestRefused if it claims a permission that isn't
    among ``granted`` (None: all are); WarehouseError. The query may be made to break
    whatever reads it, so this is a call to make apart.
    """
    query = query_from(result, where)
    _must_be_granted(query, granted, where)
    source.produce(query, target)
    return Answered(wire.dumps(query), wire.query_hash(query))


def _must_be_granted(query: Question, granted: frozenset[str] | None, where: str) -> None:
    missing = sorted(set(query.permissions) - granted) if granted is not None else []
    if missing:
        raise RequestRefused(
            f"it claims permissions that the study doesn't have here: {', '.join(missing)}",
            where=where,
            remedy="Ask the custodian to list them under the project's permissions in the "
            "site's policy, or leave out what needs them.",
        )


def is_one(action: Action) -> bool:
    """Whether the action is work for us, not for a container of the study's."""
    return action.run.image in EXTRACTION_IMAGES


def why_not(action: Action) -> str | None:
    """Why this extraction can't be run by this version, or None if it can."""
    asked = action.extraction
    if asked is None:
        return "it doesn't say which definition to evaluate into which file"
    if asked.command != "generate-dataset":
        return f"'{asked.command}' isn't there yet, only 'generate-dataset'"
    if asked.definition is None:
        return "it names no definition file"
    if asked.not_understood:
        return f"'{asked.not_understood[0]}' isn't understood"
    if not asked.output.endswith(".parquet"):
        return f"'{asked.output}' isn't a .parquet file, and only those are written"
    return None


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
    extra = ("--", *asked.arguments) if asked.arguments else ()
    return Box(
        image=image,
        command=(
            *("python3", "-m", "cohort_dsl.evaluate", str(asked.definition)),
            *("--output", f"{RESULT}/{QUERY_FILE}", *wanted, *extra),
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


def query_from(result: Path, where: str) -> Query:
    """The query that the box left. DefinitionError if that isn't one."""
    try:
        return _dataset(wire.loads(_read(result / QUERY_FILE)), where)
    except QueryError as error:
        raise DefinitionError(error.problem, where=where, remedy=error.remedy) from None
    except OSError:
        raise DefinitionError(
            "evaluating it left no query that can be read",
            where=where,
            remedy="a definition only describes a dataset; it writes no files itself",
        ) from None


def _dataset(question: Question, where: str) -> Query:
    if not isinstance(question, Query):
        raise _not_yet("measures", where)
    for part in ("event_tables", "periods"):
        if getattr(question, part):
            raise _not_yet(f"a dataset's {part.replace('_', ' ')}", where)
    return question


def _not_yet(what: str, where: str) -> DefinitionError:
    return DefinitionError(
        f"it asks for {what}, which can't be extracted yet",
        where=where,
        remedy="Ask for a dataset with one value a patient.",
    )


def tests_from(result: Path, where: str) -> tuple[Expected, ...]:
    """The test data that the box left. DefinitionError if there are none."""
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
