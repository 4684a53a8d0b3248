"""Small whole numbers of a file without a claim may count that few people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict

WHOLE = re.compile(r"\d{1,4}(?:\.0)?")

TOLD = 3
"""Columns whose attack is told in full."""


def check(subject: Opaque) -> Iterator[Finding]:
    """The columns that have some; nobody knows which of them are counts."""
    least = subject.policy.threshold
    small = {
        str(place): sum(0 < number < least for number in map(_whole, values))
        for place, values in enumerate(subject.columns, 1)
    }
    places = [place for place, few in small.items() if few]
    if places:
        yield Finding(
            check="small numbers",
            verdict=Verdict.REVIEW,
            reason=f"There are whole numbers below {least} in column {', '.join(places)};"
            " nobody has hidden or rounded them.",
            remedy="Make tables of counts with crosstab(), rates(), histogram() or"
            " survival() from output_checker.claims: small ones are hidden there.",
            attack=tuple(
                f"column {place}: {small[place]} of {len(subject.rows) - 1} lines; if they"
                f" count patients, each is about {least - 1} at most ({least} asked for)"
                for place in places[:TOLD]
            ),
        )


def _whole(value: str) -> float:
    return float(value) if WHOLE.fullmatch(value) else 0
