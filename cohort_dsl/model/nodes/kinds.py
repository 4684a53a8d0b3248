"""The two kinds of node, sets of rows and values for them, and how they combine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cohort_dsl.model.nodes.identity import Node
from cohort_dsl.model.types import ModelError, TableSchema, ValueType


@dataclass(frozen=True, eq=False, repr=False)
class Frame(Node):
    """A set of rows.

    ``schema`` (the columns that the rows have), ``rows`` (the same rows in no order) and
    ``bottom`` (the table, or another frame with rows of its own, that they are from) are
    found once, when the frame is built: a chain of frames may be long.
    """

    schema: TableSchema = field(init=False)
    rows: Frame = field(init=False)
    bottom: Frame = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "schema", self.find_schema())
        object.__setattr__(self, "rows", self.find_rows())
        object.__setattr__(self, "bottom", self.find_bottom())

    def find_schema(self) -> TableSchema:
        raise NotImplementedError

    def find_rows(self) -> Frame:
        return self

    def find_bottom(self) -> Frame:
        return self

    @property
    def one_row_per_patient(self) -> bool:
        return False

    @property
    def taken_from(self) -> Frame | None:
        """The frame whose rows these are, all or some; None where they are its own."""
        return None

    @property
    def beside(self) -> Frame | None:
        """The frame for each of whose rows this one has a row or none; else None."""
        return None


def lineage(frame: Frame) -> Iterator[Frame]:
    """The frame, the frame that it was taken from, and so on to the table or pick."""
    step: Frame | None = frame
    while step is not None:
        yield step
        step = step.taken_from


def rows_of(frame: Frame) -> Frame:
    """The frame without its sorts: the same rows, in no order. Filters stay."""
    return frame.rows


def is_ancestor_or_same(ancestor: Frame, frame: Frame) -> bool:
    """Are all rows of ``frame`` rows of ``ancestor``, whatever their order?"""
    wanted = rows_of(ancestor)
    rows = rows_of(frame)
    return any(step == wanted for step in lineage(rows))


@dataclass(frozen=True, eq=False, repr=False)
class Series(Node):
    """One value for each row of ``frame``, or for each patient where that is None.

    Both are found once, when the series is built, from its parts: no recursion.
    """

    type: ValueType = field(init=False)
    frame: Frame | None = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "type", self.find_type())
        object.__setattr__(self, "frame", self.find_frame())

    def find_type(self) -> ValueType:
        raise NotImplementedError

    def find_frame(self) -> Frame | None:
        """The rows it has values for: the most derived frame of its parts."""
        return common_frame([p for p in self.parts() if isinstance(p, Series)])


def common_frame(series: Iterable[Series]) -> Frame | None:
    """The frame on which these series combine; ModelError where they don't."""
    found: Frame | None = None
    for one in series:
        if one.frame is None or one.frame == found:
            continue
        if found is None or is_ancestor_or_same(found, one.frame):
            found = one.frame
        elif not is_ancestor_or_same(one.frame, found):
            raise ModelError("series of different frames don't combine")
    return found


def must_be(series: Series, wanted: ValueType, what: str) -> None:
    """ModelError, naming what asks, unless the series has this type."""
    if series.type != wanted:
        raise ModelError(f"{what} needs {wanted}, got {series.type}")


@dataclass(frozen=True, eq=False, repr=False)
class Unary(Series):
    """A value made from one other."""

    operand: Series


@dataclass(frozen=True, eq=False, repr=False)
class Binary(Series):
    """A value made from two others of one type, on rows that go together."""

    left: Series
    right: Series

    def check(self) -> None:
        common_frame((self.left, self.right))
        if self.left.type != self.right.type:
            raise ModelError(f"{self.left.type} and {self.right.type} don't go together")
        self.check_type()

    def check_type(self) -> None:
        pass
