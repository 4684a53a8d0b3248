"""What a table promises about the values of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any

from cohort_dsl.model.kind import Kind, ModelError


@dataclass(frozen=True)
class Promises:
    """All that is promised; nothing, where nothing is given. NULL breaks none of them.

    ``pattern``: the whole text is of this regular expression. ``after``: columns of the
    same row whose dates aren't later.
    """

    unique: bool = False
    first_of_month: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: int | None = None
    after: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.pattern is not None:
            _must_be_pattern(self.pattern)
        if self.step is not None and (self.step < 1 or type(self.minimum) is not int):
            raise ModelError("steps are whole numbers above 0, from a whole minimum")
        for bound in (self.minimum, self.maximum):
            if bound is not None and not _is_number(bound):
                raise ModelError(f"{bound} is no number")
        if None not in (self.minimum, self.maximum) and self.minimum > self.maximum:  # type: ignore[operator]  # neither is None
            raise ModelError(f"no value lies between {self.minimum} and {self.maximum}")

    def must_suit(self, kind: Kind) -> None:
        """ModelError where values of this kind can't keep them."""
        numbers = (self.minimum, self.maximum, self.step) != (None, None, None)
        dates = self.first_of_month or bool(self.after)
        for asked, kinds, what in (
            (numbers, (Kind.INT, Kind.FLOAT), "smallest and largest values are of numbers"),
            (dates, (Kind.DATE,), "firsts of a month, and an order, are of dates"),
            (self.pattern is not None, (Kind.STR, Kind.CODE), "patterns are of text"),
        ):
            if asked and kind not in kinds:
                raise ModelError(what)

    def plain(self) -> dict[str, Any]:
        """Those that are made, as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        made = {name: value for name, value in values.items() if value}
        made |= {n: values[n] for n in ("minimum", "maximum") if values[n] is not None}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in made.items()}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Promises:
        """What ``plain`` gave."""
        found: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data.items()
        }
        return cls(**found)

    def words(self) -> Iterator[str]:
        """Each of them, for people."""
        if self.unique:
            yield "each value once"
        if self.first_of_month:
            yield "first of a month"
        if self.pattern is not None:
            yield f"matches {self.pattern}"
        if self.minimum is not None:
            yield f"at least {self.minimum}"
        if self.maximum is not None:
            yield f"at most {self.maximum}"
        if self.step not in (None, 1):
            yield f"in steps of {self.step}"
        for column in self.after:
            yield f"no earlier than {column}"


def _is_number(bound: object) -> bool:
    return type(bound) is int or (type(bound) is float and isfinite(bound))


def _must_be_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        raise ModelError(f"{pattern} is no regular expression") from None
