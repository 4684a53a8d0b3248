"""One definition evaluated at home, to look at its query: in the same box as at a site."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.question import Question
from job_runner.definitions import definition_box
from job_runner.errors import PlatformError
from job_runner.executors.contract import Executor, Limits, Outcome
from job_runner.jobs.job import Failure
from job_runner.project import Extraction
from job_runner.site.policy import ImagePolicy

if TYPE_CHECKING:
    from cohort_dsl.assurance import Expected


@dataclass(frozen=True)
class Bench:
    """Where a definition is evaluated. ``run_id`` names the box, anew each time; ``uid`` is
    its user."""

    executor: Executor
    image: ImagePolicy
    run_id: str
    uid: int
    limits: Limits = definition_box.LIMITS


@dataclass(frozen=True)
class Evaluated:
    """What a definition asks, and what the definition printed meanwhile."""

    question: Question
    printed: str
    tests: tuple[Expected, ...] = ()


def evaluate(
    definition: Path,
    study: Path,
    bench: Bench,
    arguments: Sequence[str] = (),
    *,
    tests: bool = False,
) -> Evaluated:
    """The query of a definition that lies in a study; the study is only read.

    ``tests``: the file has test data besides. DefinitionError with what the author should
    know; PlatformError without an engine.
    """
    asked = Extraction(
        command="",  # whatever it asks for
        definition=definition.resolve().relative_to(study.resolve()).as_posix(),
        output="",
        arguments=tuple(arguments),
    )
    image = bench.executor.image_id(bench.image.reference, bench.image.layers)
    with tempfile.TemporaryDirectory(prefix="strongroom-") as scratch:
        result = Path(scratch) / "result"
        result.mkdir(mode=0o700)
        if bench.uid != os.geteuid():
            os.chown(result, bench.uid, bench.uid)
        box = definition_box.box(
            image, asked, study.resolve(), result, bench.uid, bench.limits, tests=tests
        )
        try:
            bench.executor.start(bench.run_id, box)
            outcome = bench.executor.wait(bench.run_id)
            log = bench.executor.logs(bench.run_id).decode(errors="replace")
        finally:
            bench.executor.remove(bench.run_id)
        _demand_success(outcome, log, definition, bench.limits)
        where = str(definition)
        query = definition_box.query_from(result, where)
        return Evaluated(
            query, log, definition_box.tests_from(result, where) if tests else ()
        )


def _demand_success(outcome: Outcome, log: str, definition: Path, limits: Limits) -> None:
    failure = definition_box.failure(outcome)
    if failure is None:
        return
    if outcome.exit_code == definition_box.MISTAKE:
        raise mistake(log, str(definition))
    if failure is not Failure.DEFINITION_ERROR:
        raise PlatformError(
            "the definition couldn't be evaluated",
            where="the image of definitions",
            remedy="Build it anew with `strongroom images build`.",
        )
    raise DefinitionError(
        definition_box.explained(outcome, limits),
        where=str(definition),
        remedy="A definition only describes a dataset; it ends at once.",
    )


_TOLD = re.compile(r"(?P<where>[^:]+): (?P<problem>.*)")


def mistake(log: str, where: str) -> DefinitionError:
    """The mistake that ``cohort_dsl.evaluate`` told last, below what the author printed."""
    lines = log.rstrip().splitlines()
    remedy: list[str] = []
    while lines and lines[-1].startswith("  "):
        remedy.insert(0, lines.pop().strip())
    found = _TOLD.match(lines[-1]) if lines else None
    if found is None:
        return DefinitionError(
            "it has a mistake that wasn't told",
            where=where,
            remedy="Run it by itself: python -m cohort_dsl.evaluate.",
        )
    return DefinitionError(
        found["problem"], where=found["where"], remedy="\n  ".join(remedy)
    )
