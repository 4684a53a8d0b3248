"""Event tables of a dataset: what may be one, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cohort_dsl.language import hints
from cohort_dsl.language.frames import Frame
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.series import BaseSeries, dont_combine, not_a_method
from cohort_dsl.model.nodes import common_frame
from cohort_dsl.model.query import NAME
from cohort_dsl.model.types import ModelError

EXAMPLE = 'Write add_event_table("visits", date=visits.date, number=visits.number).'


def must_be_free(name: Any, taken: Collection[str]) -> None:
    """DefinitionError unless an event table may have this name."""
    if not isinstance(name, str) or not NAME.match(name):
        raise hints.no_name(name, "an event table")
    if name.casefold() in {known.casefold() for known in taken}:
        raise mistake(
            f"there is an event table {name} already",
            "Give one of the two another name; capitals don't tell them apart.",
        )


def must_be_columns(table: str, columns: Mapping[str, Any]) -> None:
    """DefinitionError unless these are series of rows that go together."""
    for name, series in columns.items():
        _must_be_series(table, name, series)
    names = {name.casefold() for name in columns}
    if "patient_id" in names:
        raise mistake(
            "patient_id is the first column of every event table",
            "Leave it out, or choose another name.",
        )
    if len(names) < len(columns):
        raise mistake(
            f"two columns of {table} differ only in capitals",
            "Give one of the two another name: not every program tells them apart.",
        )
    _must_have_rows(table, [series.node_ for series in columns.values()])


def _must_be_series(table: str, name: str, series: Any) -> None:
    if not NAME.match(name):
        raise hints.no_name(name, f"a column of {table}")
    not_a_method(series)
    if isinstance(series, BaseSeries):
        return
    got = series.title_() if isinstance(series, Frame) else type(series).__name__
    raise mistake(f"{name} of event table {table} is no series, but {got}", EXAMPLE)


def _must_have_rows(table: str, series: list[Any]) -> None:
    try:
        frame = common_frame(series)
    except ModelError as error:
        frames = [one.frame for one in series if one.frame is not None]
        raise dont_combine(frames, str(error)) from None
    if frame is None:
        raise mistake(
            f"event table {table} has no series with a value for each of several rows",
            f"{EXAMPLE} What has one value a patient is a column of the dataset.",
        )
