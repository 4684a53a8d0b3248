"""A label that can't be shown as it is, is told at once, not at release."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker import canonical
from output_checker.checks.subjects import Verified
from output_checker.errors import ReleaseRefused
from output_checker.report import Finding, Verdict


def check(subject: Verified) -> Iterator[Finding]:
    """Labels with characters that can't be seen, too long, or with a meaning of our own."""
    if subject.table is None:
        return
    try:
        canonical.check(subject.table)
    except ReleaseRefused as refused:
        yield Finding(
            check="labels",
            verdict=Verdict.FAIL,
            reason=f"The table can't be written: {refused.problem}.",
            remedy="Change the label in the cohort definition, or merge it with another.",
        )
