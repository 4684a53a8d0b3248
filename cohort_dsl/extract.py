"""A question put to a warehouse, and its answer as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from cohort_dsl import cohort_file, measures_file
from cohort_dsl.cohort_file import CohortFile
from cohort_dsl.disclosure import Rounding
from cohort_dsl.measures_file import MeasuresFile
from cohort_dsl.model import intervals, wire
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Interval, Query
from cohort_dsl.warehouses.contract import Warehouse


def extract(query: Query, warehouse: Warehouse, target: Path) -> CohortFile:
    """Write the query's cohort to ``target`` (Parquet), whole or not at all.

    The query is of one time. WarehouseError where the warehouse lacks what is asked for,
    or refuses.
    """
    types = {"patient_id": warehouse.catalog.patient_id}
    types |= {name: series.type for name, series in query.variables.items()}
    with warehouse.ask(query) as rows:
        return cohort_file.write(rows, types, target, wire.query_hash(query))


def cohorts(query: Query, warehouse: Warehouse, target: Path) -> tuple[CohortFile, ...]:
    """The same of a query that may be of periods: a file for each, as ``targets`` names."""
    if not query.periods:
        return (extract(query, warehouse, target),)
    named = targets(query, target)
    return tuple(
        extract(one, warehouse, named[period]) for period, one in intervals.periods(query)
    )


def targets(query: Query, target: Path) -> Mapping[Interval, Path]:
    """Each period's file: ``cohort.parquet`` becomes ``cohort_2024-01-01.parquet``.

    Where two periods begin on one day, the names hold the last days too.
    """
    starts = Counter(period.start for period in query.periods)
    unique = max(starts.values(), default=1) == 1
    days = {p: f"{p.start}" if unique else f"{p.start}_{p.end}" for p in query.periods}
    return {
        period: target.with_name(f"{target.stem}_{day}{target.suffix}")
        for period, day in days.items()
    }


def measure(
    measures: Measures, warehouse: Warehouse, target: Path, rounding: Rounding
) -> MeasuresFile:
    """Write the measures to ``target``, whole or not at all; its name says the format.

    ``rounding``: the site's, where the measures don't do without. WarehouseError as above.
    """
    applied = rounding if measures.disclosure_control else None
    rows = warehouse.measure(measures)
    return measures_file.write(rows, target, wire.query_hash(measures), applied)
