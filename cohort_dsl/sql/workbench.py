"""What the steps of one plan share while they are compiled.

Each finds here what those before it have left, and leaves its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.nodes import Frame, Table
from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import Plan, Step
from cohort_dsl.sql.answers import Answers
from cohort_dsl.sql.catalog import Catalog
from cohort_dsl.sql.counting import Counting
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.expressions import Terms
from cohort_dsl.sql.working import Joined, Start, Worked, work_out


class Workbench:
    """The script in the making, and where to find what it has made.

    ``lists``: long lists of constants; ``results``: what each step has left, by its name;
    ``joined``: what is found by a join on a value; ``made``: the rows of frames that have
    rows of their own; ``ranked``: of rows kept by a step of this name, the column of which
    only the order is kept.
    """

    def __init__(self, plan: Plan, dialect: Dialect, catalog: Catalog) -> None:
        self.plan, self.dialect, self.catalog = plan, dialect, catalog
        self.lists: dict[frozenset[Scalar], sa.FromClause] = {}
        self.results: dict[str, sa.FromClause] = {}
        self.joined: dict[Joined, sa.FromClause] = {}
        self.made: dict[Frame, sa.FromClause] = {}
        self.ranked: dict[str, str] = {}
        self.terms = Terms(dialect, self.lists)
        self.draft = Draft(self.terms)
        self.answers = Answers(plan.givens, self.results, self.draft, catalog.patient_id)
        self.counting = Counting(self.draft, self.answers, self.joined)

    @property
    def patient(self) -> Sql:
        """The column that says whose a row is."""
        return sa.column("patient_id", self.terms.column_type(self.catalog.patient_id))

    @property
    def population(self) -> sa.FromClause:
        """The patients who are in it; once that step is done."""
        return self.results[self.plan.population.name]

    def rows_of(self, frame: Frame, wanted: Collection[str]) -> sa.FromClause:
        """All rows of a table, or of a frame that an earlier step has made."""
        if isinstance(frame, Table):
            return self.catalog.rows(frame.table.name, wanted)
        return self.made[frame]

    def narrowed(self, rows: sa.FromClause, *, within: bool) -> sa.FromClause:
        """The rows; of the population's patients only, if so wished."""
        if not within:
            return rows
        population = self.population.alias("population")
        return rows.join(population, population.c.patient_id == rows.c.patient_id)

    def leave(
        self, name: str, rows: sa.Select[Any], types: Mapping[str, ValueType]
    ) -> None:
        """A step's result: patient_id and the columns of these types."""
        patient = {"patient_id": self.catalog.patient_id}
        self.results[name] = self.draft.kept(name, rows, patient | dict(types))

    def work_out(
        self,
        step: Step,
        source: sa.FromClause,
        patient: Sql,
        carried: Mapping[str, tuple[Sql, ValueType]],
        rows: sa.FromClause | None = None,
    ) -> Worked:
        """What the step computes, beside ``carried``; ``rows``: whose columns it reads."""
        below = needs.in_place(step.computes())
        given = [node for node in below if self.answers.has(node)]
        everyone = self.results.get(self.plan.population.name)
        source, columns = self.answers.onto(source, patient, given, step.name, everyone)
        if rows is not None:
            own = needs.columns(below)
            columns |= {n: self.terms.loaded(rows.c[n.name], n.type) for n in own}
        kept = {"patient_id": (patient, self.catalog.patient_id), **carried}
        start = Start(source, columns, kept)
        keep = self.draft.keeper(step.name)
        return work_out(step.computes(), start, self.terms, self.joined, keep)
