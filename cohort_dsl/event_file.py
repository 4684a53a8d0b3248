"""Event tables' files: rows of the cohort's patients, beside the cohort file.

Those of ``cohort.parquet`` lie in a folder ``cohort_events``, each as ``NAME.parquet``, or
as the cohort file's name ends. Their format, version 1, is that of a cohort file (columns,
types, dictionaries, metadata), but that ``format`` is "event-table", and that
``patient_id`` may come several times: rows ascend by all columns in their order, NULL
first.
"""

from __future__ import annotations

from pathlib import Path

from cohort_dsl import formats

FORMAT, VERSION = "event-table", 1


def event_file(cohort: Path, name: str) -> Path:
    """The file of an event table: ``cohort_events/NAME.parquet`` for ``cohort.parquet``."""
    return cohort.with_name(events_folder(cohort.name)) / f"{name}{formats.ending(cohort)}"


def events_folder(cohort: str) -> str:
    """The folder of the event tables of a cohort file of this name."""
    return f"{cohort.removesuffix(formats.ending(cohort))}_events"
