"""From a definition to a file of its answer, the author's code and the data kept apart.

The definition runs in a box that has the study's code, an empty folder and nothing else:
no data, no secret, no network. What comes out is a text that must be a query by the
closed schema. Only then does our own code meet the data source.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from cohort_dsl import assurance, extract, formats, measures_file, warehouses
from cohort_dsl.assurance import Expected
from cohort_dsl.disclosure import Rounding
from cohort_dsl.errors import DefinitionError, QueryError
from cohort_dsl.event_file import event_file
from cohort_dsl.model import wire
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.progress import SILENT, Progress
from cohort_dsl.warehouses.contract import Warehouse
from job_runner.errors import RequestRefused
from job_runner.executors.contract import Box, Limits, Mount, Outcome
from job_runner.job import Failure
from job_runner.project import Action, Extraction
from job_runner.project.model import EXTRACTION_IMAGES
from job_runner.project.patterns import matches

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

KINDS: Mapping[str, type[Query] | type[Measures]] = {
    "generate-dataset": Query,
    "generate-measures": Measures,
}
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "generate-dataset": tuple(formats.FORMATS),
    "generate-measures": tuple(measures_file.WRITERS),
}

MISTAKE = 3
"""The exit code by which ``cohort_dsl.evaluate`` says that the author made a mistake."""


class DataSource(Protocol):
    """Where a question is answered: a warehouse at the site, made-up people at home."""

    def produce(self, question: Question, target: Path) -> None:
        """Writes the answer as ``target``, or a file for each period beside it.

        A dataset's event tables lie in a folder beside each, as ``extract`` says.

        WarehouseError if it can't now.
        """


Step: TypeAlias = tuple[str, int, int]
"""What is being done, how much of it, and of how much."""
ASKING, WRITING = "asking the warehouse", "writing, in percent"


def _nobody(step: Step) -> None:
    pass


@dataclass(frozen=True)
class WarehouseSource:
    """The site's warehouse. ``settings`` as in its policy, a password's place included.

    ``rounding``: how the site wants the numbers of measures to be shown. ``tell``: told
    how far it is, where the call is made apart: what is being done, how much, and of how
    much; never how many patients there are.
    """

    settings: Mapping[str, object]
    rounding: Rounding
    tell: Callable[[Step], None] = _nobody

    def produce(self, question: Question, target: Path) -> None:
        with warehouses.open(self.settings) as warehouse:
            write(question, warehouse, target, self.rounding, without_counts(self.tell))

    def __repr__(self) -> str:
        return "<the site's warehouse>"


def without_counts(tell: Callable[[Step], None]) -> Progress:
    """Tells steps, and shares of the rows."""
    return Progress(
        prepared=lambda done, of: tell((ASKING, done, of)),
        written=lambda rows, of: tell((WRITING, 100 * rows // of, 100)),
    )


def write(
    question: Question,
    warehouse: Warehouse,
    target: Path,
    rounding: Rounding,
    progress: Progress = SILENT,
) -> None:
    """The warehouse's answer, as the file or files of this kind of question."""
    if isinstance(question, Measures):
        extract.measure(question, warehouse, target, rounding)
    else:
        extract.cohorts(question, warehouse, target, progress)


@dataclass(frozen=True)
class Terms:
    """What an action may ask for. ``command``: as in its run line. ``granted``: the
    permissions that its study has; None is all. ``exact_numbers``: of measures.
    ``output``: the file that it names; ``declared``: its outputs' patterns."""

    command: str
    granted: frozenset[str] | None = None
    exact_numbers: bool = True
    output: str = ""
    declared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answered:
    """The query, as canonical JSON, that the files answer; and its sha256."""

    query: bytes
    query_sha256: str


def answered(
    source: DataSource,
    result: Path,
    where: str,
    target: Path,
    terms: Terms,
) -> Answered:
    """Answers the query that the box left, into the file ``target``.

    DefinitionError if there is none, or another than the action is for; RequestRefused if
    it claims more than its terms; WarehouseError. The query may be made to break whatever
    reads it, so this is a call to make apart.
    """
    question = query_from(result, where)
    _must_be(terms.command, question, where)
    _must_be_granted(question, terms.granted, where)
    _must_be_hidden(question, terms, where)
    _must_be_declared(question, terms, where)
    source.produce(question, target)
    return Answered(wire.dumps(question), wire.query_hash(question))


def _must_be(command: str, question: Question, where: str) -> None:
    if isinstance(question, KINDS[command]):
        return
    raise DefinitionError(
        f"it asks for something else than `{command}` gives",
        where=where,
        remedy="Datasets are for generate-dataset, measures for generate-measures.",
    )


def _must_be_hidden(question: Question, terms: Terms, where: str) -> None:
    if isinstance(question, Measures) and not (
        question.disclosure_control or terms.exact_numbers
    ):
        raise RequestRefused(
            "it turns disclosure control off, but its output is moderately_sensitive",
            where=where,
            remedy="Move the output under highly_sensitive in project.yaml, or leave out "
            "configure_disclosure_control(enabled=False).",
        )


def _must_be_declared(question: Question, terms: Terms, where: str) -> None:
    """A file that no pattern matches would be thrown away without a word."""
    if not isinstance(question, Query) or not terms.output:
        return
    target = Path(terms.output)
    files = extract.targets(question, target).values() if question.periods else [target]
    for file in (event_file(one, n) for n in question.event_tables for one in files):
        path = file.as_posix()
        if not any(matches(pattern, path) for pattern in terms.declared):
            raise DefinitionError(
                f"its event table would be {path}, which the action doesn't declare",
                where=where,
                remedy=f"Add {file.parent.as_posix()}/*{formats.ending(path)} to the "
                "action's highly_sensitive outputs in project.yaml.",
            )


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
    if asked.definition is None:
        return "it names no definition file"
    if asked.not_understood:
        return f"'{asked.not_understood[0]}' isn't understood"
    endings = ENDINGS[asked.command]
    if not asked.output.endswith(endings):
        return f"'{asked.output}' doesn't end in {' or '.join(endings)}, as it has to"
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
