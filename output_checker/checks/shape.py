"""What is large, uneven or broken can't be written anew, nor looked through."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict


def check(subject: Opaque) -> Iterator[Finding]:
    """A table, a text or a picture that the checker can't write in its own form."""
    if subject.unfit:
        yield Finding(
            check="shape",
            verdict=Verdict.FAIL,
            reason=f"It can't be written anew: {subject.unfit}.",
            remedy="Write a small table with a line of names above, a few lines of text, or"
            " a picture of a few million points.",
        )
