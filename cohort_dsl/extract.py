"""A question put to a warehouse, and its answer as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cohort_dsl import cohort_file, formats, measures_file
from cohort_dsl.cohort_file import CohortFile, Columns
from cohort_dsl.disclosure import Rounding
from cohort_dsl.event_file import event_file
from cohort_dsl.measures_file import MeasuresFile
from cohort_dsl.model import intervals, wire
from cohort_dsl.model.categories import categories
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import Interval, Query
from cohort_dsl.pieces import Ask, asking
from cohort_dsl.progress import SILENT, Progress
from cohort_dsl.warehouses.contract import Warehouse


def extract(
    query: Query,
    warehouse: Warehouse,
    target: Path,
    progress: Progress = SILENT,
    ask: Ask | None = None,
) -> CohortFile:
    """Write the query's cohort to ``target``, and its event tables as ``event_file`` says.

    Each file is there whole or not at all. The query is of one time. The format is what the
    target's name ends with: see ``cohort_file``. ``ask``: how, if not at once.
    WarehouseError where the warehouse lacks what is asked for, or refuses; DefinitionError
    where the format can't hold it.
    """
    columns = _columns(query.variables, warehouse)
    tables = {
        name: _columns(series, warehouse, several_rows=True)
        for name, series in query.event_tables.items()
    }
    files = {name: event_file(target, name) for name in tables}
    cohort_file.must_suit(target, columns)
    for name, path in files.items():
        cohort_file.must_suit(path, tables[name])
    digest = wire.query_hash(query)
    with (ask or warehouse.ask)(query, progress.prepared) as answer:
        cohort = cohort_file.write(answer, columns, target, digest, progress)
        for path in files.values():
            path.parent.mkdir(exist_ok=True)
        events = [
            cohort_file.write(
                answer.event_table(name), tables[name], path, digest, progress
            )
            for name, path in files.items()
        ]
    return replace(cohort, event_tables=tuple(events))


def _columns(
    series: Mapping[str, Series], warehouse: Warehouse, *, several_rows: bool = False
) -> Columns:
    types = {"patient_id": warehouse.catalog.patient_id}
    types |= {name: one.type for name, one in series.items()}
    known = {name: categories(one) for name, one in series.items()}
    named = {name: values for name, values in known.items() if values}
    return Columns(types, named, several_rows)


def cohorts(
    query: Query, warehouse: Warehouse, target: Path, progress: Progress = SILENT
) -> tuple[CohortFile, ...]:
    """The same of a query that may be of periods: a file for each, as ``targets`` names.

    In ``pieces``, where the warehouse can be gone back to: what was lost in the middle is
    gone on with by the same call.
    """
    with asking(query, warehouse, target) as ask:
        if not query.periods:
            return (extract(query, warehouse, target, progress, ask),)
        named = targets(query, target)
        return tuple(
            extract(one, warehouse, named[period], progress, ask)
            for period, one in intervals.periods(query)
        )


def targets(query: Query, target: Path) -> Mapping[Interval, Path]:
    """Each period's file: ``cohort.parquet`` becomes ``cohort_2024-01-01.parquet``.

    Where two periods begin on one day, the names hold the last days too.
    """
    starts = Counter(period.start for period in query.periods)
    unique = max(starts.values(), default=1) == 1
    days = {p: f"{p.start}" if unique else f"{p.start}_{p.end}" for p in query.periods}
    end = formats.ending(target)
    stem = target.name.removesuffix(end)
    return {period: target.with_name(f"{stem}_{day}{end}") for period, day in days.items()}


def measure(
    measures: Measures, warehouse: Warehouse, target: Path, rounding: Rounding
) -> MeasuresFile:
    """Write the measures to ``target``, whole or not at all; its name says the format.

    ``rounding``: the site's, where the measures don't do without. WarehouseError as above.
    """
    applied = rounding if measures.disclosure_control else None
    rows = warehouse.measure(measures)
    return measures_file.write(rows, target, wire.query_hash(measures), applied)
