"""The edges of bands, from the names that their levels have in a table."""

from __future__ import annotations

import re
from collections.abc import Iterable

from output_checker.claims.model import MISSING
from output_checker.figures.look import cannot

BAND = re.compile(r"under (?P<first>\S+)|\S+ to under (?P<next>\S+)|(?P<last>\S+) or over")


def in_order(levels: Iterable[str | None]) -> tuple[str, ...]:
    """The bands among levels, once each, as they come."""
    return tuple(dict.fromkeys(a for a in levels if a is not None and a != MISSING))


def edges(names: Iterable[str]) -> tuple[float, ...]:
    """Where bands from the lowest to the highest meet; ReleaseRefused if these aren't."""
    found = [BAND.fullmatch(name) for name in names]
    *inner, last = found or [None]
    try:
        ends = [float(band["first"] or band["next"]) for band in inner if band]
        if (
            len(ends) < len(inner)
            or not ends
            or not last
            or float(last["last"]) != ends[-1]
        ):
            raise ValueError
    except (TypeError, ValueError):
        raise cannot("the levels aren't bands of a number") from None
    return tuple(ends)
