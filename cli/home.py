"""The author's own machine: where a study is tried, on dummy data."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dummy_data
from cli import clock
from cohort_dsl import extract
from cohort_dsl.model.query import Query
from cohort_dsl.warehouses import duckdb
from job_runner.errors import ProjectError
from job_runner.project import PROJECT_FILE

SEED = 20_240_101
USUAL_SIZE = 500


@dataclass(frozen=True)
class DummySource:
    """Answers queries with made-up patients: from tables in a folder, or made now."""

    size: int | None = None
    tables: Path | None = None

    def produce(self, query: Query, target: Path) -> None:
        """Write the dummy cohort; DefinitionError where no patients can be made."""
        schemas = {schema.name: schema for schema in query.tables()}
        with duckdb.from_rows(self._tables(query), schemas) as warehouse:
            extract.extract(query, warehouse, target)

    def _tables(self, query: Query) -> Mapping[str, Any]:
        if self.tables is not None:
            return dummy_data.read(self.tables, query.tables())
        return made_up(query, self.size)


def made_up(
    query: Query,
    size: int | None = None,
    seed: int = SEED,
    reference_date: date | None = None,
) -> Mapping[str, Any]:
    """Dummy tables: as many patients as asked for here, else as the definition wishes."""
    wished = query.dummy_data.population_size if query.dummy_data else USUAL_SIZE
    today = reference_date or clock.today().replace(month=1, day=1)
    return dummy_data.generate(query, size=size or wished, seed=seed, reference_date=today)


def study(start: Path) -> Path:
    """The study that a folder lies in: the nearest folder with a project.yaml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise ProjectError(
        f"there is no {PROJECT_FILE} here or above",
        where=os.fspath(start),
        remedy="Go to a study's folder, or make one: strongroom init my-study.",
    )


def boxes_of(folder: Path) -> str:
    """The name under which a study's boxes run, so that no other study tidies them up."""
    return "home-" + hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
