"""What the steps of one plan share while they are compiled.

Each finds here what those before it have left, and leaves its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model.nodes import Frame, Series, Table
from cohort_dsl.model.types import INT, Scalar, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import Aggregate, Assembly, Plan, Step
from cohort_dsl.sql.answers import Answers
from cohort_dsl.sql.catalog import Catalog
from cohort_dsl.sql.counting import Counting
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.in_order import lying_in_order
from cohort_dsl.sql.numbers import going_by_number
from cohort_dsl.sql.one_statement import OneStatement
from cohort_dsl.sql.sides import Sides
from cohort_dsl.sql.terms import Listed, Terms
from cohort_dsl.sql.working import (
    INTERVAL,
    LEFT_OUT,
    NUMBER,
    Joined,
    Start,
    Worked,
    work_out,
)

Reader: TypeAlias = Callable[[Collection[str]], sa.FromClause]
"""From the wanted columns to rows that have them."""


class Workbench:
    """The script in the making, and where to find what it has made.

    ``lists``: long lists of constants, of which some are ``written_out``; ``results``: what
    each step has left, by its name; ``joined``: what is found by a join on a value;
    ``made``: the rows of frames that have rows of their own; ``copies``: where a table's
    rows were gathered, by its name and whether they are the population's only; ``ranked``:
    of rows kept by a step of this name, the column of which only the order is kept.
    ``lays_out``: the population is numbered, because its answers will be laid side by side;
    ``numbered``: the steps in whose results patients go by these numbers; ``in_order``:
    those whose results are sorted by patient.
    """

    def __init__(
        self,
        plan: Plan,
        dialect: Dialect,
        catalog: Catalog,
        written_out: Collection[frozenset[Scalar]] = (),
    ) -> None:
        self.plan, self.dialect, self.catalog = plan, dialect, catalog
        self.written_out = written_out
        self.lists: dict[frozenset[Scalar], Listed] = {}
        self.results: dict[str, sa.FromClause] = {}
        self.joined: dict[Joined, sa.FromClause] = {}
        self.made: dict[Frame, sa.FromClause] = {}
        self.ranked: dict[str, str] = {}
        self.copies: dict[tuple[str, bool], Reader] = {}
        self.terms = Terms(dialect, self.lists)
        self.draft = (OneStatement if dialect.one_statement else Draft)(self.terms)
        self.left_out = self._left_out()
        self.lays_out = dialect.lays_out and isinstance(plan.steps[-1], Assembly)
        self.numbered = going_by_number(plan) if self.lays_out else frozenset()
        self.in_order = lying_in_order(plan, dialect, catalog.patient_id)
        self.answers = Answers(
            plan.givens, self.results, self.draft, catalog.patient_id, self.numbered
        )
        self.sides = Sides(self.draft, self.answers)
        self.counting = Counting(self.draft, self.answers, self.joined, self.sides)

    @property
    def patient(self) -> Sql:
        """The column that says whose a row is."""
        return sa.column("patient_id", self.terms.column_type(self.catalog.patient_id))

    @property
    def population(self) -> sa.FromClause:
        """The patients who are in it; once that step is done."""
        return self.results[self.plan.population.name]

    def rows_of(
        self, frame: Frame, wanted: Collection[str], *, within: bool
    ) -> sa.FromClause:
        """All rows of a table, or of a frame that an earlier step has made.

        ``within``: those of the population will do.
        """
        if not isinstance(frame, Table):
            return self.made[frame]
        return self.table(frame.table.name, wanted, within=within)

    def table(self, name: str, wanted: Collection[str], *, within: bool) -> sa.FromClause:
        """A table's rows, from where they have been gathered, if they have.

        ``within``: they will be narrowed to the population, in which nobody is who is left
        out; else those of whoever is left out are taken away here.
        """
        copy = self.copies.get((name, within))
        if copy:
            return copy(wanted)
        rows = self.catalog.rows(name, wanted)
        if within or self.left_out is None:
            return rows
        return self.without_left_out(rows.alias("all_rows")).subquery()

    def _left_out(self) -> sa.FromClause | None:
        """Whom the warehouse leaves out, found once, before anything is read."""
        found = self.catalog.left_out
        if found is None:
            return None
        ids = {"patient_id": self.catalog.patient_id}
        return self.draft.kept(LEFT_OUT, sa.select(found.c.patient_id), ids)

    def without_left_out(self, rows: sa.FromClause) -> sa.Select[Any]:
        """The rows, but for those of whom the warehouse leaves out."""
        found = sa.select(rows)
        if self.left_out is None:
            return found
        left_out = self.left_out.alias("left_out")
        its = left_out.c.patient_id == rows.c.patient_id
        there = sa.select(left_out.c.patient_id).where(its).correlate(rows).exists()
        return found.where(sa.not_(there))

    def key(self, step: str) -> ValueType:
        """The type of patient_id in the step's result."""
        return INT if step in self.numbered else self.catalog.patient_id

    def narrowed(self, rows: sa.FromClause, *, within: bool) -> sa.FromClause:
        """The rows; of the population's patients only, if so wished."""
        return self._narrowed(rows)[0] if within else rows

    def whose(
        self, step: str, rows: sa.FromClause, *, within: bool
    ) -> tuple[sa.FromClause, Sql]:
        """The same, and what the step calls each row's patient."""
        if not within:
            return rows, rows.c.patient_id
        source, population = self._narrowed(rows)
        told = population.c[NUMBER] if step in self.numbered else rows.c.patient_id
        return source, told.label("patient_id")

    def _narrowed(self, rows: sa.FromClause) -> tuple[sa.FromClause, sa.FromClause]:
        population = self.population.alias("population")
        its = population.c.patient_id == rows.c.patient_id
        return rows.join(population, its), population

    def narrowed_by(self, rows: sa.FromClause, patient: Sql) -> sa.FromClause:
        """The rows of the population's patients. ``patient``: whose each row is."""
        population = self.population.alias("population")
        return rows.join(population, population.c.patient_id == patient)

    def leave(
        self, name: str, rows: sa.Select[Any], types: Mapping[str, ValueType]
    ) -> None:
        """A step's result: patient_id and the columns of these types."""
        patient = {"patient_id": self.key(name)}
        in_order = name in self.in_order
        rows = self.by_patient(rows) if in_order else rows
        kept = self.draft.kept(name, rows, patient | dict(types), in_order=in_order)
        self.results[name] = kept

    def by_patient(self, rows: sa.Select[Any]) -> sa.Select[Any]:
        """The rows, sorted by patient, whom each of them has."""
        if self.in_order:  # as groups and indexes are sorted by themselves
            return rows.order_by(self.patient)
        return rows.order_by(self.dialect.ascending(self.patient))

    def work_out(
        self,
        step: Step,
        source: sa.FromClause,
        patient: Sql,
        carried: Mapping[str, tuple[Sql, ValueType]],
        rows: sa.FromClause | None = None,
    ) -> Worked:
        """What the step computes, beside ``carried``; ``rows``: whose columns it reads."""
        given = self._given(step)
        everyone = self.results.get(self.plan.population.name)
        source, said = self.answers.onto(source, patient, given, step.name, everyone)
        columns = {n: one for n, one in said.items() if not isinstance(one, tuple)}
        times = getattr(step, "times", None)
        if times is not None:
            below = needs.leaves(step.computes())
            held, parameters = self.answers.beside(times, below)
            source, columns = source.join(held, sa.true()), columns | parameters
            carried = {INTERVAL: (held.c[INTERVAL], INT), **carried}
        if rows is not None:
            own = needs.columns(step.computes())
            columns |= {n: self.terms.loaded(rows.c[n.name], n.type) for n in own}
        kept = {"patient_id": (patient, self.key(step.name)), **carried}
        return self._worked_out(step, Start(source, columns, kept))

    def laid_out(self, step: Step) -> Worked:
        """What the step computes of the whole population's answers, in order."""
        name, given = f"{step.name}_answers", self._given(step)
        table, columns = self.answers.laid_out(given, name, self.population)
        kept = {"patient_id": (table.c.patient_id, self.catalog.patient_id)}
        return self._worked_out(step, Start(table, columns, kept))

    def _given(self, step: Step) -> list[Series]:
        below = needs.in_place(step.computes())
        return [n for n in below if self.answers.has(n) and not needs.is_parameter(n)]

    def _worked_out(self, step: Step, start: Start) -> Worked:
        keep = self.draft.keeper(step.name)
        if self.in_order and isinstance(step, Assembly):
            start = replace(start, sort=self.patient)
        several = isinstance(step, Aggregate) and len(step.parts) > 1
        targets = step.computes()
        return work_out(targets, start, self.terms, self.joined, keep, several=several)
