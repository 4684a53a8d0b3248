"""A table with a line per person, whatever its columns are called.

It names patients; or it is long, and a column hardly has a value twice; or it has about as
many lines as a cohort has people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict

MANY = 100
"""Lines: groups that are counted are fewer, as a rule."""
NEARLY = 0.95
"""Of a column's values: these many are different where each is a person's."""
ABOUT = 0.05
"""How far from a cohort's size the number of lines may be, and still be told by it."""
WORDS = 3
"""Spaces in a value, from which on it is a sentence."""
SMALL = 20
"""People: of fewer, any table may have as many lines."""
NAMES = frozenset(("patient_id", "person_id", "patient", "subject_id", "ipp", "nir"))


def check(subject: Opaque) -> Iterator[Finding]:
    """The first sign that there is a line for each person."""
    sign = next(_signs(subject), None)
    if sign:
        reason, attack = sign
        yield Finding(
            check="row level",
            verdict=Verdict.FAIL,
            reason=f"It looks like one line per person: {reason}.",
            remedy="Count people in groups instead of listing them.",
            attack=(attack,),
        )


def _signs(subject: Opaque) -> Iterator[tuple[str, str]]:
    """Signs, each with what somebody does with such lines."""
    if not subject.rows:
        return
    lines = len(subject.rows) - 1
    if NAMES & {name.lower() for name in subject.rows[0]}:
        yield (
            "it names patients",
            f"{lines} lines, and a patient's number says whose each is",
        )
    if lines >= MANY:
        different = {n: len(set(c)) for n, c in enumerate(subject.columns, 1) if _unique(c)}
        yield from (
            (f"column {n} hardly has a value twice", _by_value(many, lines))
            for n, many in different.items()
        )
    sizes = [scan.people for scan in subject.scans or () if scan.people >= SMALL]
    alike = [size for size in sizes if abs(lines - size) <= ABOUT * size]
    for size in alike[:1]:
        told = f"{lines} lines for {size} patients: {lines / size:.1f} lines a patient"
        yield "it has about as many lines as the cohort has people", told


def _by_value(different: int, lines: int) -> str:
    return (
        f"{different} different values in {lines} lines: whoever knows somebody's value has"
        " found their line, and reads the rest of it"
    )


def _unique(values: Sequence[str]) -> bool:
    """Sentences don't repeat either; names and numbers have few spaces."""
    sentences = sum(value.count(" ") >= WORDS for value in values)
    return len(set(values)) >= NEARLY * len(values) and sentences < len(values) / 2
