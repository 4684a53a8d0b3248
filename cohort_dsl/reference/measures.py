"""The referee of measures: each counted on its own, interval by interval, in plain Python.

Slow and obvious, as its neighbour; every warehouse must give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cohort_dsl.model import intervals, rules
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import tables_in, walk
from cohort_dsl.model.query import Interval
from cohort_dsl.reference.answer import Cell, Known, PatientId, Tables, patients_of


def answer_measures(measures: Measures, tables: Tables) -> list[dict[str, Any]]:
    """One row for each measure, interval and group.

    The columns of ``model.measures.ROW``, then every one that any measure is grouped by:
    NULL where this one isn't. A group is a combination of values that a patient who counts
    has; without ``group_by`` all patients are one group, even where nobody counts.
    Measures are in the order of their definition, intervals in that of their days, groups
    in that of their values, column by column, NULL first.
    """
    columns = list(measures.group_columns())
    return [
        row | {name: group.get(name) for name in columns}
        for measure in measures.measures
        for interval in sorted(measure.intervals)
        for row, group in _counted(measure, interval, tables)
    ]


def _counted(
    measure: Measure, interval: Interval, tables: Tables
) -> Iterator[tuple[dict[str, Any], dict[str, Cell]]]:
    [asked] = intervals.at(Measures((measure,)), interval).measures
    known = Known(asked.roots(), tables)
    groups: dict[tuple[Cell, ...], list[PatientId]] = {} if asked.group_by else {(): []}
    for patient in _patients(asked, known):
        if (known.series[asked.denominator][patient] or 0) > 0:
            values = tuple(known.series[s][patient] for s in asked.group_by.values())
            groups.setdefault(values, []).append(patient)
    for values in sorted(groups, key=_null_first):
        numbers = _numbers(asked, groups[values], known)
        days = {"interval_start": interval.start, "interval_end": interval.end}
        group = dict(zip(asked.group_by, values, strict=True))
        yield {"measure": measure.name} | days | numbers, group


def _patients(asked: Measure, known: Known) -> list[PatientId]:
    return patients_of(known.rows[one] for one in tables_in(walk([asked.denominator])))


def _numbers(asked: Measure, patients: list[PatientId], known: Known) -> dict[str, Cell]:
    numerator = _sum(known.series[asked.numerator], patients)
    denominator = _sum(known.series[asked.denominator], patients)
    there = numerator is not None and denominator is not None
    ratio = rules.divide(numerator, denominator) if there else None  # type: ignore[arg-type]  # both are ints
    return {
        "ratio": ratio,
        "numerator": numerator,
        "denominator": denominator,
        "numerator_patients": sum(bool(known.series[asked.numerator][p]) for p in patients),
        "denominator_patients": len(patients),
    }


def _sum(series: dict[PatientId, Any], patients: list[PatientId]) -> Cell:
    """True is 1, NULL is 0; a sum beyond 64 bits is NULL."""
    return rules.number(sum(int(series[patient] or 0) for patient in patients))


def _null_first(values: tuple[Cell, ...]) -> tuple[tuple[bool, Any], ...]:
    return tuple((value is not None, value) for value in values)
