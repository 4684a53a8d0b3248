"""Measures counted: patients' answers side by side, then the groups of each interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from cohort_dsl.model import nobody
from cohort_dsl.model.nodes import Series, Table, walk
from cohort_dsl.model.types import INT, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import Counts, Family, Fold, Spread, SpreadEach, Tally, TallyEach
from cohort_dsl.sql.answers import Answers, Told
from cohort_dsl.sql.cutting import rounded
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.working import BIT, INTERVAL, Joined, Start, work_out

# Columns of an answer beside those of ``model.measures``. No group's name begins with _.
MEASURE = "_measure"
# How many patients have the same answers.
PATIENTS = "_patients"
NUMBERS = ("numerator", "denominator", "numerator_patients", "denominator_patients")
TWICE = -1  # in place of a measure's number: the row counts patients who stand there twice


@dataclass(frozen=True)
class _Spread:
    """Answers side by side. ``rows``: the table as statements name it, made but once.

    ``names``: of an answer's column, or of several whose bits tell it. ``whose``: the
    columns that rows have beside answers, with their types.
    """

    table: sa.TableClause
    rows: sa.FromClause
    names: Mapping[Series, tuple[str, ...]]
    whose: Mapping[str, ValueType]


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
        everyone = self._people(step, people)
        patient = everyone.c.patient_id
        source, said = self.answers.onto(everyone, patient, step.leaves, step.name, people)
        whose = {"patient_id": self.answers.patient_id}
        table = self._keep(step.name, sa.select(patient).select_from(source), said, whose)
        if self._may_double(step):
            some = sa.select(table.c.patient_id).group_by(table.c.patient_id)
            doubled = some.having(sa.func.count() > sa.literal_column("1"))
            self._keep_twice(step.name, _whole_count(), doubled.subquery("doubled"))

    def fold(self, step: Fold, people: sa.FromClause) -> None:
        """Each combination of answers once, in place of the answers before."""
        everyone = people.alias("population")
        patient = everyone.c.patient_id
        source, said = self.answers.onto(everyone, patient, step.leaves, step.name, people)
        for leaf, cuts in step.cuts.items():
            exact = said[leaf]
            assert not isinstance(exact, tuple)
            said[leaf] = rounded(self.draft.terms, exact, leaf.type, cuts)
        patients = _whole_count().label(PATIENTS)
        rows = sa.select(patients).select_from(source)
        table = self._keep(step.name, rows, said, {PATIENTS: INT}, each_once=True)
        if self._may_double(step):
            there = sa.select(_whole_count()).select_from(everyone).scalar_subquery()
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

    def put_side_by_side_each(self, step: SpreadEach, people: sa.FromClause) -> None:
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
        if self.spread is not None:
            self.draft.dropped(self.spread.table)
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
            found = found.having(_whole_count() > sa.literal_column("0"))
        table = self.draft.kept(name, found, types)
        self.spread = _Spread(table, table.alias("spread"), names, whose)
        return table

    def _people(self, step: Spread, population: sa.FromClause) -> sa.FromClause:
        if not step.people:
            return population.alias("population")
        results = [self.answers.results[name] for name in step.people]
        ids = [sa.select(result.c.patient_id) for result in results]
        some = sa.union(*ids) if len(ids) > 1 else ids[0]
        return some.subquery("population")

    def tally(self, step: Tally | TallyEach) -> None:
        """The groups of one interval, beside those of its family's other intervals.

        Or the groups of all intervals.
        """
        counted = self._counted(step).subquery("counted")
        groups: list[Sql] = [counted.c[f"g{n}"] for n, _ in enumerate(step.groups, start=1)]
        if isinstance(step, TallyEach):
            interval: Sql = counted.c[INTERVAL]
            by = [interval, *groups]
        else:
            interval, by = sa.literal_column(str(step.interval)), groups
        numbers = self._numbers(counted, len(step.numerators))
        found = sa.select(interval.label("interval"), *numbers, *groups).group_by(*by)
        if not by:  # else SQL gives a row for nobody
            found = found.having(sa.func.count() > sa.literal_column("0"))
        if step.family not in self.families:
            self.families[step.family] = self.draft.created(step.family, _types(step))
        self.draft.filled(self.families[step.family], found)

    def _numbers(self, counted: sa.FromClause, numerators: int) -> Iterator[Sql]:
        """Sums, and how many add to them; what was folded has patients to be summed up."""
        total = self.draft.terms.dialect.total
        one: Sql = sa.literal_column("1")
        zero: Sql = sa.literal_column("0")
        weight = counted.c.get(PATIENTS)

        def summed(its: Sql) -> Sql:
            return total(its if weight is None else its * weight)

        def patients(adds: Sql | None) -> Sql:
            if weight is not None:
                return total(
                    weight if adds is None else sa.case((adds, weight), else_=zero)
                )
            return sa.func.count(*(() if adds is None else (sa.case((adds, one)),)))

        yield summed(counted.c.d).label("d")
        yield patients(None).label("patients")
        for number in range(1, numerators + 1):
            its = counted.c[f"n{number}"]
            yield summed(its).label(f"n{number}")
            yield patients(its != zero).label(f"p{number}")

    def _counted(self, step: Tally | TallyEach) -> sa.Select[Any]:
        """The patients who count, with their numbers and the values that group them."""
        assert self.spread is not None
        terms = self.draft.terms
        rows: sa.FromClause = self.spread.rows
        whose = {name: (rows.c[name], kind) for name, kind in self.spread.whose.items()}
        below = needs.leaves(step.computes())
        given: dict[Series, Sql] = {}
        if isinstance(step, TallyEach):
            times, given = self.answers.beside(step.times, below)
            own = times.c[INTERVAL]
            same = whose[INTERVAL][0] == own if INTERVAL in whose else sa.true()
            rows, whose = rows.join(times, same), {**whose, INTERVAL: (own, INT)}
        for leaf in (one for one in below if one in self.spread.names):
            given[leaf] = self._told(leaf, self.spread)
        start = Start(rows, given, whose)
        keep = self.draft.keeper(step.name)
        worked = work_out(step.computes(), start, terms, self.joined, keep)
        columns: list[Sql] = [
            sa.type_coerce(
                terms.stored(worked[series], series.type), terms.column_type(series.type)
            ).label(name)
            for name, series in _columns(step)
        ]
        columns += [
            sa.column(name, sa.BigInteger())
            for name in (INTERVAL, PATIENTS)
            if name in whose
        ]
        return sa.select(*columns).select_from(worked.rows).where(worked[step.is_there])

    def _told(self, leaf: Series, spread: _Spread) -> Sql:
        """A patient's answer; in the interval at hand, where bits tell it."""
        columns = [spread.rows.c[name] for name in spread.names[leaf]]
        if not self.answers.givens[leaf].masks:
            return self.draft.terms.loaded(columns[0], leaf.type)
        bits = [
            sa.column(f"{BIT}{place}", sa.BigInteger()) for place, _ in enumerate(columns)
        ]
        zero: Sql = sa.literal_column("0")
        both = zip(columns, bits, strict=True)
        return sa.or_(*(Grouping(one.bitwise_and(bit)) != zero for one, bit in both))

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


def _whole_count() -> Sql:
    return sa.cast(sa.func.count(), sa.BigInteger())


def _columns(step: Tally | TallyEach) -> Iterator[tuple[str, Series]]:
    yield "d", step.denominator
    for number, series in enumerate(step.numerators, start=1):
        yield f"n{number}", series
    for number, series in enumerate(step.groups, start=1):
        yield f"g{number}", series


def _types(step: Tally | TallyEach) -> dict[str, ValueType]:
    """A family's columns: interval, denominator, numerators, and how many patients."""
    types = {"interval": INT, "d": INT, "patients": INT}
    for number, _ in enumerate(step.numerators, start=1):
        types |= {f"n{number}": INT, f"p{number}": INT}
    return types | {f"g{n}": one.type for n, one in enumerate(step.groups, start=1)}
