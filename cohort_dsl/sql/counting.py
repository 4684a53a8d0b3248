"""Measures counted: patients' answers side by side, then the groups of each interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.nodes import Series, Table, walk
from cohort_dsl.model.types import INT, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import Counts, Family, Spread, Tally
from cohort_dsl.sql.answers import Answers
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.working import Joined, Start, work_out

# Columns of an answer beside those of ``model.measures``. No group's name begins with _.
MEASURE, INTERVAL = "_measure", "_interval"
NUMBERS = ("numerator", "denominator", "numerator_patients", "denominator_patients")
TWICE = -1  # in place of a measure's number: the row counts patients who stand there twice


@dataclass(frozen=True)
class _Spread:
    """Answers side by side. ``rows``: the table as statements name it, made but once."""

    table: sa.TableClause
    rows: sa.FromClause
    names: Mapping[Series, str]


@dataclass
class Counting:
    """What has been put side by side and tallied so far."""

    draft: Draft
    answers: Answers
    joined: Mapping[Joined, sa.FromClause]
    families: dict[str, sa.TableClause] = field(default_factory=dict)
    spread: _Spread | None = None
    twice: list[sa.TableClause] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)

    def put_side_by_side(self, step: Spread, people: sa.FromClause) -> None:
        """The answers as columns of one table, in place of those before."""
        if self.spread is not None:
            self.draft.dropped(self.spread.table)
        everyone = self._people(step, people)
        patient = everyone.c.patient_id
        source, said = self.answers.onto(everyone, patient, step.leaves, step.name, people)
        names = {leaf: f"c{number}" for number, leaf in enumerate(said, start=1)}
        stored = self.draft.terms.stored
        columns = [stored(said[n], n.type).label(name) for n, name in names.items()]
        rows = sa.select(patient, *columns).select_from(source)
        types = {"patient_id": self.answers.patient_id}
        types |= {name: leaf.type for leaf, name in names.items()}
        table = self.draft.kept(step.name, rows, types)
        self.spread = _Spread(table, table.alias("spread"), names)
        if self._may_double(step):
            self.twice.append(self._found_twice(step.name, table))

    def _may_double(self, step: Spread) -> bool:
        """Does an earlier step, read here for the first time, promise one row a patient?"""
        new = [n for n in step.leaves if self.answers.givens[n].step not in self.looked_at]
        self.looked_at |= {self.answers.givens[leaf].step for leaf in new}
        return any(isinstance(n, Table) and n.one_row_per_patient for n in walk(new))

    def _found_twice(self, name: str, table: sa.TableClause) -> sa.TableClause:
        """How many patients have several rows: a table of the warehouse gave them two."""
        some = sa.select(table.c.patient_id).group_by(table.c.patient_id)
        doubled = some.having(sa.func.count() > sa.literal_column("1")).subquery("doubled")
        found = sa.select(sa.func.count().label("patients")).select_from(doubled)
        return self.draft.kept(f"{name}_twice", found, {"patients": INT})

    def _people(self, step: Spread, population: sa.FromClause) -> sa.FromClause:
        if not step.people:
            return population.alias("population")
        results = [self.answers.results[name] for name in step.people]
        ids = [sa.select(result.c.patient_id) for result in results]
        some = sa.union(*ids) if len(ids) > 1 else ids[0]
        return some.subquery("population")

    def tally(self, step: Tally) -> None:
        """The groups of one interval, beside those of its family's other intervals."""
        counted = self._counted(step).subquery("counted")
        total = self.draft.terms.dialect.total
        one: Sql = sa.literal_column("1")
        groups = [counted.c[f"g{n}"] for n, _ in enumerate(step.groups, start=1)]
        interval: Sql = sa.literal_column(str(step.interval)).label("interval")
        patients = sa.func.count().label("patients")
        numbers = [interval, total(counted.c.d).label("d"), patients]
        for number, _ in enumerate(step.numerators, start=1):
            its = counted.c[f"n{number}"]
            adds = sa.case((its != sa.literal_column("0"), one))
            numbers.append(total(its).label(f"n{number}"))
            numbers.append(sa.func.count(adds).label(f"p{number}"))
        found = sa.select(*numbers, *groups).group_by(*groups)
        if not groups:  # else SQL gives a row for nobody
            found = found.having(sa.func.count() > sa.literal_column("0"))
        if step.family not in self.families:
            self.families[step.family] = self.draft.created(step.family, _types(step))
        self.draft.filled(self.families[step.family], found)

    def _counted(self, step: Tally) -> sa.Select[Any]:
        """The patients who count, with their numbers and the values that group them."""
        assert self.spread is not None
        terms = self.draft.terms
        rows, names = self.spread.rows, self.spread.names
        leaves = [n for n in needs.leaves(step.computes()) if n in names]
        given = {n: terms.loaded(rows.c[names[n]], n.type) for n in leaves}
        patient = {"patient_id": (rows.c.patient_id, self.answers.patient_id)}
        start = Start(rows, given, patient)
        keep = self.draft.keeper(step.name)
        worked = work_out(step.computes(), start, terms, self.joined, keep)
        columns = [
            sa.type_coerce(
                terms.stored(worked[series], series.type), terms.column_type(series.type)
            ).label(name)
            for name, series in _columns(step)
        ]
        return sa.select(*columns).select_from(worked.rows).where(worked[step.is_there])

    def answer(self, step: Counts) -> sa.Select[Any]:
        """A row for each measure, interval and group that anybody is in."""
        groups: dict[str, ValueType] = {}
        for family in step.families:
            groups |= family.groups
        selects = [one for family in step.families for one in self._of(family, groups)]
        selects += [self._told_twice(table, groups) for table in self.twice]
        return sa.select(sa.union_all(*selects).subquery("counts"))

    def _told_twice(
        self, table: sa.TableClause, groups: Mapping[str, ValueType]
    ) -> sa.Select[Any]:
        """A row where there are any; else none."""
        none = [_whole(0).label(name) for name in NUMBERS[1:]]
        terms = self.draft.terms
        nulls = [
            sa.cast(sa.null(), terms.column_type(kind)).label(name)
            for name, kind in groups.items()
        ]
        said = sa.select(
            _whole(TWICE).label(MEASURE),
            _whole(0).label(INTERVAL),
            table.c.patients.label(NUMBERS[0]),
            *none,
            *nulls,
        )
        return said.where(table.c.patients > sa.literal_column("0"))

    def _of(
        self, family: Family, groups: Mapping[str, ValueType]
    ) -> Iterator[sa.Select[Any]]:
        table = self.families[family.name].c
        own = {name: f"g{number}" for number, name in enumerate(family.groups, start=1)}
        values = [
            (
                table[own[name]]
                if name in own
                else sa.cast(sa.null(), self.draft.terms.column_type(kind))
            ).label(name)
            for name, kind in groups.items()
        ]
        for measure in dict.fromkeys((*family.measures, *family.counts)):
            numerator = patients = denominator = everybody = _whole(0)
            if measure in family.measures:
                number = 1 + family.measures.index(measure)
                numerator, patients = table[f"n{number}"], table[f"p{number}"]
            if measure in family.counts:
                denominator, everybody = table.d, table.patients
            yield sa.select(
                _whole(measure).label(MEASURE),
                table.interval.label(INTERVAL),
                numerator.label("numerator"),
                denominator.label("denominator"),
                patients.label("numerator_patients"),
                everybody.label("denominator_patients"),
                *values,
            )


def _whole(number: int) -> Sql:
    return sa.cast(sa.literal_column(str(number)), sa.BigInteger())


def _columns(step: Tally) -> Iterator[tuple[str, Series]]:
    yield "d", step.denominator
    for number, series in enumerate(step.numerators, start=1):
        yield f"n{number}", series
    for number, series in enumerate(step.groups, start=1):
        yield f"g{number}", series


def _types(step: Tally) -> dict[str, ValueType]:
    """A family's columns: interval, denominator, numerators, and how many patients."""
    types = {"interval": INT, "d": INT, "patients": INT}
    for number, _ in enumerate(step.numerators, start=1):
        types |= {f"n{number}": INT, f"p{number}": INT}
    return types | {f"g{n}": one.type for n, one in enumerate(step.groups, start=1)}
