"""What a claim can say: a closed list of tables, dimensions and conditions.

Every part can be recomputed from the cohort file by the checker, so nothing here can
hold code. Standard library only: this travels into action containers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from output_checker.errors import ClaimError

Scalar = str | int | float | bool
Levels = tuple[str | None, ...]
Value = int | float | None

MISSING = "(missing)"
"""The label of people whose value is missing, where these are a level of their own."""
YES, NO = "yes", "no"
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
LISTS = ("in", "not in")
PRESENCE = ("is present", "is missing")
OPERATORS = (*COMPARISONS, *LISTS, *PRESENCE)
KINDS = ("crosstab", "summary")
MEASURES = ("n", "mean", "sd")
FIGURES = ("bar",)
UNIT = "patients"
TITLE_MARKS = frozenset(" _,.;:()/%<>=+'’–-")
LONGEST_TITLE = 120


def _wrong(problem: str, remedy: str) -> ClaimError:
    return ClaimError(problem, where="claim", remedy=remedy)


@dataclass(frozen=True)
class AsIs:
    """The column's own values: words, whole numbers, or yes/no."""

    kind: ClassVar[str] = "as is"


@dataclass(frozen=True)
class Bands:
    """A number by bands: under the first edge, from each edge to the next, or over."""

    edges: tuple[float, ...]
    kind: ClassVar[str] = "bands"

    def __post_init__(self) -> None:
        if not self.edges or any(not math.isfinite(edge) for edge in self.edges):
            raise _wrong(
                "bands need edges that are numbers", "Write them like [18, 40, 65]."
            )
        if list(self.edges) != sorted(set(self.edges)):
            raise _wrong("the edges of bands must rise", "Write them like [18, 40, 65].")

    def labels(self) -> tuple[str, ...]:
        """One label more than there are edges, from lowest to highest."""
        words = [_number(edge) for edge in self.edges]
        middle = (f"{low} to under {high}" for low, high in pairwise(words))
        return (f"under {words[0]}", *middle, f"{words[-1]} or over")


@dataclass(frozen=True)
class Year:
    """The year of a date."""

    kind: ClassVar[str] = "year"


@dataclass(frozen=True)
class IsPresent:
    """Yes where the column has a value, no where it is missing."""

    kind: ClassVar[str] = "is present"


Derivation = AsIs | Bands | Year | IsPresent


@dataclass(frozen=True)
class Dimension:
    """A column that divides people into groups, and how.

    ``missing_is_a_level``: people without a value are a group of their own; else they
    aren't in the table. ``levels``: the groups' labels, in the order to show them.
    """

    column: str
    derivation: Derivation = AsIs()
    missing_is_a_level: bool = True
    levels: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        match self.derivation:
            case Year():
                return f"year of {self.column}"
            case IsPresent():
                return f"{self.column} is present"
            case _:
                return self.column

    @property
    def identity(self) -> tuple[str, Derivation]:
        """Equal for two dimensions that divide people in the same way."""
        return (self.column, self.derivation)


@dataclass(frozen=True)
class Condition:
    """One part of "these people": a column, an operator, a value.

    A missing value meets no condition but "is missing". ``value``: a list for "in" and
    "not in", None for "is present" and "is missing"; dates as 2024-12-31.
    """

    column: str
    operator: str
    value: Scalar | tuple[Scalar, ...] | None = None

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise _wrong(
                f"{self.operator!r} isn't a condition that can be recomputed",
                f"Use one of: {', '.join(OPERATORS)}.",
            )
        expected = (
            tuple if self.operator in LISTS else
            type(None) if self.operator in PRESENCE else Scalar
        )  # fmt: skip
        if not isinstance(self.value, expected):
            raise _wrong(
                f"the value for {self.operator!r} on {self.column} has the wrong form",
                "Give a list for 'in', nothing for 'is present', else one value.",
            )

    def __str__(self) -> str:
        value = self.value
        if isinstance(value, tuple):
            return f"{self.column} {self.operator} {', '.join(map(str, value))}"
        return f"{self.column} {self.operator}" + ("" if value is None else f" {value}")


@dataclass(frozen=True)
class Claim:
    """A table about a cohort. ``cells`` has every combination of levels, once.

    A level None is the total over that dimension. ``value``: the column that a summary
    measures. ``cells`` gives a number per measure; None where it has no meaning.
    """

    kind: str
    title: str
    dataset: str
    dataset_sha256: str
    population: tuple[Condition, ...]
    dimensions: tuple[Dimension, ...]
    margins: bool
    value: str | None
    measures: tuple[str, ...]
    cells: Mapping[Levels, Mapping[str, Value]]
    figure: str | None = None

    def __post_init__(self) -> None:
        if not _is_a_title(self.title):
            raise _wrong(
                "the title is empty, too long, or has marks that a title doesn't need",
                f"Write up to {LONGEST_TITLE} letters, digits and plain punctuation.",
            )
        if len({d.name for d in self.dimensions}) < len(self.dimensions):
            raise _wrong("a dimension is there twice", "Name each dimension once.")
        if (self.kind == "summary") != (self.value is not None):
            raise _wrong(
                "only a summary has a value to measure", "Name the value's column."
            )
        if self.kind == "crosstab" and self.measures != ("n",):
            raise _wrong("a crosstab has one measure, n", "Use summary() for means.")
        if not set(self.measures) <= set(MEASURES) or self.measures[0] != "n":
            raise _wrong(
                "the measures of a summary start with n, the number of people measured",
                f"Choose from: {', '.join(MEASURES)}.",
            )


def in_order(levels: Iterable[str], dimension: Dimension) -> tuple[str, ...]:
    """Levels in the one order that they are shown in: natural, missing last."""
    names = dimension.derivation
    bands = names.labels() if isinstance(names, Bands) else (YES, NO)
    return tuple(sorted(levels, key=lambda level: _rank(level, bands)))


def _rank(level: str, first: tuple[str, ...]) -> tuple[int, int, str]:
    if level == MISSING:
        return (3, 0, "")
    if level in first:
        return (0, first.index(level), "")
    try:
        return (1, int(level), level)
    except ValueError:
        return (2, 0, level)


def _is_a_title(text: str) -> bool:
    plain = all(letter.isalnum() or letter in TITLE_MARKS for letter in text)
    return plain and text[:1].isalnum() and len(text) <= LONGEST_TITLE


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
