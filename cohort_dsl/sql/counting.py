"""Measures counted: the groups of each interval, of answers that lie side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import INT, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.tallies import Counts, Family, Tally, TallyEach
from cohort_dsl.sql.answers import Answers
from cohort_dsl.sql.cutting import whole
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.sides import PATIENTS, SideBySide, Sides
from cohort_dsl.sql.working import BIT, INTERVAL, Joined, Start, work_out

# Columns of an answer beside those of ``model.measures``. No group's name begins with _.
MEASURE = "_measure"
NUMBERS = ("numerator", "denominator", "numerator_patients", "denominator_patients")
TWICE = -1  # in place of a measure's number: the row counts patients who stand there twice


@dataclass
class Counting:
    """What has been tallied so far, of what ``sides`` has put side by side."""

    draft: Draft
    answers: Answers
    joined: Mapping[Joined, sa.FromClause]
    sides: Sides
    families: dict[str, sa.TableClause] = field(default_factory=dict)

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
        spread = self.sides.now
        assert spread is not None
        terms = self.draft.terms
        rows: sa.FromClause = spread.rows
        whose = {name: (rows.c[name], kind) for name, kind in spread.whose.items()}
        below = needs.leaves(step.computes())
        given: dict[Series, Sql] = {}
        if isinstance(step, TallyEach):
            times, given = self.answers.beside(step.times, below)
            own = times.c[INTERVAL]
            same = whose[INTERVAL][0] == own if INTERVAL in whose else sa.true()
            rows, whose = rows.join(times, same), {**whose, INTERVAL: (own, INT)}
        for leaf in (one for one in below if one in spread.names):
            given[leaf] = self._told(leaf, spread)
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

    def _told(self, leaf: Series, spread: SideBySide) -> Sql:
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
        selects += [self._told_twice(table, groups) for table in self.sides.twice]
        return sa.select(sa.union_all(*selects).subquery("counts"))

    def _told_twice(
        self, table: sa.TableClause, groups: Mapping[str, ValueType]
    ) -> sa.Select[Any]:
        """A row where there are any; else none."""
        none = [whole(0).label(name) for name in NUMBERS[1:]]
        terms = self.draft.terms
        nulls = [
            sa.cast(sa.null(), terms.column_type(kind)).label(name)
            for name, kind in groups.items()
        ]
        said = sa.select(
            whole(TWICE).label(MEASURE),
            whole(0).label(INTERVAL),
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
            numerator = patients = denominator = everybody = whole(0)
            if measure in family.measures:
                number = 1 + family.measures.index(measure)
                numerator, patients = table[f"n{number}"], table[f"p{number}"]
            if measure in family.counts:
                denominator, everybody = table.d, table.patients
            yield sa.select(
                whole(measure).label(MEASURE),
                table.interval.label(INTERVAL),
                numerator.label("numerator"),
                denominator.label("denominator"),
                patients.label("numerator_patients"),
                everybody.label("denominator_patients"),
                *values,
            )


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
