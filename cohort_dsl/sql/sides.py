"""Patients' answers put side by side, for the measures that are counted of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model import nobody
from cohort_dsl.model.nodes import Series, Table, walk
from cohort_dsl.model.types import INT, ValueType
from cohort_dsl.plan.tallies import Fold, Spread, SpreadEach
from cohort_dsl.sql.answers import Answers, Told
from cohort_dsl.sql.cutting import rounded
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.working import INTERVAL

# How many patients have the same answers.
PATIENTS = "_patients"


@dataclass(frozen=True)
class SideBySide:
    """Answers side by side. ``rows``: the table as statements name it, made but once.

    ``names``: of an answer's column, or of several whose bits tell it. ``whose``: the
    columns that rows have beside answers, with their types.
    """

    table: sa.TableClause
    rows: sa.FromClause
    names: Mapping[Series, tuple[str, ...]]
    whose: Mapping[str, ValueType]


@dataclass
class Sides:
    """What lies side by side now. ``twice``: how many patients have several rows."""

    draft: Draft
    answers: Answers
    now: SideBySide | None = None
    twice: list[sa.TableClause] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)

    def put(self, step: Spread, people: sa.FromClause) -> None:
        """The answers as columns of one table, in place of those before."""
        everyone = self._people(step, people)
        patient = everyone.c.patient_id
        source, said = self.answers.onto(everyone, patient, step.leaves, step.name, people)
        whose = {"patient_id": self.answers.patient_id}
        table = self._keep(step.name, sa.select(patient).select_from(source), said, whose)
        if self._may_double(step):
            some = sa.select(table.c.patient_id).group_by(table.c.patient_id)
            doubled = some.having(sa.func.count() > sa.literal_column("1"))
            self._keep_twice(step.name, whole_count(), doubled.subquery("doubled"))

    def fold(self, step: Fold, people: sa.FromClause) -> None:
        """Each combination of answers once, in place of the answers before."""
        everyone = people.alias("population")
        patient = everyone.c.patient_id
        source, said = self.answers.onto(everyone, patient, step.leaves, step.name, people)
        for leaf, cuts in step.cuts.items():
            exact = said[leaf]
            assert not isinstance(exact, tuple)
            said[leaf] = rounded(self.draft.terms, exact, leaf.type, cuts)
        patients = whole_count().label(PATIENTS)
        rows = sa.select(patients).select_from(source)
        table = self._keep(step.name, rows, said, {PATIENTS: INT}, each_once=True)
        if self._may_double(step):
            there = sa.select(whole_count()).select_from(everyone).scalar_subquery()
            folded = self.draft.terms.dialect.total(table.c[PATIENTS])
            self._keep_twice(step.name, folded - there, table)

    def _may_double(self, step: Spread | Fold) -> bool:
        """Does an earlier step, read here for the first time, promise one row a patient?"""
        new = [n for n in step.leaves if self.answers.givens[n].step not in self.looked_at]
        self.looked_at |= {self.answers.givens[leaf].step for leaf in new}
        return any(isinstance(n, Table) and n.one_row_per_patient for n in walk(new))

    def _keep_twice(self, name: str, patients: Sql, found: sa.FromClause) -> None:
        """How many patients have several rows: a table of the warehouse gave them two."""
        rows = sa.select(patients.label("patients")).select_from(found)
        self.twice.append(self.draft.kept(f"{name}_twice", rows, {"patients": INT}))

    def put_each(self, step: SpreadEach, people: sa.FromClause) -> None:
        """The same for patients in some intervals."""
        rows, found = self._stacked(step) if step.stacked else self._joined(step)
        patient, interval = rows.c.patient_id, rows.c[INTERVAL]
        asked = step.leaves if step.stacked else (*step.found, *step.leaves)
        source, said = self.answers.onto(rows, patient, asked, step.name, people, interval)
        whose = {"patient_id": self.answers.patient_id, INTERVAL: INT}
        selected = sa.select(patient, interval).select_from(source)
        self._keep(step.name, selected, found | said, whose)

    def _joined(self, step: SpreadEach) -> tuple[sa.FromClause, dict[Series, Sql]]:
        """Whoever has rows, and when."""
        results = [self.answers.results[name] for name in step.people]
        found = [sa.select(one.c.patient_id, one.c[INTERVAL]) for one in results]
        return sa.union(*found).subquery("there"), {}

    def _stacked(self, step: SpreadEach) -> tuple[sa.FromClause, dict[Series, Sql]]:
        """The steps' rows one below the other, each with what the others' would have."""
        terms = self.draft.terms
        selects = []
        for name in step.people:
            result = self.answers.results[name].alias(name)
            columns: list[Sql] = []
            for number, leaf in enumerate(step.found, start=1):
                given, kind = self.answers.givens[leaf], leaf.type
                if given.step == name:
                    told = self.answers.of_result(leaf, result, given.column)
                    told = terms.stored(told, kind)
                else:
                    told = terms.held(nobody.answer(leaf), kind)
                columns.append(sa.cast(told, terms.column_type(kind)).label(f"f{number}"))
            selects.append(sa.select(result.c.patient_id, result.c[INTERVAL], *columns))
        rows = (sa.union_all(*selects) if len(selects) > 1 else selects[0]).subquery(
            "there"
        )
        numbered = enumerate(step.found, start=1)
        return rows, {
            leaf: terms.loaded(rows.c[f"f{n}"], leaf.type) for n, leaf in numbered
        }

    def _keep(
        self,
        name: str,
        rows: sa.Select[Any],
        said: Mapping[Series, Told],
        whose: Mapping[str, ValueType],
        *,
        each_once: bool = False,
    ) -> sa.TableClause:
        """These answers beside the rows, in place of those that were kept before."""
        if self.now is not None:
            self.draft.dropped(self.now.table)
        names: dict[Series, tuple[str, ...]] = {}
        columns: list[Sql] = []
        types = dict(whose)
        for number, (leaf, told) in enumerate(said.items(), start=1):
            own = list(self.answers.columns(leaf, told, f"c{number}"))
            names[leaf] = tuple(name for name, *_ in own)
            columns += [one for _, one, _ in own]
            types |= {name: kind for name, _, kind in own}
        labels = [name for its in names.values() for name in its]
        named = (one.label(name) for name, one in zip(labels, columns, strict=True))
        found = rows.add_columns(*named)
        if each_once and columns:
            found = found.group_by(*columns)
        elif each_once:
            found = found.having(whole_count() > sa.literal_column("0"))
        table = self.draft.kept(name, found, types)
        self.now = SideBySide(table, table.alias("spread"), names, whose)
        return table

    def _people(self, step: Spread, population: sa.FromClause) -> sa.FromClause:
        if not step.people:
            return population.alias("population")
        results = [self.answers.results[name] for name in step.people]
        ids = [sa.select(result.c.patient_id) for result in results]
        some = sa.union(*ids) if len(ids) > 1 else ids[0]
        return some.subquery("population")


def whole_count() -> Sql:
    return sa.cast(sa.func.count(), sa.BigInteger())
