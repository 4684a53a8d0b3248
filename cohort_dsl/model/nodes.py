"""What a question means: a graph of frozen nodes, each checked when it is built.

A *frame* is a set of rows (a table, a filtered table, a pick); a *series* is one
value for each row of a frame, or one for each patient. A node knows

- ``digest``: its identity. Two nodes that mean the same, built apart, are equal.
  It is made from the digests of the parts, so nothing here recurses, however
  deep an author nests.
- ``depth``: how many nodes lie below it on the longest path.
- for a series ``type`` (its ValueType) and ``frame``: the many-rows frame whose
  rows it has values for, or None where it has one value a patient.

Rules of meaning: LANGUAGE chapter of the manual. Errors here are ModelError in the
model's words; ``cohort_dsl.language`` retells them in the author's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cache
from hashlib import blake2b

from cohort_dsl.model.types import (
    BOOL,
    DATE,
    FLOAT,
    INT,
    Kind,
    ModelError,
    Scalar,
    TableSchema,
    ValueType,
    fits,
)


def _token(value: object) -> bytes:
    """What a field contributes to its node's digest."""
    if isinstance(value, Node):
        return value.digest
    if isinstance(value, tuple):
        return b"(" + b"".join(_token(item) for item in value) + b")"
    if isinstance(value, frozenset):
        return b"{" + b"".join(sorted(_token(item) for item in value)) + b"}"
    text = f"{type(value).__name__}:{value!r}".encode()
    return str(len(text)).encode() + b":" + text


@dataclass(frozen=True, eq=False, repr=False)
class Node:
    """A part of a question."""

    digest: bytes = field(init=False)
    depth: int = field(init=False)

    def __post_init__(self) -> None:
        self.check()
        own = b"".join(_token(getattr(self, name)) for name in self.parameter_names())
        digest = blake2b(type(self).__name__.encode() + b"|" + own, digest_size=16)
        object.__setattr__(self, "digest", digest.digest())
        below = max((part.depth for part in self.parts()), default=0)
        object.__setattr__(self, "depth", below + 1)

    def check(self) -> None:
        """Raise ModelError where this node would have no meaning."""

    @classmethod
    @cache
    def parameter_names(cls) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cls) if f.init)

    def parts(self) -> Iterator[Node]:
        """The nodes right below this one, in the order of the fields."""
        for name in self.parameter_names():
            yield from _nodes_in(getattr(self, name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.digest.hex()[:8]}>"


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def walk(roots: Iterable[Node]) -> list[Node]:
    """Every node below the roots once, parts before wholes, in a stable order."""
    done: dict[Node, None] = {}
    stack: list[tuple[Node, bool]] = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done[node] = None
            continue
        stack.append((node, True))
        stack.extend((part, False) for part in reversed(list(node.parts())))
    return list(done)


# Frames ----------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Frame(Node):
    """A set of rows.

    ``schema`` (the columns that the rows have) and ``rows`` (the same rows in no order)
    are found once, when the frame is built: a chain of frames may be long.
    """

    schema: TableSchema = field(init=False)
    rows: Frame = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "schema", self.find_schema())
        object.__setattr__(self, "rows", self.find_rows())

    def find_schema(self) -> TableSchema:
        raise NotImplementedError

    def find_rows(self) -> Frame:
        return self

    @property
    def one_row_per_patient(self) -> bool:
        return False


@dataclass(frozen=True, eq=False, repr=False)
class Table(Frame):
    """A table of the contract, or one that the author declared."""

    table: TableSchema

    def find_schema(self) -> TableSchema:
        return self.table

    @property
    def one_row_per_patient(self) -> bool:
        return self.table.one_row_per_patient


@dataclass(frozen=True, eq=False, repr=False)
class Filter(Frame):
    """The rows of ``source`` where ``condition`` is exactly True.

    ``except_where(c)`` is a Filter on ``Not(IsTrue(c))``: it keeps rows where c is NULL.
    """

    source: Frame
    condition: Series

    def check(self) -> None:
        _must_be_many_rows(self.source, "filtered")
        _must_be(self.condition, BOOL, "a filter")
        if self.condition.frame is None:
            return
        if not is_ancestor_or_same(self.condition.frame, self.source):
            raise ModelError("a filter's condition comes from other rows than it filters")

    def find_schema(self) -> TableSchema:
        return self.source.schema

    def find_rows(self) -> Frame:
        below = self.source.rows
        return self if below is self.source else Filter(below, self.condition)


@dataclass(frozen=True, eq=False, repr=False)
class Sort(Frame):
    """``source`` in ascending order of ``key``, NULL first; ties keep ``source``'s order.

    So of two chained sorts the later one counts first. Ties that remain are broken by
    all columns of the table, ascending by column name, NULL first.
    """

    source: Frame
    key: Series

    def check(self) -> None:
        _must_be_many_rows(self.source, "sorted")
        if self.key.frame is None:
            raise ModelError("a sort needs a key that differs between a patient's rows")
        if not is_ancestor_or_same(self.key.frame, self.source):
            raise ModelError("a sort's key comes from other rows than it sorts")

    def find_schema(self) -> TableSchema:
        return self.source.schema

    def find_rows(self) -> Frame:
        return self.source.rows


class Position(Enum):
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, eq=False, repr=False)
class Pick(Frame):
    """Each patient's first or last row of a sorted frame; none for who has no rows."""

    source: Frame
    position: Position

    def check(self) -> None:
        _must_be_many_rows(self.source, "picked from")
        if not is_sorted(self.source):
            raise ModelError("a pick needs sorted rows")

    def find_schema(self) -> TableSchema:
        return self.source.schema

    @property
    def one_row_per_patient(self) -> bool:
        return True


def _must_be_many_rows(frame: Frame, verb: str) -> None:
    if frame.one_row_per_patient:
        raise ModelError(f"a frame of one row a patient can't be {verb}")


def is_sorted(frame: Frame) -> bool:
    """Is there a sort anywhere between this frame and its table?"""
    return any(isinstance(f, Sort) for f in lineage(frame))


def lineage(frame: Frame) -> Iterator[Frame]:
    """The frame, the frame that it was made from, and so on to the table or pick."""
    while True:
        yield frame
        if not isinstance(frame, Filter | Sort):
            return
        frame = frame.source


def rows_of(frame: Frame) -> Frame:
    """The frame without its sorts: the same rows, in no order. Filters stay."""
    return frame.rows


def is_ancestor_or_same(ancestor: Frame, frame: Frame) -> bool:
    """Are all rows of ``frame`` rows of ``ancestor``, whatever their order?"""
    wanted = rows_of(ancestor)
    rows = rows_of(frame)
    return any(step == wanted for step in lineage(rows))


# Series ----------------------------------------------------------------------


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


def _must_be(series: Series, wanted: ValueType, what: str) -> None:
    if series.type != wanted:
        raise ModelError(f"{what} needs {wanted}, got {series.type}")


@dataclass(frozen=True, eq=False, repr=False)
class Value(Series):
    """A constant: the same for every patient."""

    value: Scalar
    value_type: ValueType

    def check(self) -> None:
        if not fits(self.value, self.value_type):
            raise ModelError(f"a {type(self.value).__name__} is no {self.value_type}")

    def find_type(self) -> ValueType:
        return self.value_type


@dataclass(frozen=True, eq=False, repr=False)
class Null(Series):
    """Unknown, with a type."""

    value_type: ValueType

    def find_type(self) -> ValueType:
        return self.value_type


@dataclass(frozen=True, eq=False, repr=False)
class SelectColumn(Series):
    """A column of a frame."""

    source: Frame
    name: str

    def check(self) -> None:
        self.source.schema.column(self.name)

    def find_type(self) -> ValueType:
        return self.source.schema.column(self.name).type

    def find_frame(self) -> Frame | None:
        return None if self.source.one_row_per_patient else rows_of(self.source)


# One value a patient, from rows ----------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Exists(Series):
    """Has the patient any row here? False, not NULL, where there is none."""

    source: Frame

    def find_type(self) -> ValueType:
        return BOOL

    def find_frame(self) -> None:
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Count(Series):
    """How many rows the patient has here; 0 where none."""

    source: Frame

    def find_type(self) -> ValueType:
        return INT

    def find_frame(self) -> None:
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Aggregation(Series):
    """One value a patient from the series' non-NULL values; NULL where there are none."""

    source: Series

    def check(self) -> None:
        if self.source.frame is None:
            raise ModelError("an aggregation needs several rows a patient")
        self.check_type()

    def check_type(self) -> None:
        pass

    def find_type(self) -> ValueType:
        return self.source.type

    def find_frame(self) -> None:
        return None


class CountDistinct(Aggregation):
    """How many different non-NULL values; 0 where none."""

    def find_type(self) -> ValueType:
        return INT


class _MinimumOrMaximum(Aggregation):
    def check_type(self) -> None:
        if not (self.source.type.is_ordered or self.source.type.kind is Kind.STR):
            raise ModelError(f"{self.source.type} has no order")


class Minimum(_MinimumOrMaximum):
    """The smallest value."""


class Maximum(_MinimumOrMaximum):
    """The largest value."""


class _NumberAggregation(Aggregation):
    def check_type(self) -> None:
        if not self.source.type.is_number:
            raise ModelError(f"{self.source.type} is no number")


class Sum(_NumberAggregation):
    """The sum."""


class Mean(_NumberAggregation):
    """The arithmetic mean, a float."""

    def find_type(self) -> ValueType:
        return FLOAT


# Logic -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class _Logic(Series):
    """Kleene's three-valued logic over any number of operands: long chains stay flat."""

    operands: tuple[Series, ...]

    def check(self) -> None:
        if len(self.operands) < 2:
            raise ModelError("logic needs two operands or more")
        for operand in self.operands:
            _must_be(operand, BOOL, "logic")
        common_frame(self.operands)

    def find_type(self) -> ValueType:
        return BOOL


class And(_Logic):
    """True if all are; False if any is False; else NULL."""


class Or(_Logic):
    """True if any is; False if all are False; else NULL."""


@dataclass(frozen=True, eq=False, repr=False)
class _Unary(Series):
    operand: Series


class Not(_Unary):
    """NULL stays NULL."""

    def check(self) -> None:
        _must_be(self.operand, BOOL, "not")

    def find_type(self) -> ValueType:
        return BOOL


class IsNull(_Unary):
    """Never NULL itself."""

    def find_type(self) -> ValueType:
        return BOOL


# Comparison ------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class _Binary(Series):
    left: Series
    right: Series

    def check(self) -> None:
        common_frame((self.left, self.right))
        if self.left.type != self.right.type:
            raise ModelError(f"{self.left.type} and {self.right.type} don't go together")
        self.check_type()

    def check_type(self) -> None:
        pass


class Equal(_Binary):
    """NULL if either side is."""

    def find_type(self) -> ValueType:
        return BOOL


class _Ordering(_Binary):
    def check_type(self) -> None:
        if not self.left.type.is_ordered:
            raise ModelError(f"{self.left.type} has no order")

    def find_type(self) -> ValueType:
        return BOOL


class Less(_Ordering):
    """left < right; NULL if either side is."""


class LessOrEqual(_Ordering):
    """left <= right; NULL if either side is."""


@dataclass(frozen=True, eq=False, repr=False)
class IsIn(Series):
    """Is the value one of these? NULL for NULL, but False where the set is empty."""

    operand: Series
    values: frozenset[Scalar]

    def check(self) -> None:
        for value in self.values:
            if not fits(value, self.operand.type):
                kind = type(value).__name__
                raise ModelError(f"a {kind} is never among {self.operand.type}")

    def find_type(self) -> ValueType:
        return BOOL


@dataclass(frozen=True, eq=False, repr=False)
class IsInSeries(Series):
    """Is the value among the patient's non-NULL values of an event series?

    False where the patient has none of those; else NULL for NULL.
    """

    operand: Series
    among: Series

    def check(self) -> None:
        if self.among.frame is None:
            raise ModelError("is_in needs several rows a patient on its right")
        if self.operand.type != self.among.type:
            raise ModelError(f"{self.operand.type} is never among {self.among.type}")

    def find_type(self) -> ValueType:
        return BOOL

    def find_frame(self) -> Frame | None:
        return self.operand.frame


# Numbers ---------------------------------------------------------------------


class _Arithmetic(_Binary):
    def check_type(self) -> None:
        if not self.left.type.is_number:
            raise ModelError(f"{self.left.type} is no number")

    def find_type(self) -> ValueType:
        return self.left.type


class Add(_Arithmetic):
    """left + right."""


class Subtract(_Arithmetic):
    """left - right."""


class Multiply(_Arithmetic):
    """left * right."""


class Divide(_Arithmetic):
    """left / right as a float, also for ints; NULL where right is 0."""

    def find_type(self) -> ValueType:
        return FLOAT


class FloorDivide(_Arithmetic):
    """The largest int not above left / right; NULL where right is 0."""

    def find_type(self) -> ValueType:
        return INT


class _NumberUnary(_Unary):
    def check(self) -> None:
        if not self.operand.type.is_number:
            raise ModelError(f"{self.operand.type} is no number")

    def find_type(self) -> ValueType:
        return self.operand.type


class Negate(_NumberUnary):
    """The number with its sign turned."""


class Absolute(_NumberUnary):
    """The number without its sign."""


class CastToFloat(_NumberUnary):
    """The number as a 64-bit float."""

    def find_type(self) -> ValueType:
        return FLOAT


class CastToInt(_Unary):
    """A number truncated towards zero; a bool as 0 or 1."""

    def check(self) -> None:
        if not (self.operand.type.is_number or self.operand.type == BOOL):
            raise ModelError(f"{self.operand.type} can't become an int")

    def find_type(self) -> ValueType:
        return INT


# Strings ---------------------------------------------------------------------


class Contains(_Binary):
    """Does the left string hold the right one? Case counts; nothing is a wildcard."""

    def check_type(self) -> None:
        if self.left.type.kind is not Kind.STR:
            raise ModelError(f"{self.left.type} is no string")

    def find_type(self) -> ValueType:
        return BOOL


# Dates -----------------------------------------------------------------------


class DatePart(Enum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class DateUnit(Enum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, eq=False, repr=False)
class ExtractPart(Series):
    """A date's year, month (1-12) or day (1-31)."""

    operand: Series
    part: DatePart

    def check(self) -> None:
        _must_be(self.operand, DATE, "a part of a date")

    def find_type(self) -> ValueType:
        return INT


@dataclass(frozen=True, eq=False, repr=False)
class ToFirstOf(Series):
    """The first day of the date's month or year."""

    operand: Series
    unit: DateUnit

    def check(self) -> None:
        _must_be(self.operand, DATE, "to_first_of")
        if self.unit is DateUnit.DAYS:
            raise ModelError("there is no first of a day")

    def find_type(self) -> ValueType:
        return DATE


@dataclass(frozen=True, eq=False, repr=False)
class AddDuration(Series):
    """The date that many units later (earlier if negative).

    A day that the target month lacks rolls to the 1st of the next month:
    31 January + 1 month = 1 March, 29 February + 1 year = 1 March.
    """

    operand: Series
    amount: Series
    unit: DateUnit

    def check(self) -> None:
        _must_be(self.operand, DATE, "a duration")
        _must_be(self.amount, INT, "a duration's length")
        common_frame((self.operand, self.amount))

    def find_type(self) -> ValueType:
        return DATE


@dataclass(frozen=True, eq=False, repr=False)
class DateDifference(Series):
    """Whole elapsed units: -1 month or year where ``end`` is one day before ``start``."""

    start: Series
    end: Series
    unit: DateUnit

    def check(self) -> None:
        _must_be(self.start, DATE, "a date difference")
        _must_be(self.end, DATE, "a date difference")
        common_frame((self.start, self.end))

    def find_type(self) -> ValueType:
        return INT


# Choice ----------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Case(Series):
    """The value beside the first condition that is True, else ``otherwise``."""

    whens: tuple[tuple[Series, Series], ...]
    otherwise: Series

    def check(self) -> None:
        if not self.whens:
            raise ModelError("a case needs a condition")
        for condition, value in self.whens:
            _must_be(condition, BOOL, "a case")
            _must_be(value, self.otherwise.type, "a case")
        common_frame(part for part in self.parts() if isinstance(part, Series))

    def find_type(self) -> ValueType:
        return self.otherwise.type


@dataclass(frozen=True, eq=False, repr=False)
class _Extreme(Series):
    operands: tuple[Series, ...]

    def check(self) -> None:
        if not self.operands:
            raise ModelError("the smallest or largest of nothing")
        for operand in self.operands:
            if not operand.type.is_ordered:
                raise ModelError(f"{operand.type} has no order")
            _must_be(operand, self.operands[0].type, "the smallest or largest")
        common_frame(self.operands)

    def find_type(self) -> ValueType:
        return self.operands[0].type


class MinimumOf(_Extreme):
    """The smallest non-NULL operand; NULL where all are."""


class MaximumOf(_Extreme):
    """The largest non-NULL operand; NULL where all are."""
