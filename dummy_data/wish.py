"""What a value should be, for a condition to come true: bounds, choices, exceptions."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from cohort_dsl.model.types import Kind, Scalar


@dataclass(frozen=True)
class Wish:
    """A set of values of one type. Bounds are inclusive unless marked open.

    ``null``: only NULL will do, and nothing else of the wish counts.
    """

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    among: frozenset[Scalar] | None = None
    but_not: frozenset[Scalar] = frozenset()
    starting: tuple[str, ...] = ()
    not_starting: frozenset[str] = frozenset()
    holding: tuple[str, ...] = ()
    lacking: frozenset[str] = frozenset()
    null: bool = False

    def both(self, other: Wish) -> Wish:
        """What fulfils this wish and the other one."""
        low, low_open = _tighter(
            (self.low, self.low_open), (other.low, other.low_open), max
        )
        high, high_open = _tighter(
            (self.high, self.high_open), (other.high, other.high_open), min
        )
        sets = [wish.among for wish in (self, other) if wish.among is not None]
        return Wish(
            low,
            high,
            low_open,
            high_open,
            frozenset.intersection(*sets) if sets else None,
            self.but_not | other.but_not,
            self.starting + other.starting,
            self.not_starting | other.not_starting,
            self.holding + other.holding,
            self.lacking | other.lacking,
            self.null or other.null,
        )

    def allows(self, value: Scalar | None) -> bool:
        """Does this value fulfil the wish? NULL does only where NULL is wished for."""
        if value is None or self.null:
            return value is None and self.null
        there: Any = value
        return not (
            (self.low is not None and not _above(there, self.low, self.low_open))
            or (self.high is not None and not _above(self.high, there, self.high_open))
            or (self.among is not None and value not in self.among)
            or value in self.but_not
            or (isinstance(there, str) and not self._allows_text(there))
        )

    def _allows_text(self, text: str) -> bool:
        return not (
            any(not text.startswith(part) for part in self.starting)
            or any(text.startswith(part) for part in self.not_starting)
            or any(part not in text for part in self.holding)
            or any(part in text for part in self.lacking)
        )

    def moved(self, by: Callable[[Any], Any]) -> Wish:
        """The wish with its bounds and choices changed; an impossible change drops them."""

        def change(value: Any) -> Any:
            return None if value is None else by(value)

        among = None if self.among is None else frozenset(_known(map(by, self.among)))
        low, high = change(self.low), change(self.high)
        but_not = frozenset(_known(map(by, self.but_not)))
        return replace(self, low=low, high=high, among=among, but_not=but_not)

    def choose(self, kind: Kind, rng: random.Random, usual: Callable[[], Any]) -> Any:
        """A value that fulfils the wish, the usual one if it does; None if none does."""
        if self.null:
            return None
        value = usual()
        if value is not None and self.allows(value):
            return value
        if self.among is not None:
            return _one_of([v for v in _sorted(self.among) if self.allows(v)], rng)
        if kind in (Kind.INT, Kind.FLOAT, Kind.DATE):
            return self._within(kind, rng, value)
        return self._text()

    def _text(self) -> str | None:
        """The longest of the beginnings, then what should be within."""
        begun = max(self.starting, key=len, default="")
        within = [part for part in dict.fromkeys(self.holding) if part not in begun]
        found = begun + " ".join(within) or "other"
        return found if self.allows(found) else None

    def _within(self, kind: Kind, rng: random.Random, near: Any) -> Any:
        low, high = self._bounds(kind, near, rng)
        tries = [self.low, self.high, *(_between(kind, low, high, rng) for _ in range(8))]
        fitting = [v for v in tries if v is not None and self.allows(v)]
        # A value within the bounds looks more lifelike than the bounds themselves.
        return fitting[-1] if fitting else None

    def _bounds(self, kind: Kind, near: Any, rng: random.Random) -> tuple[Any, Any]:
        """Finite bounds: where one is missing, somewhat beyond the other or the usual."""
        days = rng.choice((30, 400, 4000))
        step: Any = {Kind.DATE: timedelta(days=days), Kind.INT: 10}.get(kind, 10.0)
        low, high = self.low, self.high
        if low is None:
            low = _safely(lambda: (high if high is not None else near) - step)
        if high is None:
            high = _safely(lambda: (low if low is not None else near) + step)
        if kind is Kind.INT and low is not None and high is not None:
            return math.ceil(low), math.floor(high)
        return low, high


def _above(value: Any, bound: Any, is_open: bool) -> bool:
    return bool(value > bound if is_open else value >= bound)


def _tighter(
    one: tuple[Any, bool], other: tuple[Any, bool], choose: Callable[..., Any]
) -> tuple[Any, bool]:
    if one[0] is None or other[0] is None:
        return other if one[0] is None else one
    if one[0] == other[0]:
        return one[0], one[1] or other[1]
    return one if choose(one[0], other[0]) == one[0] else other


def _between(kind: Kind, low: Any, high: Any, rng: random.Random) -> Any:
    if low is None or high is None or low > high:
        return None
    if kind is Kind.DATE:
        return low + timedelta(days=rng.randint(0, (high - low).days))
    if kind is Kind.INT:
        return rng.randint(low, high)
    return round(rng.uniform(low, high), 1)


def _safely(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except (OverflowError, TypeError):
        return None


def _known(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=lambda v: (str(type(v)), v))


def _one_of(values: list[Any], rng: random.Random) -> Any:
    return rng.choice(values) if values else None


def exactly(value: Scalar) -> Wish:
    """Only this value will do."""
    return Wish(among=frozenset({value}))


def shift(day: date, days: int) -> date | None:
    """The date so many days later; None beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
