"""Whom a claim is about and how they are divided: a closed list of columns' uses.

Standard library only: this travels into action containers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from output_checker.errors import ClaimError

Scalar = str | int | float | bool

MISSING = "(missing)"
"""The label of people whose value is missing, where these are a level of their own."""
YES, NO = "yes", "no"
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
LISTS = ("in", "not in")
PRESENCE = ("is present", "is missing")
OPERATORS = (*COMPARISONS, *LISTS, *PRESENCE)


def wrong(problem: str, remedy: str) -> ClaimError:
    """What is wrong with a claim, whoever writes it."""
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
            raise wrong(
                "bands need edges that are numbers", "Write them like [18, 40, 65]."
            )
        if list(self.edges) != sorted(set(self.edges)):
            raise wrong("the edges of bands must rise", "Write them like [18, 40, 65].")

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
            raise wrong(
                f"{self.operator!r} isn't a condition that can be recomputed",
                f"Use one of: {', '.join(OPERATORS)}.",
            )
        expected = (
            tuple if self.operator in LISTS else
            type(None) if self.operator in PRESENCE else Scalar
        )  # fmt: skip
        if not isinstance(self.value, expected) or not _finite(self.value):
            raise wrong(
                f"the value for {self.operator!r} on {self.column} has the wrong form",
                "Give a list for 'in', nothing for 'is present', else one value.",
            )

    def __str__(self) -> str:
        value = self.value
        if isinstance(value, tuple):
            return f"{self.column} {self.operator} {', '.join(map(str, value))}"
        return f"{self.column} {self.operator}" + ("" if value is None else f" {value}")


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


def _finite(value: Scalar | tuple[Scalar, ...] | None) -> bool:
    several = value if isinstance(value, tuple) else (value,)
    return all(math.isfinite(one) for one in several if isinstance(one, float))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
