"""Frames made of other frames: unions, episodes, and the rows that hold on a date."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NoReturn

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints, literals
from cohort_dsl.language.columns import Series, described
from cohort_dsl.language.durations import Duration
from cohort_dsl.language.frames import EventFrame, Frame, PatientFrame, class_like
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.series import FRAME_WORDS, BaseSeries, not_a_method, wrap
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import DateUnit, Position
from cohort_dsl.model.nodes.derived import EPISODE, common_columns
from cohort_dsl.model.types import DATE, Kind


class LookedUp(Frame):
    """For each row of an event frame, the row of another that holds on its date, or none.

    Its columns stand beside the event frame's own; NULL where there is no such row.
    """

    one_row_per_patient_ = False

    def is_found(self) -> Any:
        """Is there a row that holds on that date? Yes or no for each row, never NULL."""
        return wrap(nodes.Found(self.node_))

    def exists_for_patient(self) -> NoReturn:
        """Refused: a look-up has no rows but those beside which it stands."""
        raise self._no_frame("exists_for_patient")

    def count_for_patient(self) -> NoReturn:
        """Refused, for the same reason."""
        raise self._no_frame("count_for_patient")

    def union(self, *others: Any) -> NoReturn:
        """Refused, for the same reason."""
        raise self._no_frame("union")

    def __getattr__(self, name: str) -> NoReturn:
        if name in FRAME_WORDS:
            raise self._no_frame(name)
        super().__getattr__(name)

    def _no_frame(self, name: str) -> DefinitionError:
        beside = _beside(self.node_).schema.name
        return hints.NoSuchName(
            f"{name} is asked of a frame; a look-up only adds columns to {beside}",
            where=hints.place(),
            remedy=f"Ask {beside}, for example "
            f"{hints.written(beside)}.where(looked_up.is_found()).",
        )

    def __repr__(self) -> str:
        beside = _beside(self.node_).schema.name
        return f"<for each row of {beside}, a row of {self.title_()}>"


def _beside(node: nodes.Frame) -> nodes.Frame:
    assert node.beside is not None
    return node.beside


# Unions ------------------------------------------------------------------------------


def union(frames: list[Any]) -> Any:
    """The rows of all the frames, doubles too, with the columns that all of them have."""
    if len(frames) < 2:
        raise mistake("union needs another frame", "Write events.union(more_events).")
    for frame in frames:
        _must_have_rows(frame)
    schemas = [frame.node_.schema for frame in frames]
    if not common_columns(schemas):
        held = "; ".join(f"{s.name} has {_listed(s.columns)}" for s in schemas)
        raise mistake(
            f"these frames have no column in common, by name and type: {held}",
            "A union has the columns that all its frames have: choose frames that share "
            "the ones you need.",
        )
    node = nodes.Union(tuple(frame.node_.rows for frame in frames))
    alike = {type(frame) for frame in frames}
    if len(alike) == 1 and isinstance(frames[0], EventFrame):
        return type(frames[0])(node)
    return _with_columns(EventFrame, node)


def _must_have_rows(frame: Any) -> None:
    not_a_method(frame)
    if not isinstance(frame, Frame) or isinstance(frame, LookedUp):
        raise mistake(
            f"union takes frames, not {_said(frame)}", "Write events.union(more_events)."
        )


def _listed(columns: Any) -> str:
    told = (f"{column.name} ({literals.kind_name(column.type)})" for column in columns)
    return ", ".join(told) or "no columns"


def _with_columns(base: type[Frame], node: nodes.Frame) -> Any:
    """A frame of this kind with the node's columns, and no helpers of anybody's."""
    columns: Mapping[str, Series] = {
        column.name: described(column) for column in node.schema.columns
    }
    return type(base.__name__, (base,), dict(columns))(node)


# Episodes ----------------------------------------------------------------------------


class Episodes(EventFrame):
    """One row for each episode: ``start_date``, ``end_date`` and ``event_count``."""

    start_date, end_date, event_count = (described(column) for column in EPISODE)


def episodes(dates: BaseSeries, gap: Any) -> Episodes:
    """The patient's runs of dates. A longer gap than this begins a new one."""
    return Episodes(nodes.Episodes(dates.node_, _gap_days(gap)))


def _gap_days(gap: Any) -> int:
    if not isinstance(gap, Duration):
        raise mistake(
            f"a gap between episodes is a duration, not {_said(gap)}",
            "Write days(30) or weeks(4).",
        )
    if gap.unit_ is not DateUnit.DAYS:
        raise mistake(
            f"a gap in {gap.unit_.value} has no fixed length",
            "Write it in days(...) or weeks(...).",
        )
    if isinstance(gap.amount_, BaseSeries):
        raise mistake(
            "a gap between episodes must be the same for everybody",
            f"Write a number: {gap.word_}(30).",
        )
    if gap.amount_ < 0:
        raise mistake(
            "a gap between episodes can't be negative", f"Write {gap.word_}(0) or more."
        )
    found: int = gap.amount_
    return found


def _said(value: Any) -> str:
    if isinstance(value, LookedUp):
        return f"a look-up in {value.title_()}"
    return value.title_() if isinstance(value, BaseSeries | Frame) else repr(value)[:60]


# The row that holds on a date --------------------------------------------------------


def as_of(frame: EventFrame, date: Any, start: Any, end: Any) -> Any:
    """What ``EventFrame.as_of`` means; a look-up, or a picked row for a patient's date."""
    begins = _date_of(frame, "start", start)
    ends = nodes.Null(DATE) if end is None else _date_of(frame, "end", end)
    at = _date(date)
    if at.frame is None:
        return _picked(frame, at, begins, ends)
    node = nodes.AsOf(frame.node_.rows, begins, ends, at)
    return frame.like_(class_like(type(frame), LookedUp), node)


def _date(date: Any) -> nodes.Series:
    if isinstance(date, str | datetime.date):
        return literals.constant(date, DATE)
    not_a_method(date)
    if isinstance(date, BaseSeries) and date.kind_ is Kind.DATE:
        return date.node_
    raise mistake(
        f"as_of needs a date, not {_said(date)}",
        "Write frame.as_of(events.date, start=frame.start_date).",
    )


def _date_of(frame: EventFrame, word: str, value: Any) -> nodes.Series:
    """A date column of the looked-up rows."""
    not_a_method(value)
    if not isinstance(value, BaseSeries) or value.kind_ is not Kind.DATE:
        raise _no_column(frame, word, f"not {_said(value)}")
    theirs = value.node_.frame
    if theirs is None or not nodes.is_ancestor_or_same(theirs, frame.node_):
        raise _no_column(frame, word, "and this is a date of something else")
    return value.node_


def _no_column(frame: EventFrame, word: str, got: str) -> DefinitionError:
    return mistake(
        f"{word} needs a date column of {frame.title_()}, {got}",
        f"Write {word}={hints.written(frame.title_())}.{word}_date, "
        "with a column of the looked-up frame.",
    )


def _picked(
    frame: EventFrame, at: nodes.Series, start: nodes.Series, end: nodes.Series
) -> Any:
    """The same rows, for one date a patient: the latest start of those that hold."""
    begun = nodes.LessOrEqual(start, at)
    lasts = nodes.Or((nodes.IsNull(end), nodes.LessOrEqual(at, end)))
    holding = nodes.Filter(frame.node_.rows, nodes.And((begun, lasts)))
    picked = nodes.Pick(nodes.Sort(holding, start), Position.LAST, 1)
    return frame.like_(class_like(type(frame), PatientFrame), picked)
