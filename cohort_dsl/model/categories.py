"""Which values a series can have, where the question itself names them all."""

from __future__ import annotations

from cohort_dsl.model.nodes import (
    Case,
    MapValues,
    Maximum,
    Minimum,
    Null,
    SelectColumn,
    Series,
    Value,
)
from cohort_dsl.model.types import Kind

MOST = 10_000
"""Beyond that a list of values is no list of categories."""

WORDS = frozenset((Kind.STR, Kind.CODE))


def categories(series: Series) -> tuple[str, ...]:
    """The strings or codes that a series can have, in the order in which they are named.

    Empty where the question doesn't name them all. A column's are those that its table
    promises; what a database really holds may go beyond.
    """
    if series.type.kind not in WORDS:
        return ()
    found: dict[str, None] = {}
    waiting, seen = [series], {series}
    while waiting:
        one = waiting.pop()
        named = _named(one)
        parts = [part for part in _chosen_from(one) if part not in seen]
        if named is None and not parts:
            return ()
        found |= dict.fromkeys(named or ())
        waiting += reversed(parts)
        seen |= set(parts)
    return tuple(found) if len(found) <= MOST else ()


def _named(series: Series) -> tuple[str, ...] | None:
    """What a series names itself; None where it names nothing."""
    match series:
        case Value(value=str() as value):
            return (value,)
        case Null():
            return ()
        case SelectColumn(source=source, name=name):
            return source.schema.column(name).categories or None
        case Case():
            return ()
        case MapValues(pairs=pairs):
            return tuple(value for _, value in pairs if isinstance(value, str))
        case _:
            return None


def _chosen_from(series: Series) -> list[Series]:
    """The series whose values are this one's."""
    match series:
        case Case(whens=whens, otherwise=otherwise):
            return [*(value for _, value in whens), otherwise]
        case MapValues(default=default):
            return [default]
        case Minimum(source=values) | Maximum(source=values):
            return [values]
        case _:
            return []
