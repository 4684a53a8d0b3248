"""From what a definition's box has left to a file of the answer.

Our own code alone meets the data source, once the text is a query by the closed schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from cohort_dsl.errors import DefinitionError, WarehouseAway
from cohort_dsl.model import wire
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.progress import SILENT, Progress
from job_runner.definitions.definition_box import query_from
from job_runner.errors import RequestRefused
from job_runner.project import Action
from job_runner.project.model import EXTRACTION_IMAGES
from job_runner.project.patterns import matches

if TYPE_CHECKING:  # most commands, and many runs, answer no question
    from cohort_dsl.disclosure import Rounding
    from cohort_dsl.warehouses.contract import Warehouse

KINDS: Mapping[str, type[Query] | type[Measures]] = {
    "generate-dataset": Query,
    "generate-measures": Measures,
}


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
    much; never how many patients there are. ``today``: by which oppositions have ended.
    """

    settings: Mapping[str, object]
    rounding: Rounding
    tell: Callable[[Step], None] = _nobody
    today: Callable[[], date] | None = None

    def produce(self, question: Question, target: Path) -> None:
        """Where each connection brings whole pieces before it is lost, the next goes on."""
        from cohort_dsl import pieces

        while True:
            before = pieces.done(target.parent)
            try:
                return self._produced(question, target)
            except WarehouseAway:
                if pieces.done(target.parent) <= before:
                    raise

    def _produced(self, question: Question, target: Path) -> None:
        from cohort_dsl import warehouses

        today = self.today() if self.today is not None else None
        with warehouses.open(self.settings, today) as warehouse:
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
    from cohort_dsl import extract

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
    from cohort_dsl import extract, formats
    from cohort_dsl.event_file import event_file

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


def _endings(command: str) -> tuple[str, ...]:
    from cohort_dsl import formats, measures_file

    return tuple(formats.FORMATS if KINDS[command] is Query else measures_file.WRITERS)


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
    endings = _endings(asked.command)
    if not asked.output.endswith(endings):
        return f"'{asked.output}' doesn't end in {' or '.join(endings)}, as it has to"
    return None
