"""Made-up patients, on whom a study is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dummy_data
from cli import clock
from cli.compose.checking import rounding_of
from cohort_dsl.disclosure import Rounding
from cohort_dsl.mappings.description import Description
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.question import Question
from cohort_dsl.progress import SILENT, Progress
from cohort_dsl.warehouses import duckdb
from job_runner.definitions import extraction
from output_checker import policy as disclosure

SEED = 20_240_101
USUAL_SIZE = 500


def _untold(note: str) -> None:
    pass


def _unshown() -> AbstractContextManager[Progress]:
    return nullcontext(SILENT)


@dataclass(frozen=True)
class DummySource:
    """Answers questions with made-up patients: from tables in a folder, or made now.

    ``site``: what the study's site serves, where its description is there. ``told``: what
    is to be known of an answer. ``shown``: gives who is told how far it is.
    """

    size: int | None = None
    tables: Path | None = None
    site: Description | None = None
    told: Callable[[str], None] = _untold
    shown: Callable[[], AbstractContextManager[Progress]] = _unshown

    def produce(self, question: Question, target: Path) -> None:
        """Write the dummy answer; DefinitionError where no patients can be made, and
        WarehouseError where the site couldn't answer."""
        if self.site is not None:
            self.site.demand(question)
        schemas = {schema.name: schema for schema in question.tables()}
        tables = self._tables(question)
        with self.shown() as progress, duckdb.from_rows(tables, schemas) as warehouse:
            extraction.write(question, warehouse, target, usual_rounding(), progress)
        if isinstance(question, Measures):
            self.told(f"{target.name}: {_how_shown(question)}")

    def _tables(self, question: Question) -> Mapping[str, Any]:
        if self.tables is not None:
            kind = dummy_data.id_type(question)
            return dummy_data.read(self.tables, question.tables(), kind)
        return made_up(question, self.size, site=self.site)


def usual_rounding() -> Rounding:
    """That of the ready-made policy; a site may have another."""
    return rounding_of(disclosure.ready_made("default"))


def _how_shown(measures: Measures) -> str:
    if not measures.disclosure_control:
        return "numbers are as they are; a site lets this stay highly_sensitive only"
    return f"{usual_rounding()}; a site has its own"


def made_up(
    question: Question,
    size: int | None = None,
    seed: int = SEED,
    reference_date: date | None = None,
    site: Description | None = None,
) -> Mapping[str, Any]:
    """Dummy tables: as many patients as asked for here, else as the definition wishes.

    ``site``: what these records are like; WarehouseError where it couldn't answer.
    """
    if site is not None:
        site.demand(question)
    wished = question.dummy_data.population_size if question.dummy_data else USUAL_SIZE
    today = reference_date or clock.today().replace(month=1, day=1)
    return dummy_data.generate(
        question,
        size=size or wished,
        seed=seed,
        reference_date=today,
        offered=dummy_data.by(site) if site is not None else dummy_data.Offered(),
    )
