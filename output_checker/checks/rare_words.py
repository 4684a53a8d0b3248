"""Words and numbers of a file that few patients' records have.

A name, a place, a rare diagnosis, a sum with many digits: what stands in the records of a
few people only would show who they are, or that they are there. It is looked up in the
columns of the study's cohorts.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict


def check(subject: Opaque) -> Iterator[Finding]:
    """Whole values are refused; single words and numbers are for people to judge."""
    scans = subject.scans or ()
    values = max((s.values for s in scans), default=0)
    words = max((s.words for s in scans), default=0)
    numbers = max((s.numbers for s in scans), default=0)
    if values:
        yield _finding(Verdict.FAIL, "Values", values, subject)
    if words:
        yield _finding(Verdict.REVIEW, "Words", words, subject)
    if numbers:
        yield _finding(Verdict.REVIEW, "Numbers of many digits", numbers, subject)


def _finding(verdict: Verdict, what: str, count: int, subject: Opaque) -> Finding:
    least = subject.policy.threshold
    return Finding(
        check="rare words",
        verdict=verdict,
        reason=f"{what} in this file are also in the records of fewer than {least}"
        f" patients: {count}.",
        remedy="Merge rare groups, use common words, and round numbers.",
        attack=(
            f"{count} found, each in the records of {least - 1} patients at most, of"
            f" {subject.people} in the cohort ({least} asked for): whoever knows whose it"
            " is finds them here",
        ),
    )
