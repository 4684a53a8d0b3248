"""Patients' numbers in a file without a claim: as they are, or in simple disguises.

Every number of every patient in the study's cohorts is looked for in the file's words, and
in what these could be disguises of: groups of digits, other signs around or between them,
hex, base64, plain hashes. Where numbers are so short or so many that counts look like
them, people are told to look.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.opaque.scan import Scan
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
        )
    elif not subject.scans:
        yield _finding(
            Verdict.REVIEW,
            "Patients' numbers couldn't be looked for: this study has no cohort file.",
            "Look for numbers and words that may be somebody's.",
        )
    else:
        yield from _found(subject.scans)


def _found(scans: tuple[Scan, ...]) -> Iterator[Finding]:
    sure = [s.named for s in scans if s.named > BEYOND_CHANCE * s.by_chance]
    if sure:
        reason = f"Patients' numbers stand in this file, or disguises of them: {max(sure)}."
        yield _finding(Verdict.FAIL, reason, COUNT_THEM)
    elif any(s.named or s.short for s in scans):
        yield _finding(
            Verdict.REVIEW,
            "Patients' numbers are so short, or so many, that counts look like them: nobody"
            " can tell whether some stand in this file.",
            f"Look for lists of them. {COUNT_THEM}",
        )


def _finding(verdict: Verdict, reason: str, remedy: str) -> Finding:
    return Finding("identifiers", verdict, reason, remedy)
