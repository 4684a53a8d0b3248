"""From the steps of a plan to a script for one engine.

Each step leaves its result in a temporary table, filled by one statement or, where
expressions go very deep, by several. Constants travel as bound parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Position, Series
from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import (
    Aggregate,
    Assembly,
    Choose,
    CodeList,
    Columns,
    Members,
    Output,
    Plan,
    Population,
    Step,
    base,
    conditions,
    sort_keys,
)
from cohort_dsl.sql.aggregates import AGGREGATES
from cohort_dsl.sql.answers import Answers
from cohort_dsl.sql.catalog import Catalog
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.expressions import Terms
from cohort_dsl.sql.statements import Script
from cohort_dsl.sql.working import Start, Worked, work_out


def script(plan: Plan, dialect: Dialect, catalog: Catalog) -> Script:
    """The script that answers the plan's question.

    The answer has patient_id and the variables in their order, sorted by patient_id.
    WarehouseError where the catalog lacks a table or column that the question mentions.
    """
    catalog.demand(plan.query.tables())
    return _Compiler(plan, dialect, catalog).script()


class _Compiler:
    def __init__(self, plan: Plan, dialect: Dialect, catalog: Catalog) -> None:
        self.plan, self.dialect, self.catalog = plan, dialect, catalog
        self.lists: dict[frozenset[Scalar], sa.FromClause] = {}
        self.results: dict[str, sa.FromClause] = {}
        self.members: dict[Series, sa.FromClause] = {}
        self.terms = Terms(dialect, self.lists)
        self.draft = Draft(self.terms)
        self.answers = Answers(plan.givens, self.results, self.draft, catalog.patient_id)

    def script(self) -> Script:
        *before, cohort = self.plan.steps
        for step in before:
            self._do(step)
        assert isinstance(cohort, Assembly)
        return self.draft.script(self._question(cohort))

    def _do(self, step: Step) -> None:
        if isinstance(step, CodeList):
            self._list(step)
        elif isinstance(step, Columns):
            self._columns(step)
        elif isinstance(step, Aggregate):
            self._aggregate(step)
        elif isinstance(step, Choose):
            self._choose(step)
        elif isinstance(step, Members):
            self._members(step)
        else:
            assert isinstance(step, Population)
            self._population(step)

    # Steps -----------------------------------------------------------------------

    def _list(self, step: CodeList) -> None:
        self.lists[step.values] = self.draft.uploaded(step.name, step.values, step.type)

    def _columns(self, step: Columns) -> None:
        names = [output.name for output in step.outputs]
        rows = self.catalog.rows(step.table.name, names).alias("rows")
        outputs = [rows.c[name] for name in names]
        source = self._within(rows, within=step.within_population)
        found = sa.select(rows.c.patient_id, *outputs).select_from(source)
        kept = found.where(rows.c.patient_id.is_not(sa.null()))
        self._result(step.name, kept, step.outputs)

    def _aggregate(self, step: Aggregate) -> None:
        worked = self._rows(step, step.rows, within=step.within_population)
        outputs = [
            AGGREGATES[type(output.node)](self.terms, output.node, worked.said)
            for output in step.outputs
        ]
        labelled = [
            sql.label(output.name)
            for sql, output in zip(outputs, step.outputs, strict=True)
        ]
        patient: Sql = sa.column("patient_id")
        found = sa.select(patient, *labelled).select_from(worked.rows)
        grouped = _where(found, conditions(step.rows), worked).group_by(patient)
        self._result(step.name, grouped, step.outputs)

    def _choose(self, step: Choose) -> None:
        frame = step.pick.source
        types = {column.name: column.type for column in base(frame).columns}
        every = tuple(sorted(types))
        worked = self._rows(step, frame, within=step.within_population, carried=every)
        keys = [self.terms.stored(worked[key], key.type) for key in sort_keys(frame)] + [
            sa.column(name, self.terms.column_type(types[name])) for name in every
        ]
        first = step.pick.position is Position.FIRST
        order = self.dialect.ascending if first else self.dialect.descending
        patient: Sql = sa.column("patient_id")
        place = sa.func.row_number().over(
            partition_by=patient, order_by=[order(key) for key in keys]
        )
        wanted: list[sa.ColumnClause[Any]] = [
            sa.column(output.name) for output in step.outputs
        ]
        numbered = sa.select(patient, *wanted, place.label("place_of_row"))
        kept = _where(numbered.select_from(worked.rows), conditions(frame), worked)
        ranked = kept.subquery("ranked")
        found = sa.select(ranked.c.patient_id, *(ranked.c[c.name] for c in wanted))
        only = found.where(ranked.c.place_of_row == sa.literal_column("1"))
        self._result(step.name, only, step.outputs)

    def _members(self, step: Members) -> None:
        worked = self._rows(step, step.rows, within=step.within_population)
        kind = step.series.type
        value = self.terms.stored(worked[step.series], kind)
        owner: Sql = sa.column("patient_id")
        found = sa.select(owner.label("owner"), value.label("member")).distinct()
        kept = _where(found.select_from(worked.rows), conditions(step.rows), worked)
        types = {"owner": self.catalog.patient_id, "member": kind}
        known = kept.where(value.is_not(sa.null()))
        self.members[step.series] = self.draft.kept(step.name, known, types)

    def _population(self, step: Population) -> None:
        everyone = self._everyone(step).subquery("everyone")
        worked = self._work_out(step, everyone, everyone.c.patient_id, {})
        patient: Sql = sa.column("patient_id")
        found = sa.select(patient).select_from(worked.rows)
        self._result(step.name, found.where(worked[step.condition]))

    def _everyone(self, step: Population) -> sa.Select[Any]:
        """The patients of the population's tables, each once."""
        read = [self.catalog.rows(table.name) for table in step.tables]
        sources = read + [self.results[name] for name in step.steps]
        if not sources:
            nobody = sa.cast(sa.null(), self.terms.column_type(self.catalog.patient_id))
            return sa.select(nobody.label("patient_id")).where(sa.false())
        ids = [
            sa.select(source.c.patient_id).where(source.c.patient_id.is_not(sa.null()))
            for source in sources
        ]
        # A union drops doubles, but one select alone is no union.
        each_once = sa.union(*ids) if len(ids) > 1 else ids[0].distinct()
        all_ids = each_once.subquery("mentioned")
        found = sa.select(all_ids.c.patient_id)
        if self.catalog.people is None:
            return found
        people = self.catalog.people.alias("people")
        both = all_ids.join(people, people.c.patient_id == all_ids.c.patient_id)
        return found.select_from(both)

    def _question(self, step: Assembly) -> sa.Select[Any]:
        population = self.results[self.plan.population.name].alias("population")
        worked = self._work_out(step, population, population.c.patient_id, {})
        variables = [
            sa.cast(
                self.terms.stored(worked[output.node], output.node.type),
                self.terms.column_type(output.node.type),
            ).label(output.name)
            for output in step.variables
        ]
        ids = self.terms.column_type(self.catalog.patient_id)
        patient: Sql = sa.column("patient_id", ids)
        found = sa.select(patient, *variables).select_from(worked.rows)
        return found.order_by(self.dialect.ascending(patient))

    # Rows to work on -----------------------------------------------------------------

    def _rows(
        self, step: Step, frame: Frame, *, within: bool, carried: Sequence[str] = ()
    ) -> Worked:
        wanted = {node.name for node in _own(needs.in_place(step.computes()))}
        rows = self.catalog.rows(base(frame).name, wanted | set(carried)).alias("rows")
        source = self._within(rows, within=within)
        types = {column.name: column.type for column in base(frame).columns}
        kept = {name: (rows.c[name], types[name]) for name in carried}
        return self._work_out(step, source, rows.c.patient_id, kept, rows)

    def _within(self, rows: sa.FromClause, *, within: bool) -> sa.FromClause:
        if not within:
            return rows
        population = self.results[self.plan.population.name].alias("population")
        return rows.join(population, population.c.patient_id == rows.c.patient_id)

    def _work_out(
        self,
        step: Step,
        source: sa.FromClause,
        patient: Sql,
        carried: Mapping[str, tuple[Sql, ValueType]],
        rows: sa.FromClause | None = None,
    ) -> Worked:
        below = needs.in_place(step.computes())
        given = [node for node in below if self.answers.has(node)]
        everyone = self.results.get(self.plan.population.name)
        source, columns = self.answers.onto(source, patient, given, step.name, everyone)
        if rows is not None:
            columns |= {n: self.terms.loaded(rows.c[n.name], n.type) for n in _own(below)}
        kept = {"patient_id": (patient, self.catalog.patient_id), **carried}
        start = Start(source, columns, kept)
        keep = self.draft.keeper(step.name)
        return work_out(step.computes(), start, self.terms, self.members, keep)

    def _result(
        self, name: str, rows: sa.Select[Any], outputs: Iterable[Output] = ()
    ) -> None:
        types = {output.name: output.node.type for output in outputs}
        patient = {"patient_id": self.catalog.patient_id}
        self.results[name] = self.draft.kept(name, rows, patient | types)


def _own(below: Iterable[Series]) -> list[nodes.SelectColumn]:
    """The rows' own columns."""
    columns = [node for node in below if isinstance(node, nodes.SelectColumn)]
    return [node for node in columns if node.frame is not None]


def _where(
    rows: sa.Select[Any], kept_if: Iterable[Series], worked: Worked
) -> sa.Select[Any]:
    for condition in kept_if:
        rows = rows.where(worked[condition])
    return rows
