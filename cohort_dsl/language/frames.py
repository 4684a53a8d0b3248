"""Frames as an author sees them: tables, and the rows left after filters and picks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn, Self, TypeVar, overload

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import habits, hints
from cohort_dsl.language.columns import schema_of
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.plain import condition
from cohort_dsl.language.refusals import FrameRefusals
from cohort_dsl.language.series import (
    FRAME_WORDS,
    BaseSeries,
    dont_combine,
    not_a_method,
    words,
    wrap,
)
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Position
from cohort_dsl.model.types import BOOL, TableSchema

F = TypeVar("F", bound="Frame")


class Frame(FrameRefusals):
    """Rows of a table. Attributes ending in _ are ours, and so no column's name."""

    node_: nodes.Frame
    set_: dict[str, str]
    one_row_per_patient_: ClassVar[bool]

    def __init__(self, node: nodes.Frame) -> None:
        object.__setattr__(self, "node_", node)
        object.__setattr__(self, "set_", {})

    def exists_for_patient(self) -> Any:
        """Does the patient have any row here?"""
        return wrap(nodes.Exists(self.node_))

    def count_for_patient(self) -> Any:
        """How many rows the patient has here; 0 without any."""
        return wrap(nodes.Count(self.node_))

    def union(self, *others: Any) -> Any:
        """The rows of these frames together, doubles kept.

        With the columns that all of them have by name and type. The others may be tables,
        filtered frames or picked rows.
        """
        from cohort_dsl.language import derived

        return derived.union([self, *others])

    def title_(self) -> str:
        """What an error calls these rows."""
        return self.node_.schema.name

    def __repr__(self) -> str:
        return f"<{'a row' if self.one_row_per_patient_ else 'rows'} of {self.title_()}>"

    def __setattr__(self, name: str, value: object) -> None:
        if name in FRAME_WORDS or name.endswith("_"):
            raise mistake(f"{name} can't be replaced", "Choose another name for it.")
        object.__setattr__(self, name, value)
        self.set_[name] = hints.place()

    def like_(self, cls: type[F], node: nodes.Frame) -> F:
        """Other rows of the same table: they know what was set on these, without it."""
        frame = cls(node)
        object.__setattr__(frame, "set_", self.set_)
        return frame

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._no_such_name(name)

    def _no_such_name(self, name: str) -> DefinitionError:
        if name == "patient_id":
            return hints.NoSuchName(
                "patient_id can't be asked for: every question is about each patient",
                where=hints.place(),
                remedy="The cohort has it as its first column, without being asked.",
            )
        if name in vars(self).get("set_", {}):
            return hints.NoSuchName(
                f"{name} was set on other rows of {self.title_()}, at {self.set_[name]}, "
                "and stays with those",
                where=hints.place(),
                remedy="Set it on these too, or make it a property of the table's class.",
            )
        if self.one_row_per_patient_ and name in (*FRAME_WORDS, *_aggregations()):
            return hints.NoSuchName(
                f"{name} needs many rows a patient, and here is one row of {self.title_()}",
                where=hints.place(),
                remedy="Filter and sort before picking a row."
                if isinstance(self.node_, nodes.Pick)
                else "It has no others: use its columns in conditions, joined with &.",
            )
        columns = [column.name for column in self.node_.schema.columns]
        if owner := self._column_with(name):
            return hints.NoSuchName(
                f"{name} is asked of a column, not of {self.title_()} as a whole",
                where=hints.place(),
                remedy=f"Write {hints.written(self.title_())}.{owner}.{name}, for example.",
            )
        if name in habits.OF_FRAMES:
            return hints.NoSuchName(
                f"{self.title_()} has no column or method {name}",
                where=hints.place(),
                remedy=habits.OF_FRAMES[name],
            )
        if hints.nearest(name, words(self)) in columns:
            return hints.no_such_name(name, self.title_(), columns, "column")
        return hints.no_such_name(name, self.title_(), words(self), "column or method")

    def _column_with(self, word: str) -> str | None:
        """The first of the columns that can be asked this."""
        every = (getattr(self, column.name) for column in self.node_.schema.columns)
        there = (series for series in every if word in words(series))
        return next((series.node_.name for series in there), None)


def _aggregations() -> set[str]:
    """What is asked of many values a patient only."""
    every = {word for kind in hints.below(BaseSeries) for word in dir(kind)}
    return {word for word in every if word.endswith(hints.AGGREGATION)}


class PatientFrame(Frame):
    """At most one row a patient."""

    one_row_per_patient_ = True


class EventFrame(Frame):
    """Any number of rows a patient."""

    one_row_per_patient_ = False

    def where(self, condition_: Any) -> Self:
        """The rows where the condition is true; not those where it is unknown."""
        return self._filtered(condition(condition_, "where"))

    def except_where(self, condition_: Any) -> Self:
        """Without the rows where the condition is true; those where it is unknown stay."""
        unwanted = condition(condition_, "except_where")
        yes, no = nodes.Value(True, BOOL), nodes.Value(False, BOOL)
        return self._filtered(nodes.Case(((unwanted, no),), yes))

    def _filtered(self, wanted: nodes.Series) -> Self:
        self._must_combine(wanted)
        return self.like_(type(self), nodes.Filter(self.node_, wanted))

    def sort_by(self, *keys: Any) -> Self:
        """The rows in ascending order of the first key, ties by the next; NULL first."""
        if not keys:
            raise mistake("sort_by needs a column", "Write sort_by(frame.date).")
        node = self.node_
        for key in reversed(keys):
            node = nodes.Sort(node, self._key(key))
        return self.like_(type(self), node)

    def _key(self, key: Any) -> nodes.Series:
        not_a_method(key)
        if not isinstance(key, BaseSeries) or not key.many_rows_:
            got = key.title_() if isinstance(key, BaseSeries) else hints.called(key)
            raise mistake(
                f"sort_by needs a column of these rows, not {got}",
                f"Write sort_by({hints.written(self.title_())}.date), "
                "with a column of the frame.",
            )
        self._must_combine(key.node_)
        return key.node_

    def _must_combine(self, series: nodes.Series) -> None:
        if series.frame is None or nodes.is_ancestor_or_same(series.frame, self.node_):
            return
        raise dont_combine(
            [series.frame, self.node_.rows], "these rows don't belong together"
        )

    def first_for_patient(self) -> Any:
        """Each patient's first row."""
        return self._pick(Position.FIRST, 1, "first")

    def last_for_patient(self) -> Any:
        """Each patient's last row."""
        return self._pick(Position.LAST, 1, "last")

    def nth_for_patient(self, number: Any) -> Any:
        """Each patient's row of that number: 1 is the first, -1 the last.

        Who has fewer rows has none here.
        """
        not_a_method(number)
        if type(number) is not int or number == 0 or abs(number) >= 2**31:
            raise mistake(
                f"nth_for_patient needs a whole number that isn't 0, not {number!r}",
                "Write nth_for_patient(2) for the second row, nth_for_patient(-2) for the "
                "last but one.",
            )
        position = Position.FIRST if number > 0 else Position.LAST
        return self._pick(position, abs(number), "nth")

    def _pick(self, position: Position, number: int, word: str) -> PatientFrame:
        if not nodes.is_sorted(self.node_):
            raise mistake(
                f"which row of {self.title_()} is {word}? They are in no order",
                f"Write .sort_by(...) before .{word}_for_patient().",
            )
        one_row = class_like(type(self), PatientFrame)
        return self.like_(one_row, nodes.Pick(self.node_, position, number))

    def as_of(self, date: Any, *, start: Any, end: Any = None) -> Any:
        """For each row that ``date`` is of, the row of this frame that holds on that day.

        ``start`` and ``end`` are date columns of this frame: a row holds from its start
        to its end, both included; without an end it still holds, without a start it never
        did. Of several it is the one with the latest start, and of those the last by all
        columns. ``addresses.as_of(events.date, start=addresses.start_date,
        end=addresses.end_date).area`` stands beside the columns of ``events``: NULL
        where no address is known for the day, which ``is_found()`` asks.

        For one date a patient (a patient series, or a date as such) it is a picked row.
        """
        from cohort_dsl.language import derived

        return derived.as_of(self, date, start, end)


_TWINS: dict[tuple[type[EventFrame], type[Frame]], type[Frame]] = {}


def class_like(cls: type[EventFrame], base: type[F]) -> type[F]:
    """The class of a kind of frame with a table's columns and helpers, without where & co.

    The picked row, for one.
    """
    if (cls, base) not in _TWINS:
        own: dict[str, Any] = {}
        for parent in reversed(cls.__mro__[: cls.__mro__.index(EventFrame)]):
            own.update({k: v for k, v in vars(parent).items() if not k.startswith("__")})
        _TWINS[cls, base] = type(cls.__name__, (base,), own)
    return _TWINS[cls, base]  # type: ignore[return-value]  # made of that base just above


@overload
def table(cls: type[F]) -> F: ...
@overload
def table(*, name: str) -> Callable[[type[F]], F]: ...
def table(cls: type[F] | None = None, *, name: str | None = None) -> Any:
    """Turn a class of columns into the table of its name, ready to be asked.

    ``name`` is for tables whose Python name is short for a longer one.
    """
    if cls is None:
        return lambda declared: _declare(declared, name or declared.__name__)
    return _declare(cls, name or cls.__name__)


def _declare(cls: type[F], name: str) -> F:
    return cls(nodes.Table(declared_schema(cls, name)))


def declared_schema(cls: Any, name: str) -> TableSchema:
    """The schema that a class declares; DefinitionError if it can't be a table's."""
    if not (isinstance(cls, type) and issubclass(cls, PatientFrame | EventFrame)):
        raise mistake(
            f"@table needs a class of PatientFrame or EventFrame, not {name}",
            f"Write class {name}(PatientFrame) or class {name}(EventFrame).",
        )
    schema = schema_of(cls, name, one_row_per_patient=cls.one_row_per_patient_)
    for column in schema.columns:
        if column.name in FRAME_WORDS:
            raise mistake(
                f"{column.name} is a method of every frame, and can't name a column",
                "Give the column another name.",
            )
    return schema


def schemas_of(*tables: Any) -> dict[str, TableSchema]:
    """The schemas of declared tables, by name.

    Any, because type checkers don't see that a class decorator returns no class.
    """
    return {frame.node_.schema.name: frame.node_.schema for frame in tables}
