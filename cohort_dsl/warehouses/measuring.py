"""Measures counted by a warehouse: what was tallied, as rows in their order.

``measured`` asks one query for each interval and denominator: right, and slow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa

from cohort_dsl.model import intervals, rules
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import Less, Series, Value
from cohort_dsl.model.query import Interval, Query
from cohort_dsl.model.types import BOOL, INT, Kind, Scalar
from cohort_dsl.warehouses.rows import ARROW, Rows

Group: TypeAlias = tuple[Scalar | None, ...]
Round: TypeAlias = tuple[str, Interval]
Ask: TypeAlias = Callable[[Query], AbstractContextManager[Rows]]


@dataclass
class Tally:
    """Sums over the patients of one group who count, and how many add anything."""

    numerator: int = 0
    denominator: int = 0
    numerator_patients: int = 0
    denominator_patients: int = 0

    def add(self, numerator: int, denominator: int, patients: int) -> None:
        """So many patients with these two numbers."""
        self.numerator += numerator * patients
        self.denominator += denominator * patients
        self.numerator_patients += patients if numerator else 0
        self.denominator_patients += patients


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
    numerator, denominator = rules.number(tally.numerator), rules.number(tally.denominator)
    there = numerator is not None and denominator is not None
    return {
        "measure": measure.name,
        "interval_start": interval.start,
        "interval_end": interval.end,
        "ratio": rules.divide(numerator, denominator) if there else None,  # type: ignore[arg-type]
        "numerator": numerator,
        "denominator": denominator,
        "numerator_patients": tally.numerator_patients,
        "denominator_patients": tally.denominator_patients,
        **dict(zip(measure.group_by, group, strict=True)),
    }


def _null_first(group: Group) -> tuple[tuple[bool, Any], ...]:
    return tuple((value is not None, value) for value in group)


# One query for each interval ---------------------------------------------------------


def measured(measures: Measures, ask: Ask) -> Rows:
    """The measures, by as many queries as there are intervals and denominators."""
    tallies: dict[Round, dict[Group, Tally]] = {}
    for interval in measures.intervals():
        now = intervals.at(measures, interval)
        for denominator, alike in _by_denominator(now).items():
            found: dict[str, dict[Group, Tally]] = {
                one.name: defaultdict(Tally) for one in alike
            }
            with ask(_query(denominator, alike)) as answer:
                for batch in answer.reveal():
                    _tally(batch, alike, found)
            tallies |= {(name, interval): groups for name, groups in found.items()}
    return rows(measures, tallies)


def _by_denominator(measures: Measures) -> dict[Series, list[Measure]]:
    found: dict[Series, list[Measure]] = {}
    for measure in measures.measures:
        found.setdefault(measure.denominator, []).append(measure)
    return found


def _query(denominator: Series, measures: Iterable[Measure]) -> Query:
    counts = denominator if denominator.type == BOOL else Less(Value(0, INT), denominator)
    asked = dict.fromkeys(s for measure in measures for s in measure.roots())
    return Query(counts, {_column(series): series for series in asked})


def _column(series: Series) -> str:
    return f"s{series.digest.hex()}"


def _tally(
    batch: pa.RecordBatch,
    measures: Iterable[Measure],
    found: Mapping[str, dict[Group, Tally]],
) -> None:
    table = pa.Table.from_batches([batch])
    for measure in measures:
        names = [_column(series) for series in measure.roots()]
        # Different ones only: sums are Python's, which never overflow.
        counted = table.group_by(list(dict.fromkeys(names))).aggregate([([], "count_all")])
        columns = [counted.column(name).to_pylist() for name in names]
        patients = counted.column("count_all").to_pylist()
        for numerator, denominator, *group, many in zip(*columns, patients, strict=True):
            values = _values(measure, group)
            found[measure.name][values].add(int(numerator or 0), int(denominator), many)


def _values(measure: Measure, group: Iterable[Any]) -> Group:
    kinds = [series.type.kind for series in measure.group_by.values()]
    return tuple(map(_value, kinds, group))


def _value(kind: Kind, value: Any) -> Any:
    """Engines without booleans give 1 and 0; and -0.0 is in one group with 0.0."""
    if value is None:
        return None
    if kind is Kind.BOOL:
        return bool(value)
    return value + 0.0 if kind is Kind.FLOAT else value
