"""Measures counted by a warehouse: what was tallied, as rows in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model import rules
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.query import Interval
from cohort_dsl.model.types import BOOL, FLOAT, Scalar, ValueType
from cohort_dsl.sql.counting import MEASURE, NUMBERS, TWICE
from cohort_dsl.sql.working import INTERVAL
from cohort_dsl.warehouses.rows import ARROW, Rows

Group: TypeAlias = tuple[Scalar | None, ...]
Round: TypeAlias = tuple[str, Interval]


@dataclass(frozen=True)
class Tally:
    """Sums over the patients of one group who count, and how many add anything.

    A sum beyond 64 bits is None.
    """

    numerator: int | None = 0
    denominator: int | None = 0
    numerator_patients: int = 0
    denominator_patients: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            _sum(self.numerator, other.numerator),
            _sum(self.denominator, other.denominator),
            self.numerator_patients + other.numerator_patients,
            self.denominator_patients + other.denominator_patients,
        )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


Tallies: TypeAlias = Mapping[Round, Mapping[Group, Tally]]
"""For each measure and interval, the groups of patients. Measures by name."""


def schema(measures: Measures) -> pa.Schema:
    """The columns of an answer, and their types."""
    groups = measures.group_columns()
    return pa.schema(
        [
            ("measure", pa.string()),
            ("interval_start", pa.date32()),
            ("interval_end", pa.date32()),
            ("ratio", pa.float64()),
            ("numerator", pa.int64()),
            ("denominator", pa.int64()),
            ("numerator_patients", pa.int64()),
            ("denominator_patients", pa.int64()),
            *((name, ARROW[series.type.kind]) for name, series in groups.items()),
        ]
    )


def rows(measures: Measures, tallies: Tallies) -> Rows:
    """The answer: measures as defined, then by interval, then by group, NULL first.

    A measure that isn't grouped has a row for every interval, also where nobody counts.
    """
    found = list(_rows(measures, tallies))
    wanted = schema(measures)
    columns = [
        pa.array([row.get(field.name) for row in found], field.type) for field in wanted
    ]
    return Rows(wanted, [pa.RecordBatch.from_arrays(columns, schema=wanted)])


def _rows(measures: Measures, tallies: Tallies) -> Iterator[dict[str, Any]]:
    for measure in measures.measures:
        for interval in sorted(measure.intervals):
            groups = tallies.get((measure.name, interval), {})
            if not measure.group_by:
                groups = {(): Tally()} | dict(groups)
            for group in sorted(groups, key=_null_first):
                yield _row(measure, interval, group, groups[group])


def _row(
    measure: Measure, interval: Interval, group: Group, tally: Tally
) -> dict[str, Any]:
    numerator, denominator = tally.numerator, tally.denominator
    return {
        "measure": measure.name,
        "interval_start": interval.start,
        "interval_end": interval.end,
        "ratio": None
        if numerator is None or denominator is None
        else rules.divide(numerator, denominator),
        "numerator": numerator,
        "denominator": denominator,
        "numerator_patients": tally.numerator_patients,
        "denominator_patients": tally.denominator_patients,
        **dict(zip(measure.group_by, group, strict=True)),
    }


def _null_first(group: Group) -> tuple[tuple[bool, Any], ...]:
    return tuple((value is not None, value) for value in group)


# What an engine has counted ----------------------------------------------------------


def counts_schema(measures: Measures) -> pa.Schema:
    """The columns of what ``sql.counting`` answers, and their types."""
    numbers = [(name, pa.int64()) for name in (MEASURE, INTERVAL, *NUMBERS)]
    groups = [(n, ARROW[s.type.kind]) for n, s in measures.group_columns().items()]
    return pa.schema([*numbers, *groups])


def counted(measures: Measures, counts: Rows) -> Rows:
    """The answer, from the counts of a plan of these measures.

    WarehouseError where a patient stands twice in a table of one row a patient.
    """
    times = measures.intervals()
    tallies: dict[Round, dict[Group, Tally]] = {}
    for row in (row for batch in counts.reveal() for row in batch.to_pylist()):
        if row[MEASURE] == TWICE:
            raise _twice()
        measure = measures.measures[row[MEASURE]]
        group = tuple(_value(s.type, row[name]) for name, s in measure.group_by.items())
        its = tallies.setdefault((measure.name, times[row[INTERVAL] - 1]), {})
        tally = Tally(**{name: row[name] for name in NUMBERS})
        its[group] = its[group] + tally if group in its else tally
    return rows(measures, tallies)


def _twice() -> WarehouseError:
    """What a cohort is refused for as well."""
    return WarehouseError(
        "a patient has several rows in a table of one row a patient",
        where="the measures",
        remedy="Run `strongroom warehouse check` to compare the mapping with the database.",
    )


def _value(kind: ValueType, value: Any) -> Any:
    """Engines without booleans give 1 and 0; and -0.0 is in one group with 0.0."""
    if value is None:
        return None
    if kind == BOOL:
        return bool(value)
    return value + 0.0 if kind == FLOAT else value
