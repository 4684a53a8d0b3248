"""Patients' numbers in a file without a claim: as they are, or in simple disguises.

Every number of every patient in the study's cohorts is looked for in the file's words, and
in what these could be disguises of: groups of digits, other signs around or between them,
hex, base64, plain hashes. Where numbers are so short or so many that counts look like
them, people are told to look.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.opaque.scan import SHORTEST, Scan
from output_checker.report import Finding, Form, Verdict

BEYOND_CHANCE = 3
"""Times as many as digits without a meaning would give."""
COUNT_THEM = "Count people in groups instead of naming them."


def check(subject: Opaque) -> Iterator[Finding]:
    """Numbers of patients, or why nobody could look for them."""
    if subject.form in (None, Form.PICTURE) or not subject.rows:
        return
    if subject.scans is None:
        yield _finding(
            Verdict.FAIL,
            "Patients' numbers couldn't be looked for: a cohort file of this study is gone,"
            " or isn't as it was extracted.",
            "Run the extraction again, then this action.",
            f"{_words(subject)} words and numbers stand in the file, and each could be a"
            " patient's: none was compared",
        )
    elif not subject.scans:
        yield _finding(
            Verdict.REVIEW,
            "Patients' numbers couldn't be looked for: this study has no cohort file.",
            "Look for numbers and words that may be somebody's.",
            f"{_words(subject)} words and numbers stand in the file, and each could be a"
            " patient's: there is no cohort to compare them with",
        )
    else:
        yield from _found(subject.scans)


def _words(subject: Opaque) -> int:
    return sum(bool(cell.strip()) for row in subject.rows for cell in row)


def _found(scans: tuple[Scan, ...]) -> Iterator[Finding]:
    sure = [s for s in scans if s.named > BEYOND_CHANCE * s.by_chance]
    if sure:
        most = max(sure, key=lambda scan: scan.named)
        reason = (
            f"Patients' numbers stand in this file, or disguises of them: {most.named}."
        )
        attack = (
            f"{most.named} of {most.people} patients' numbers; of any digits there would be"
            f" about {most.by_chance:.1f}: whoever has a list of numbers reads who they are"
        )
        yield _finding(Verdict.FAIL, reason, COUNT_THEM, attack)
    elif any(s.named or s.short for s in scans):
        yield _finding(
            Verdict.REVIEW,
            "Patients' numbers are so short, or so many, that counts look like them: nobody"
            " can tell whether some stand in this file.",
            f"Look for lists of them. {COUNT_THEM}",
            _by_chance(scans),
        )


def _by_chance(scans: tuple[Scan, ...]) -> str:
    short, named = max(s.short for s in scans), max(s.named for s in scans)
    return (
        f"{short} patients' numbers have fewer than {SHORTEST} characters; of the others"
        f" {named} are found, and of any digits about"
        f" {max(s.by_chance for s in scans):.1f} would be: a list of patients could look so"
    )


def _finding(verdict: Verdict, reason: str, remedy: str, attack: str) -> Finding:
    return Finding("identifiers", verdict, reason, remedy, attack=(attack,))
