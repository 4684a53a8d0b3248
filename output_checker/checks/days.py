"""Days of many different people: dates of birth above all, which name somebody by
themselves where a place or a practice is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from datetime import date
from itertools import pairwise

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict

ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?")
EUROPEAN = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
BIRTH = re.compile(r"(?<![a-z])(dob|birth\w*|born|naissance|ddn|geb\w*|nacimiento)", re.I)
MANY = 10
"""Different days: fewer are a study's own, its beginning and its end."""
HUNDRED_YEARS = 36_525
"""Days."""
LIFETIME = 15 * 365
"""Days between the first and the last, from which on they are hardly a study's."""


def check(subject: Opaque) -> Iterator[Finding]:
    """Columns of dates to the day."""
    for place, values in enumerate(subject.columns, 1):
        days = {day for value in values if (day := _day(value))}
        named = bool(BIRTH.search(subject.rows[0][place - 1]))
        if not days or (not named and (len(days) < MANY or _is_regular(days))):
            continue
        born = named or (max(days) - min(days)).days > LIFETIME
        yield Finding(
            check="days",
            verdict=Verdict.FAIL if born else Verdict.REVIEW,
            reason=f"Column {place} has days that may each be a person's"
            + (", as dates of birth are." if born else "."),
            remedy="Give years, or count people by month.",
            attack=(_told(days, subject.people, born=born),),
        )


def _told(days: Set[date], people: int, *, born: bool) -> str:
    """How many people share a day, of all that these may be of."""
    span = HUNDRED_YEARS if born else (max(days) - min(days)).days + 1
    each = f"{people} patients are {people / span:.2g} a day; " if people else ""
    return (
        f"{len(days)} of {span:,} different days: {each}whoever knows somebody's day has"
        " found the line, and reads the rest of it"
    )


def _is_regular(days: Iterable[date]) -> bool:
    """All of them first of a month, or as many days apart: intervals of a study."""
    ordered = sorted(days)
    apart = {(b - a).days for a, b in pairwise(ordered)}
    return len(apart) <= 1 or all(day.day == 1 for day in ordered)


def _day(value: str) -> date | None:
    iso, european = ISO.fullmatch(value), EUROPEAN.fullmatch(value)
    parts = iso.groups() if iso else european.groups()[::-1] if european else ()
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None
