"""What a table promises of a column's values, kept in dummy records."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from typing import Any

from rstr import Rstr

from cohort_dsl.model.types import Column, Kind, Scalar, TableSchema
from dummy_data.person import Row
from dummy_data.wish import Wish

TRIES = 20
"""Texts of a pattern that are tried where a condition wishes for something of the text."""


def wish_of(column: Column) -> Wish:
    """The values that the column may hold, as far as bounds and choices say it."""
    promises = column.promises
    among = frozenset[Scalar](column.categories) if column.categories else None
    return Wish(promises.minimum, promises.maximum, among=among)


def kept(column: Column, value: Any, wish: Wish, rng: random.Random) -> Scalar | None:
    """The value, or one near it, that the column may hold and that is as wished.

    None where there is none.
    """
    if value is None:
        return None
    fitting = (v for v in _near(column, value, rng) if v is not None and wish.allows(v))
    return next(fitting, None)


def _near(column: Column, value: Any, rng: random.Random) -> list[Any]:
    promises = column.promises
    if promises.first_of_month:
        return [value.replace(day=1), _next_first(value)]
    if promises.step is not None and column.type.kind is Kind.INT:
        assert promises.minimum is not None
        over = (value - int(promises.minimum)) % promises.step
        return [value - over, value - over + promises.step]
    if promises.pattern is not None and not re.fullmatch(promises.pattern, value):
        texts = Rstr(rng)
        return [texts.xeger(promises.pattern) for _ in range(TRIES)]
    return [value]


def _next_first(day: date) -> date | None:
    try:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    except OverflowError:
        return None


def in_order(schema: TableSchema, row: Row, fixed: str | None = None) -> None:
    """Make the row's dates follow each other as promised; ``fixed`` stays as it is."""
    for column in schema.columns:
        for name in column.promises.after:
            first, last = row[name], row[column.name]
            if first is None or last is None or first <= last:
                continue
            if column.name == fixed:
                row[name] = last
            else:
                late = column.promises.first_of_month and first.day > 1
                row[column.name] = _next_first(first) if late else first
