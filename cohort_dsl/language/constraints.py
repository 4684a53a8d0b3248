"""What an author says of a column's values when declaring a table.

Made-up patients keep to it; no answer depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from cohort_dsl.language import hints
from cohort_dsl.model.promises import Promises
from cohort_dsl.model.types import Column, ModelError, ValueType


@dataclass(frozen=True)
class NotNull:
    """Every row has a value."""


@dataclass(frozen=True)
class Unique:
    """No value stands in two rows."""


@dataclass(frozen=True)
class FirstOfMonth:
    """The dates are firsts of a month."""


@dataclass(frozen=True)
class NonNegative:
    """The numbers are 0 or more."""


@dataclass(frozen=True)
class Categorical:
    """The values are among these."""

    values: tuple[str, ...]

    def __init__(self, values: Iterable[str]) -> None:
        object.__setattr__(self, "values", tuple(values))


@dataclass(frozen=True)
class Regex:
    """The whole text is of this regular expression."""

    regex: str


@dataclass(frozen=True)
class ClosedRange:
    """The numbers are from one to another, both included; whole ones in steps."""

    minimum: float
    maximum: float
    step: int | None = None


@dataclass(frozen=True)
class DateAfter:
    """The dates are no earlier than those of other columns in their row."""

    column_names: tuple[str, ...]

    def __init__(self, column_names: Iterable[str]) -> None:
        names = [column_names] if isinstance(column_names, str) else column_names
        object.__setattr__(self, "column_names", tuple(names))


AnyConstraint: TypeAlias = (
    NotNull
    | Unique
    | FirstOfMonth
    | NonNegative
    | Categorical
    | Regex
    | ClosedRange
    | DateAfter
)


class Constraint:
    """What a column promises about its values."""

    NotNull = NotNull
    Unique = Unique
    FirstOfMonth = FirstOfMonth
    NonNegative = NonNegative
    Categorical = Categorical
    Regex = Regex
    ClosedRange = ClosedRange
    DateAfter = DateAfter


BARE = (NotNull, Unique, FirstOfMonth, NonNegative)
"""Those that may be written without parentheses."""


def listed(constraints: Iterable[object]) -> tuple[AnyConstraint, ...]:
    """The constraints, each of another kind; DefinitionError for anything else."""
    found = tuple(map(_one, constraints))
    for one in found:
        if sum(type(other) is type(one) for other in found) > 1:
            raise hints.mistake(
                f"a column has the constraint {type(one).__name__} twice",
                "Make one of the two.",
            )
    return found


def _one(constraint: object) -> AnyConstraint:
    if isinstance(constraint, type) and issubclass(constraint, BARE):
        return constraint()
    if isinstance(constraint, AnyConstraint):
        return constraint
    names = [name for name in vars(Constraint) if not name.startswith("_")]
    raise hints.mistake(
        f"{hints.called(constraint)} is no constraint on a column",
        f"Write one of Constraint.{', '.join(names)}, as Constraint.NotNull().",
    )


def column_of(
    name: str,
    value_type: ValueType,
    description: str,
    constraints: Iterable[AnyConstraint],
) -> Column:
    """What the model keeps of a column. ModelError where a constraint can't be kept."""
    column, promises = Column(name, value_type, description), Promises()
    for constraint in constraints:
        match constraint:
            case NotNull():
                column = replace(column, not_null=True)
            case Categorical(values):
                column = replace(column, categories=values)
            case _:
                promises = _promised(promises, constraint)
    return replace(column, promises=promises)


def _promised(promises: Promises, constraint: AnyConstraint) -> Promises:
    match constraint:
        case Unique():
            return replace(promises, unique=True)
        case FirstOfMonth():
            return replace(promises, first_of_month=True)
        case NonNegative():
            return replace(promises, minimum=max(0, promises.minimum or 0))
        case Regex(regex):
            return replace(promises, pattern=regex)
        case ClosedRange(low, high, step):
            low = low if promises.minimum is None else max(low, promises.minimum)
            return replace(promises, minimum=low, maximum=high, step=step)
        case DateAfter(names):
            return replace(promises, after=names)
    raise ModelError(f"{constraint} promises nothing")  # pragma: no cover
